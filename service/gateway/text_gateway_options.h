// What a text gateway can be told, and what it says about itself.

#ifndef RUNDLET_SERVICE_GATEWAY_TEXT_GATEWAY_OPTIONS_H_
#define RUNDLET_SERVICE_GATEWAY_TEXT_GATEWAY_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/admission/write_admission.h"

namespace rundlet {

struct TextGatewayOptions {
  // An address or a name; the first address of a name counts.
  std::string host = "127.0.0.1";
  // 0 to 65535; 0 picks a free one.
  int port = 0;

  // Further clients are told so and closed.
  size_t connections_max = 1024;
  size_t connections_per_address_max = 1024;

  // A connection is closed when for so long no command came to its end and no
  // byte of a reply could be sent, unless the store is still at work for it.
  absl::Duration idle_timeout = absl::Minutes(10);

  // Of one connection: replies that its client has not read, beyond which no
  // further command runs and no further input is read, and commands whose
  // reply is not known yet.
  size_t output_bytes_max = size_t{1} << 20;
  size_t commands_in_flight_max = 1024;

  // Input and output that all connections together hold in memory. Beyond it
  // a connection gets by with 64 KiB of each: longer lines are answered by an
  // error, and no command runs before the client has read.
  size_t buffered_bytes_max = size_t{256} << 20;

  // What writes pass on their way to the store, which other doors may share.
  // Null: one of its own, in which none waits for the disk.
  std::shared_ptr<WriteAdmission> admission;

  // Whether SHUTDOWN and COMPACT are open to clients on other machines too.
  bool remote_administration = false;

  // Called when a client has sent SHUTDOWN, on the gateway's thread: it must
  // not wait for the gateway. Empty: SHUTDOWN only ends its connection.
  absl::AnyInvocable<void()> on_shutdown;

  // Called for what an operator should read in the log, on the gateway's
  // thread. Empty: nothing is said.
  absl::AnyInvocable<void(absl::string_view line)> on_event;
};

struct TextGatewayStats {
  uint64_t connections_open = 0;
  // Since the start.
  uint64_t connections_accepted = 0;
  uint64_t connections_refused = 0;  // by a maximum
  uint64_t connections_shed = 0;     // for want of a descriptor
  uint64_t command_count = 0;        // of connections that have ended
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GATEWAY_TEXT_GATEWAY_OPTIONS_H_

// TextGateway: the text protocol (PROTOCOL.md) over TCP, in front of a Store.
//
//   TextGatewayOptions options;
//   options.port = 5000;
//   options.on_shutdown = [&] { stop.Notify(); };
//   absl::StatusOr<std::unique_ptr<TextGateway>> gateway =
//       TextGateway::Start(std::move(options), store.get());
//   ...
//   (*gateway)->Drain(absl::Seconds(10));
//
// One thread serves every client. Whatever clients do, memory, descriptors and
// threads stay within what the options say.

#ifndef RUNDLET_SERVICE_GATEWAY_TEXT_GATEWAY_H_
#define RUNDLET_SERVICE_GATEWAY_TEXT_GATEWAY_H_

#include <memory>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/gateway/text_gateway_options.h"
#include "storage/store.h"

namespace rundlet {

class GatewayLoop;

// Thread-safe, but for its destructor.
class TextGateway {
 public:
  // Listens and serves. Does not own the store, which must outlive the gateway
  // and may still hold callbacks of it afterwards; they do nothing then.
  //
  // INVALID_ARGUMENT: an option is out of its range. UNAVAILABLE: the address
  // cannot be listened on; the message says which and why.
  static absl::StatusOr<std::unique_ptr<TextGateway>> Start(
      TextGatewayOptions options, Store* store);

  // Stops at once: what is under way gets no reply.
  ~TextGateway();

  // The port that is listened on.
  int port() const { return port_; }

  // Accepts no more clients, reads no more commands, answers those that have
  // been received as whole lines, and closes. What is not done in `timeout` is
  // closed as it is. Waits for all of that. The second call only waits.
  void Drain(absl::Duration timeout);

  TextGatewayStats stats() const;

 private:
  TextGateway(std::unique_ptr<GatewayLoop> loop, int port);

  const std::unique_ptr<GatewayLoop> loop_;
  const int port_;
  std::thread thread_;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GATEWAY_TEXT_GATEWAY_H_

// Listener: a socket that listens on an address.

#ifndef RUNDLET_SERVICE_GRPC_LISTENER_H_
#define RUNDLET_SERVICE_GRPC_LISTENER_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/grpc/descriptor.h"

namespace rundlet {

struct Listener {
  Descriptor socket;  // non-blocking
  int port = 0;       // the one that it got
};

// Listens on "HOST:PORT": HOST is a name, an IPv4 address or an IPv6 address in
// brackets; PORT 0 picks a free one. INVALID_ARGUMENT: not such an address.
// Else the error of the operating system, as ALREADY_EXISTS if it is taken.
absl::StatusOr<Listener> Listen(absl::string_view address);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_LISTENER_H_

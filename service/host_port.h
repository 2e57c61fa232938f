// HostPort: where a door listens.

#ifndef RUNDLET_SERVICE_HOST_PORT_H_
#define RUNDLET_SERVICE_HOST_PORT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rundlet {

struct HostPort {
  std::string host;  // an address or a name; IPv6 without brackets
  int port = 0;      // 0 to 65535; 0 lets the system pick a free one

  friend bool operator==(const HostPort& a, const HostPort& b) {
    return a.host == b.host && a.port == b.port;
  }
};

// Reads HOST:PORT; an IPv6 address stands in brackets: [::1]:5000.
// INVALID_ARGUMENT says what is wrong with it.
absl::StatusOr<HostPort> ParseHostPort(absl::string_view text);

// The same, as text.
std::string FormatHostPort(const HostPort& address);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_HOST_PORT_H_

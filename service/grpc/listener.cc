#include "service/grpc/listener.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace rundlet {
namespace {

// Connections that wait for accept; the kernel cuts it to its own limit.
constexpr int kBacklog = 1024;

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

absl::StatusOr<Addresses> Resolve(absl::string_view address) {
  const size_t colon = address.rfind(':');
  int port = 0;
  if (colon == absl::string_view::npos ||
      !absl::SimpleAtoi(address.substr(colon + 1), &port) || port < 0 ||
      port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("address \"", address,
                     "\" is not HOST:PORT with a port of 0 to "
                     "65535"));
  }
  absl::string_view host = address.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[") && !absl::ConsumeSuffix(&host, "]")) {
    return absl::InvalidArgumentError(
        absl::StrCat("address \"", address, "\" lacks a \"]\""));
  }
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(host.empty() ? nullptr : std::string(host).c_str(),
                  absl::StrCat(port).c_str(), &hints, &found);
  if (error != 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "address \"", address, "\" does not resolve: ", gai_strerror(error)));
  }
  return Addresses(found, &freeaddrinfo);
}

absl::StatusOr<Descriptor> ListenOn(const addrinfo& address) {
  Descriptor socket(::socket(address.ai_family,
                             address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                             address.ai_protocol));
  if (!socket.valid()) return absl::ErrnoToStatus(errno, "socket");
  const int on = 1;
  if (setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) !=
      0) {
    return absl::ErrnoToStatus(errno, "SO_REUSEADDR");
  }
  if (bind(socket.get(), address.ai_addr, address.ai_addrlen) != 0) {
    return absl::ErrnoToStatus(errno, "bind");
  }
  if (listen(socket.get(), kBacklog) != 0) {
    return absl::ErrnoToStatus(errno, "listen");
  }
  return socket;
}

absl::StatusOr<int> PortOf(const Descriptor& socket) {
  sockaddr_storage bound = {};
  socklen_t size = sizeof(bound);
  if (getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound), &size) !=
      0) {
    return absl::ErrnoToStatus(errno, "getsockname");
  }
  return ntohs(bound.ss_family == AF_INET6
                   ? reinterpret_cast<sockaddr_in6*>(&bound)->sin6_port
                   : reinterpret_cast<sockaddr_in*>(&bound)->sin_port);
}

}  // namespace

absl::StatusOr<Listener> Listen(absl::string_view address) {
  absl::StatusOr<Addresses> candidates = Resolve(address);
  if (!candidates.ok()) return candidates.status();
  absl::Status error = absl::InternalError("no address");
  for (const addrinfo* each = candidates->get(); each != nullptr;
       each = each->ai_next) {
    absl::StatusOr<Descriptor> socket = ListenOn(*each);
    if (!socket.ok()) {
      error = socket.status();
      continue;
    }
    absl::StatusOr<int> port = PortOf(*socket);
    if (!port.ok()) return port.status();
    return Listener{*std::move(socket), *port};
  }
  return absl::Status(error.code(), absl::StrCat("cannot listen on ", address,
                                                 ": ", error.message()));
}

}  // namespace rundlet

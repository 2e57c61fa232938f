#include "service/host_port.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace rundlet {
namespace {

constexpr int kPortMax = 65535;

bool IsIpv6(absl::string_view host) { return absl::StrContains(host, ':'); }

}  // namespace

absl::StatusOr<HostPort> ParseHostPort(absl::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos) {
    return absl::InvalidArgumentError("is not HOST:PORT: there is no colon");
  }
  absl::string_view host = text.substr(0, colon);
  const absl::string_view port = text.substr(colon + 1);
  HostPort address;
  if (!absl::SimpleAtoi(port, &address.port) || address.port < 0 ||
      address.port > kPortMax) {
    return absl::InvalidArgumentError(absl::StrCat(
        "has the port '", port, "', which is not 0 to ", kPortMax));
  }
  const bool bracketed = absl::ConsumePrefix(&host, "[");
  if (bracketed != absl::ConsumeSuffix(&host, "]") ||
      bracketed != IsIpv6(host)) {
    return absl::InvalidArgumentError(
        "is not HOST:PORT: an IPv6 address, and nothing else, stands in "
        "brackets");
  }
  if (host.empty()) {
    return absl::InvalidArgumentError(
        "has no host; 0.0.0.0 means every IPv4 address of this machine");
  }
  address.host = std::string(host);
  return address;
}

std::string FormatHostPort(const HostPort& address) {
  if (IsIpv6(address.host)) {
    return absl::StrCat("[", address.host, "]:", address.port);
  }
  return absl::StrCat(address.host, ":", address.port);
}

}  // namespace rundlet

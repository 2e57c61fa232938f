#include "service/gateway/listener.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"

namespace rundlet {
namespace {

using asio::ip::tcp;

// Until an accept that failed is tried again.
constexpr std::chrono::milliseconds kRetry{50};

// How many clients may come in one turn.
constexpr int kAcceptsMax = 64;

bool IsOutOfDescriptors(const asio::error_code& error) {
  return error == asio::error::no_descriptors ||
         error == std::errc::too_many_files_open_in_system;
}

}  // namespace

Listener::Listener(asio::io_context* io, Callbacks callbacks)
    : acceptor_(*io), retry_(*io), callbacks_(std::move(callbacks)) {}

Listener::~Listener() {
  if (reserve_ >= 0) close(reserve_);
}

absl::Status Listener::Listen(const std::string& host, uint16_t port) {
  asio::error_code error;
  const auto failed = [&](absl::string_view call) {
    return absl::UnavailableError(absl::StrCat("text gateway on ", host, ":",
                                               port, ": ", call, ": ",
                                               error.message()));
  };
  tcp::resolver resolver(acceptor_.get_executor());
  const auto found = resolver.resolve(host, std::to_string(port),
                                      tcp::resolver::passive, error);
  if (error || found.empty()) return failed("resolve");
  const tcp::endpoint endpoint = found.begin()->endpoint();
  acceptor_.open(endpoint.protocol(), error);
  if (error) return failed("socket");
  acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (error) return failed("setsockopt");
  acceptor_.bind(endpoint, error);
  if (error) return failed("bind");
  acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) return failed("listen");
  acceptor_.non_blocking(true, error);
  if (error) return failed("fcntl");
  const tcp::endpoint bound = acceptor_.local_endpoint(error);
  if (error) return failed("getsockname");
  port_ = bound.port();
  if (!HoldReserve()) return absl::ErrnoToStatus(errno, "open /dev/null");
  return absl::OkStatus();
}

bool Listener::HoldReserve() {
  if (reserve_ < 0) reserve_ = open("/dev/null", O_RDONLY | O_CLOEXEC);
  return reserve_ >= 0;
}

void Listener::Accept() {
  if (accepting_ || !acceptor_.is_open()) return;
  accepting_ = true;
  acceptor_.async_accept(
      peer_, [this](const asio::error_code& error, tcp::socket socket) {
        accepting_ = false;
        if (acceptor_.is_open()) OnAccept(error, std::move(socket));
      });
}

void Listener::OnAccept(asio::error_code error, tcp::socket socket) {
  for (int count = 0; !error; socket = acceptor_.accept(peer_, error)) {
    callbacks_.on_accept(std::move(socket), peer_.address());
    if (++count == kAcceptsMax) return;
  }
  if (IsOutOfDescriptors(error)) {
    Shed();
  } else if (error && error != asio::error::would_block &&
             error != asio::error::connection_aborted) {
    // No memory for a socket, most likely; that takes a while to change.
    AcceptLater();
  }
}

void Listener::Shed() {
  if (reserve_ >= 0) {
    close(reserve_);
    reserve_ = -1;
    asio::error_code error;
    const tcp::socket closed_at_once = acceptor_.accept(error);
    if (!error) callbacks_.on_shed();
  }
  // Another thread may have taken the descriptor meanwhile.
  if (!HoldReserve()) AcceptLater();
}

void Listener::AcceptLater() {
  accepting_ = true;
  retry_.expires_after(kRetry);
  retry_.async_wait([this](const asio::error_code& error) {
    accepting_ = false;
    if (error || !acceptor_.is_open()) return;
    if (HoldReserve()) {
      Accept();
    } else {
      AcceptLater();
    }
  });
}

void Listener::Close() {
  asio::error_code ignored;  // closed either way
  acceptor_.close(ignored);
  retry_.cancel();
}

}  // namespace rundlet

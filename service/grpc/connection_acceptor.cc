#include "service/grpc/connection_acceptor.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace rundlet {
namespace {

// How long to wait for descriptors when not even the reserve helps.
constexpr int kStarvedMs = 10;

constexpr int kAcceptsPerRound = 64;

Descriptor OpenReserve() {
  return Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC));
}

bool OutOfDescriptors(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS ||
         error == ENOMEM;
}

}  // namespace

ConnectionAcceptor::ConnectionAcceptor(Listener listener,
                                       ConnectionLimits limits,
                                       const Clock* clock)
    : port_(listener.port),
      socket_(std::move(listener.socket)),
      open_(limits.connections_max, limits.connections_per_peer_max, clock) {}

absl::Status ConnectionAcceptor::Start(Sink sink) {
  reserve_ = OpenReserve();
  if (!reserve_.valid()) return absl::ErrnoToStatus(errno, "/dev/null");
  stop_.Reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!stop_.valid()) return absl::ErrnoToStatus(errno, "eventfd");
  sink_ = std::move(sink);
  thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

void ConnectionAcceptor::Stop() {
  if (!thread_.joinable()) return;
  // Cannot fail: the counter of the eventfd is 0.
  static_cast<void>(eventfd_write(stop_.get(), 1));
  thread_.join();
  socket_.Reset(-1);
}

AcceptorCounts ConnectionAcceptor::counts() const {
  return {accepted_.load(), refused_by_cap_.load(),
          refused_by_descriptors_.load()};
}

void ConnectionAcceptor::Run() {
  while (Wait(/*listen=*/true, -1)) AcceptSome();
}

void ConnectionAcceptor::AcceptSome() {
  for (int i = 0; i < kAcceptsPerRound; ++i) {
    sockaddr_storage address = {};
    socklen_t size = sizeof(address);
    Descriptor connection(accept4(socket_.get(),
                                  reinterpret_cast<sockaddr*>(&address), &size,
                                  SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (connection.valid()) {
      Take(std::move(connection), PeerOf(address));
    } else if (OutOfDescriptors(errno)) {
      if (!ShedOne()) {
        Wait(/*listen=*/false, kStarvedMs);
        return;
      }
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return;
    }
    // Anything else is the fate of one connection that left while it waited.
  }
}

void ConnectionAcceptor::Take(Descriptor connection, const std::string& peer) {
  if (!open_.Add(connection.get(), peer)) {
    refused_by_cap_.fetch_add(1);
    return;
  }
  const int on = 1;
  // A failure costs speed only.
  static_cast<void>(
      setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)));
  accepted_.fetch_add(1);
  sink_(connection.Release());
}

bool ConnectionAcceptor::ShedOne() {
  if (!reserve_.valid()) reserve_ = OpenReserve();
  if (!reserve_.valid()) return false;
  reserve_.Reset(-1);
  Descriptor connection(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  const bool shed = connection.valid();
  connection.Reset(-1);
  reserve_ = OpenReserve();
  if (shed) refused_by_descriptors_.fetch_add(1);
  return shed;
}

bool ConnectionAcceptor::Wait(bool listen, int timeout_ms) {
  pollfd events[] = {{stop_.get(), POLLIN, 0}, {socket_.get(), POLLIN, 0}};
  while (poll(events, listen ? 2 : 1, timeout_ms) < 0 && errno == EINTR) {
  }
  return (events[0].revents & POLLIN) == 0;
}

ConnectionLimits FitToDescriptors(ConnectionLimits limits,
                                  size_t descriptors_reserved) {
  rlimit descriptors = {};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return limits;
  const size_t all = static_cast<size_t>(descriptors.rlim_cur);
  const size_t room = all - std::min(descriptors_reserved, all / 2);
  limits.connections_max = std::min(limits.connections_max, room);
  limits.connections_per_peer_max =
      std::min(limits.connections_per_peer_max, limits.connections_max);
  return limits;
}

}  // namespace rundlet

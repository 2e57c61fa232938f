// ConnectionAcceptor: accepts connections on a thread of its own and hands them
// on. gRPC's own listener dies for good when descriptors run out
// (CVE-2023-4785); this one goes on as soon as there are some.

#ifndef RUNDLET_SERVICE_GRPC_CONNECTION_ACCEPTOR_H_
#define RUNDLET_SERVICE_GRPC_CONNECTION_ACCEPTOR_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "service/grpc/descriptor.h"
#include "service/grpc/listener.h"
#include "service/grpc/open_connections.h"
#include "storage/file/clock.h"

namespace rundlet {

struct ConnectionLimits {
  size_t connections_max = 1000;
  size_t connections_per_peer_max = 256;
};

// What an acceptor counts, from its start.
struct AcceptorCounts {
  uint64_t accepted = 0;
  uint64_t refused_by_cap = 0;          // closed at once: a cap is reached
  uint64_t refused_by_descriptors = 0;  // closed at once: none are left
};

// Start and Stop are called by one thread; the counts may be read by any.
class ConnectionAcceptor {
 public:
  // Owns the fd that it is given. Called on the acceptor's thread.
  using Sink = absl::AnyInvocable<void(int fd)>;

  // The clock is not owned.
  ConnectionAcceptor(Listener listener, ConnectionLimits limits,
                     const Clock* clock);
  ~ConnectionAcceptor() { Stop(); }

  ConnectionAcceptor(const ConnectionAcceptor&) = delete;
  ConnectionAcceptor& operator=(const ConnectionAcceptor&) = delete;

  // Begins to accept. Once. The error of the operating system if a descriptor
  // that it needs cannot be had.
  absl::Status Start(Sink sink);

  // Ends the thread and stops listening. The connections handed on stay.
  void Stop();

  int port() const { return port_; }
  AcceptorCounts counts() const;

 private:
  void Run();

  // Accepts what is waiting, up to a number after which Stop is heeded.
  void AcceptSome();
  void Take(Descriptor connection, const std::string& peer);

  // Closes one waiting connection with the help of the reserve descriptor.
  // False if not even that could be done.
  bool ShedOne();

  // Waits for the listener to be readable, or if `listen` is false only for
  // the time to pass; -1 is for ever. False: Stop was called.
  bool Wait(bool listen, int timeout_ms);

  const int port_;
  Descriptor socket_;
  Descriptor reserve_;  // given up for a moment when no other is left
  Descriptor stop_;     // an eventfd
  OpenConnections open_;
  Sink sink_;
  std::atomic<uint64_t> accepted_{0};
  std::atomic<uint64_t> refused_by_cap_{0};
  std::atomic<uint64_t> refused_by_descriptors_{0};
  std::thread thread_;
};

// The limits, cut so that `descriptors_reserved` at least, or half of what the
// process may open if that is less, remain for files and the other door.
ConnectionLimits FitToDescriptors(ConnectionLimits limits,
                                  size_t descriptors_reserved);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_CONNECTION_ACCEPTOR_H_

// OpenConnections: the connections that were given to gRPC, counted against
// caps. gRPC closes them on its own and tells nobody, so the count is put right
// by looking: a descriptor that is no longer the same socket is closed.

#ifndef RUNDLET_SERVICE_GRPC_OPEN_CONNECTIONS_H_
#define RUNDLET_SERVICE_GRPC_OPEN_CONNECTIONS_H_

#include <sys/socket.h>
#include <sys/types.h>

#include <cstddef>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "storage/file/clock.h"

namespace rundlet {

// Not thread-safe.
class OpenConnections {
 public:
  // `connections_max` in all, `connections_per_peer_max` for one peer. The
  // clock is not owned.
  OpenConnections(size_t connections_max, size_t connections_per_peer_max,
                  const Clock* clock)
      : connections_max_(connections_max),
        connections_per_peer_max_(connections_per_peer_max),
        clock_(clock) {}

  // Counts a connection if the caps allow one more of this peer; else returns
  // false.
  bool Add(int fd, const std::string& peer);

  // Those counted; some may be closed already.
  size_t count() const { return by_fd_.size(); }

 private:
  struct Connection {
    ino_t inode = 0;
    std::string peer;
  };

  bool HasRoom(const std::string& peer) const;
  void Remove(int fd);
  void Sweep();

  const size_t connections_max_;
  const size_t connections_per_peer_max_;
  const Clock* const clock_;
  absl::flat_hash_map<int, Connection> by_fd_;
  absl::flat_hash_map<std::string, size_t> count_by_peer_;
  absl::Duration swept_ = -absl::InfiniteDuration();  // of Clock::Monotonic
};

// The peer that an address belongs to: an IPv4 address, or the first 64 bits of
// an IPv6 address, which one host has all to itself. Empty for others.
std::string PeerOf(const sockaddr_storage& address);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_OPEN_CONNECTIONS_H_

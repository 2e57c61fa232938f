#include "service/grpc/open_connections.h"

#include <netinet/in.h>
#include <sys/stat.h>

#include <vector>

namespace rundlet {
namespace {

// Peers that connect while the caps are reached must not keep us looking.
constexpr absl::Duration kSweepInterval = absl::Milliseconds(20);

// The inode of a socket, which no other socket has while it is open; 0 if the
// descriptor is closed.
ino_t InodeOf(int fd) {
  struct stat status = {};
  return fstat(fd, &status) == 0 ? status.st_ino : 0;
}

}  // namespace

bool OpenConnections::Add(int fd, const std::string& peer) {
  // The same number again: the connection that had it is closed.
  Remove(fd);
  if (!HasRoom(peer)) Sweep();
  if (!HasRoom(peer)) return false;
  by_fd_[fd] = {InodeOf(fd), peer};
  ++count_by_peer_[peer];
  return true;
}

bool OpenConnections::HasRoom(const std::string& peer) const {
  if (by_fd_.size() >= connections_max_) return false;
  const auto count = count_by_peer_.find(peer);
  return count == count_by_peer_.end() ||
         count->second < connections_per_peer_max_;
}

void OpenConnections::Remove(int fd) {
  const auto connection = by_fd_.find(fd);
  if (connection == by_fd_.end()) return;
  const auto count = count_by_peer_.find(connection->second.peer);
  if (--count->second == 0) count_by_peer_.erase(count);
  by_fd_.erase(connection);
}

void OpenConnections::Sweep() {
  const absl::Duration now = clock_->Monotonic();
  if (now - swept_ < kSweepInterval) return;
  swept_ = now;
  std::vector<int> closed;
  for (const auto& [fd, connection] : by_fd_) {
    if (InodeOf(fd) != connection.inode) closed.push_back(fd);
  }
  for (const int fd : closed) Remove(fd);
}

std::string PeerOf(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return std::string(reinterpret_cast<const char*>(&v4.sin_addr),
                       sizeof(v4.sin_addr));
  }
  if (address.ss_family != AF_INET6) return "";
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  const char* const bytes = reinterpret_cast<const char*>(&v6);
  return IN6_IS_ADDR_V4MAPPED(&v6) ? std::string(bytes + 12, 4)
                                   : std::string(bytes, 8);
}

}  // namespace rundlet

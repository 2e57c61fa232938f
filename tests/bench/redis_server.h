// RedisServer: a redis-server without persistence, as a child process.

#ifndef RUNDLET_TESTS_BENCH_REDIS_SERVER_H_
#define RUNDLET_TESTS_BENCH_REDIS_SERVER_H_

#include <sys/types.h>

#include <memory>

#include "absl/status/statusor.h"

namespace rundlet {

// The child is ended and waited for when this is destroyed.
class RedisServer {
 public:
  // Starts it on a free port of 127.0.0.1 and waits until it accepts.
  // UNAVAILABLE: there is no redis-server, or it does not come up.
  static absl::StatusOr<std::unique_ptr<RedisServer>> Start();
  ~RedisServer();

  int port() const { return port_; }

 private:
  RedisServer(pid_t process, int port) : process_(process), port_(port) {}

  const pid_t process_;
  const int port_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_BENCH_REDIS_SERVER_H_

// ChildServer: another server, as a child process, to be measured beside ours.

#ifndef RUNDLET_TESTS_BENCH_CHILD_SERVER_H_
#define RUNDLET_TESTS_BENCH_CHILD_SERVER_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace rundlet {

// A port of 127.0.0.1 that was free a moment ago: for servers that cannot say
// which one they picked.
int FreePort();

// The child is ended and waited for when this is destroyed.
class ChildServer {
 public:
  // Starts the program `words[0]` with the others as its arguments, and waits
  // until it accepts on this port of 127.0.0.1. UNAVAILABLE: there is no such
  // program, or it does not come up.
  static absl::StatusOr<std::unique_ptr<ChildServer>> Start(
      std::vector<std::string> words, int port);
  ~ChildServer();

  int port() const { return port_; }
  pid_t process() const { return process_; }

 private:
  ChildServer(pid_t process, int port) : process_(process), port_(port) {}

  const pid_t process_;
  const int port_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_BENCH_CHILD_SERVER_H_

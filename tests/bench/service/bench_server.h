// BenchServer: rundletd's gRPC door on the log engine, and beside it, in the
// same gRPC server, methods that do nothing; in a process of its own.

#ifndef RUNDLET_TESTS_BENCH_SERVICE_BENCH_SERVER_H_
#define RUNDLET_TESTS_BENCH_SERVICE_BENCH_SERVER_H_

#include <sys/types.h>

#include <string>

#include "tests/support/temp_folder.h"

namespace rundlet {

inline constexpr int kBenchKeys = 1000;
inline constexpr int kBenchValueBytes = 100;

// The keys that are there, each with a text of kBenchValueBytes.
std::string BenchKey(int number);

// From construction to destruction. The store is in a temporary folder, at
// durability os. REQUIRES that the process has no other thread yet: gRPC does
// not survive a fork.
class BenchServer {
 public:
  BenchServer();
  ~BenchServer();

  int port() const { return port_; }

 private:
  const TempFolder folder_;
  pid_t process_ = 0;
  int port_ = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_BENCH_SERVICE_BENCH_SERVER_H_

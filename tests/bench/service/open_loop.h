// OpenLoop: puts at times that a schedule sets, whatever becomes of those
// before them, over several connections.

#ifndef RUNDLET_TESTS_BENCH_SERVICE_OPEN_LOOP_H_
#define RUNDLET_TESTS_BENCH_SERVICE_OPEN_LOOP_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "rundlet/v1/key_value.grpc.pb.h"

namespace rundlet {

struct OpenLoopResult {
  uint64_t sent = 0;
  uint64_t refused = 0;          // UNAVAILABLE, reason OVERLOADED
  uint64_t refused_in_full = 0;  // of them, with both times to come back
  uint64_t failed = 0;           // otherwise
  // Of those accepted, from the scheduled time to the answer.
  std::vector<absl::Duration> latencies;

  uint64_t accepted() const { return latencies.size(); }
  // Sorts the latencies.
  absl::Duration Quantile(double quantile);
};

// One thread at a time.
class OpenLoop {
 public:
  // Each channel is a connection of its own.
  OpenLoop(int port, int connections);

  // Sends `per_second` puts for `duration`, evenly, then waits for all answers.
  OpenLoopResult Run(double per_second, absl::Duration duration)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Keeps `in_flight` puts under way until `puts` are answered.
  OpenLoopResult RunClosed(int in_flight, uint64_t puts)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Call;

  void Send(absl::Time scheduled) ABSL_LOCKS_EXCLUDED(mutex_);
  void Count(const Call& call, const grpc::Status& status)
      ABSL_LOCKS_EXCLUDED(mutex_);

  std::vector<std::unique_ptr<v1::KeyValueService::Stub>> stubs_;
  uint64_t next_ = 0;
  absl::Mutex mutex_;
  OpenLoopResult result_ ABSL_GUARDED_BY(mutex_);
  uint64_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_BENCH_SERVICE_OPEN_LOOP_H_

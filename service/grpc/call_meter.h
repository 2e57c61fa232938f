// CallMeter: how many calls of each method have ended, how, and how long they
// took.

#ifndef RUNDLET_SERVICE_GRPC_CALL_METER_H_
#define RUNDLET_SERVICE_GRPC_CALL_METER_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/admission/delay_histogram.h"
#include "storage/file/clock.h"

namespace rundlet {

// Of one method, since the start.
struct CallStats {
  absl::string_view method;  // as gRPC spells it: package.Service/Method
  uint64_t ended_count = 0;
  // Those that ended with an error, by its code, in the order of the codes.
  std::vector<std::pair<absl::StatusCode, uint64_t>> failed_counts;
  // From the server's first sight of a call to its answer.
  absl::Duration duration_p50;
  absl::Duration duration_p99;
  absl::Duration duration_p999;
};

// Thread-safe. Of methods with one request and one answer; streams last as long
// as their clients want.
class CallMeter {
 public:
  enum class Method : uint8_t {
    kGet,
    kBatchGet,
    kList,
    kPut,
    kDelete,
    kDeleteRange,
    kSetExpiry,
    kAdd,
    kCommit,
    kSync,
    kOpenSnapshot,
    kRenewSnapshot,
    kReleaseSnapshot,
    kGetLimits,
    kStats,
    kCompact,
    kExplainCompaction,
    kBackup,
    kSetLogLevel,
  };
  static constexpr size_t kMethods =
      static_cast<size_t>(Method::kSetLogLevel) + 1;

  // Told of a call that has ended with an error, on the thread that ended it.
  using OnFailed =
      std::function<void(absl::string_view method, const absl::Status& error)>;

  explicit CallMeter(const Clock* clock, OnFailed on_failed = nullptr)
      : clock_(clock), on_failed_(std::move(on_failed)) {}
  CallMeter(const CallMeter&) = delete;
  CallMeter& operator=(const CallMeter&) = delete;

  // Now, for the beginning of a call.
  absl::Duration Begin() const { return clock_->Monotonic(); }

  // Counts a call that began at `begun` and ends now.
  void End(Method method, const absl::Status& status, absl::Duration begun);

  // Methods that were called, in the order above.
  std::vector<CallStats> stats() const;

 private:
  static constexpr size_t kCodes =
      static_cast<size_t>(absl::StatusCode::kUnauthenticated) + 1;

  struct Counts {
    std::array<std::atomic<uint64_t>, kCodes> codes{};
    DelayHistogram durations;
  };

  const Clock* const clock_;
  const OnFailed on_failed_;
  std::array<Counts, kMethods> methods_;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_CALL_METER_H_

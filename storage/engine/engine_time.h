// EngineTime: the time that expiry and modification times are made of (T1).
//
// It starts at the wall clock or at the highest time that the store has on
// disk, whichever is later, and then only follows the monotonic clock: a step
// of the wall clock while running changes nothing, and a wall clock that went
// back while the store was closed brings no expired key back.

#ifndef RUNDLET_STORAGE_ENGINE_ENGINE_TIME_H_
#define RUNDLET_STORAGE_ENGINE_ENGINE_TIME_H_

#include <algorithm>
#include <cstdint>

#include "absl/time/time.h"
#include "storage/file/clock.h"

namespace rundlet {

// Thread-safe. Times are microseconds since the Unix epoch.
class EngineTime {
 public:
  EngineTime(const Clock* clock, int64_t highest_known_us)
      : clock_(clock),
        start_us_(std::max(absl::ToUnixMicros(clock->Now()), highest_known_us)),
        start_(clock->Monotonic()) {}

  int64_t now_us() const {
    return start_us_ + absl::ToInt64Microseconds(clock_->Monotonic() - start_);
  }

 private:
  const Clock* const clock_;
  const int64_t start_us_;
  const absl::Duration start_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_ENGINE_TIME_H_

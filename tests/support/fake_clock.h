// FakeClock: time that stands still until a test moves it.

#ifndef RUNDLET_TESTS_SUPPORT_FAKE_CLOCK_H_
#define RUNDLET_TESTS_SUPPORT_FAKE_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/file/clock.h"

namespace rundlet {

// Thread-safe.
class FakeClock : public Clock {
 public:
  explicit FakeClock(absl::Time now = absl::FromUnixSeconds(1'700'000'000))
      : now_(now) {}

  absl::Time Now() const override;
  absl::Duration Monotonic() const override;

  // Lets time pass, on both clocks. Never negative.
  void Advance(absl::Duration duration);

  // Sets the wall clock, either way, while no time passes.
  void StepWall(absl::Duration step);

 private:
  mutable absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
  absl::Duration monotonic_ ABSL_GUARDED_BY(mutex_) = absl::Hours(1);
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_FAKE_CLOCK_H_

#include "tests/support/fake_clock.h"

namespace rundlet {

absl::Time FakeClock::Now() const {
  absl::MutexLock lock(&mutex_);
  return now_;
}

absl::Duration FakeClock::Monotonic() const {
  absl::MutexLock lock(&mutex_);
  return monotonic_;
}

void FakeClock::Advance(absl::Duration duration) {
  absl::MutexLock lock(&mutex_);
  now_ += duration;
  monotonic_ += duration;
}

void FakeClock::StepWall(absl::Duration step) {
  absl::MutexLock lock(&mutex_);
  now_ += step;
}

}  // namespace rundlet

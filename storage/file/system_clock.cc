#include <time.h>

#include "absl/time/clock.h"
#include "storage/file/clock.h"

namespace rundlet {
namespace {

class SystemClock : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }

  // BOOTTIME goes on while the machine is suspended, MONOTONIC does not: a key
  // that lives for an hour is gone after an hour, asleep or not.
  absl::Duration Monotonic() const override {
    timespec time;
    clock_gettime(CLOCK_BOOTTIME, &time);
    return absl::DurationFromTimespec(time);
  }
};

}  // namespace

const Clock* Clock::System() {
  static const SystemClock* const kClock = new SystemClock();
  return kClock;
}

}  // namespace rundlet

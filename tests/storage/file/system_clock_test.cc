// Goal: the machine's clock counts.
// Method: two readings of each, around a wait.

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "storage/file/clock.h"

namespace rundlet {
namespace {

TEST(SystemClockTest, BothClocksGoOn) {
  const Clock* const clock = Clock::System();
  const absl::Time now = clock->Now();
  const absl::Duration monotonic = clock->Monotonic();
  absl::SleepFor(absl::Milliseconds(2));
  EXPECT_GE(clock->Monotonic() - monotonic, absl::Milliseconds(2));
  EXPECT_GT(clock->Now(), now);
  EXPECT_GT(now, absl::FromUnixSeconds(1'700'000'000));
}

}  // namespace
}  // namespace rundlet

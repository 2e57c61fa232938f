// Goal: engine time never goes back and never jumps while it runs, and what
// was on the disk is a floor for it (T1).
// Method: a clock whose wall the test steps either way.

#include "storage/engine/engine_time.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"

namespace rundlet {
namespace {

TEST(EngineTimeTest, StartsAtTheWallClockAndFollowsTimeElapsed) {
  FakeClock clock(absl::FromUnixMicros(5000));
  const EngineTime time(&clock, /*highest_known_us=*/0);
  EXPECT_EQ(time.now_us(), 5000);
  clock.Advance(absl::Microseconds(7));
  EXPECT_EQ(time.now_us(), 5007);
}

TEST(EngineTimeTest, StepsOfTheWallClockAreIgnored) {
  FakeClock clock(absl::FromUnixMicros(5000));
  const EngineTime time(&clock, 0);
  clock.StepWall(absl::Hours(1));
  EXPECT_EQ(time.now_us(), 5000);
  clock.StepWall(-absl::Hours(2));
  clock.Advance(absl::Microseconds(1));
  EXPECT_EQ(time.now_us(), 5001);
}

TEST(EngineTimeTest, AnEarlierWallClockAfterARestartIsIgnored) {
  FakeClock clock(absl::FromUnixMicros(5000));
  const EngineTime time(&clock, /*highest_known_us=*/9000);
  EXPECT_EQ(time.now_us(), 9000);
  clock.Advance(absl::Microseconds(1));
  EXPECT_EQ(time.now_us(), 9001);
}

TEST(EngineTimeTest, ALaterWallClockAfterARestartIsTimeElapsed) {
  const FakeClock clock(absl::FromUnixMicros(9000));
  const EngineTime time(&clock, /*highest_known_us=*/5000);
  EXPECT_EQ(time.now_us(), 9000);
}

}  // namespace
}  // namespace rundlet

// Goal: background work keeps to its rate, and does not save up for a burst.
// Method: bytes spent at given times.

#include "storage/engine/byte_pace.h"

#include "gtest/gtest.h"

namespace rundlet {
namespace {

TEST(BytePaceTest, RestsForWhatWasSpent) {
  BytePace pace(1000);
  EXPECT_EQ(pace.Spend(500, absl::Seconds(7)), absl::ZeroDuration());
  EXPECT_EQ(pace.Spend(500, absl::Seconds(7)), absl::Milliseconds(500));
  // The rest was kept, and the work took 200 ms.
  EXPECT_EQ(pace.Spend(500, absl::Milliseconds(7700)), absl::Milliseconds(300));
}

TEST(BytePaceTest, ALongPauseBuysNoBurst) {
  BytePace pace(1000);
  pace.Spend(1, absl::Seconds(1));
  EXPECT_EQ(pace.Spend(100, absl::Seconds(100)), absl::ZeroDuration());
  EXPECT_EQ(pace.Spend(100, absl::Seconds(100)), absl::Milliseconds(100));
}

TEST(BytePaceTest, AClockThatStandsStillDoesNotAddUp) {
  BytePace pace(1000);
  pace.Spend(1, absl::Seconds(1));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(pace.Spend(100, absl::Seconds(1)), absl::Milliseconds(100));
  }
}

TEST(BytePaceTest, WithoutARateThereIsNoRest) {
  BytePace pace(0);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(pace.Spend(1 << 30, absl::Seconds(1)), absl::ZeroDuration());
  }
  pace.set_bytes_per_second(1000);
  pace.Spend(1, absl::Seconds(1));
  EXPECT_EQ(pace.Spend(100, absl::Seconds(1)), absl::Milliseconds(100));
}

}  // namespace
}  // namespace rundlet

// Goal: groups are cut when they take too long, and only where that helps;
// refusals begin with a delay that lasts, and end with it.
// Method: a disk that is a formula; time is a number.

#include "service/admission/delay_control.h"

#include <algorithm>

#include "gtest/gtest.h"

namespace rundlet {
namespace {

constexpr absl::Duration kMax = absl::Milliseconds(100);

class DelayControlTest : public testing::Test {
 protected:
  // One group of all that fits of `waiting`; returns how many it took.
  uint64_t Group(uint64_t waiting) {
    const uint64_t writes =
        std::min(waiting, control_.GroupBegins(last_, now_));
    last_ = sync_time_ + static_cast<double>(writes) * write_time_;
    now_ += last_;
    control_.GroupEnds(writes, last_, now_);
    return writes;
  }

  absl::Duration sync_time_ = absl::Milliseconds(20);
  absl::Duration write_time_ = absl::Microseconds(100);
  absl::Duration now_ = absl::Hours(1);
  absl::Duration last_;
  DelayControl control_{DelayControl::Settings()};
};

TEST_F(DelayControlTest, GroupsShrinkToWhatTheDiskTakesInTime) {
  Group(1);
  EXPECT_EQ(Group(10'000), 10'000u);  // a second: nothing was known
  for (int i = 0; i < 20; ++i) Group(10'000);
  EXPECT_LE(last_, kMax * 1.2);
  EXPECT_GE(last_, kMax / 2);
}

TEST_F(DelayControlTest, WhatIsSlowForOneWriteIsNotCut) {
  sync_time_ = absl::Milliseconds(400);
  write_time_ = absl::Microseconds(1);
  Group(1);
  int whole = 0;
  for (int i = 0; i < 100; ++i) whole += Group(1000) == 1000 ? 1 : 0;
  EXPECT_GE(whole, 90);  // the others probe
  EXPECT_FALSE(control_.overloaded());
}

TEST_F(DelayControlTest, FewAreAlwaysTaken) {
  write_time_ = absl::Seconds(1);
  for (int i = 0; i < 10; ++i) Group(1000);
  EXPECT_EQ(control_.fitting_writes(), 128u);
}

TEST_F(DelayControlTest, GroupsGrowWhenTheDiskIsFastAgain) {
  Group(1);
  for (int i = 0; i < 10; ++i) Group(10'000);
  write_time_ = sync_time_ = absl::Microseconds(1);
  for (int i = 0; i < 20; ++i) Group(10'000);
  EXPECT_EQ(control_.fitting_writes(), DelayControl::Settings().writes_max);
}

TEST_F(DelayControlTest, OneLongPauseIsNoOverload) {
  Group(1);
  control_.GroupEnds(64, absl::Milliseconds(350), now_);
  control_.GroupBegins(absl::Milliseconds(350), now_);
  EXPECT_FALSE(control_.overloaded());
  control_.GroupBegins(absl::Milliseconds(10), now_ + kMax);
  control_.GroupBegins(absl::Milliseconds(350), now_ + absl::Seconds(1));
  EXPECT_FALSE(control_.overloaded());
}

TEST_F(DelayControlTest, DelaysThatLastAreOverloadUntilNobodyIsRefused) {
  control_.OldestWaits(kMax + absl::Milliseconds(1), now_);
  EXPECT_FALSE(control_.overloaded());
  EXPECT_EQ(control_.places(), DelayControl::Settings().writes_max);
  control_.OldestWaits(kMax + absl::Milliseconds(301),
                       now_ + absl::Milliseconds(300));
  EXPECT_TRUE(control_.overloaded());
  // Waits are short, but others are refused.
  now_ += absl::Seconds(1);
  control_.Refused(now_ - absl::Milliseconds(200));
  control_.GroupBegins(kMax, now_);
  EXPECT_TRUE(control_.overloaded());
  control_.GroupBegins(kMax, now_ + absl::Milliseconds(200));
  EXPECT_FALSE(control_.overloaded());
}

TEST_F(DelayControlTest, TheWaitExpectedIsThatOfTwoGroups) {
  control_.GroupEnds(1, absl::Milliseconds(40), now_);
  EXPECT_EQ(control_.ExpectedWait(absl::Milliseconds(10)),
            absl::Milliseconds(70));
  EXPECT_EQ(control_.ExpectedWait(absl::Milliseconds(60)),
            absl::Milliseconds(60));
}

}  // namespace
}  // namespace rundlet

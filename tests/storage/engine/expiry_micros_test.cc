// Goal: an expiry on disk is never earlier than the one asked for, and never
// "never" by accident.
// Method: the edges of the range, and what stands between two microseconds.

#include "storage/engine/expiry_micros.h"

#include <cstdint>
#include <limits>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace rundlet {
namespace {

constexpr int64_t kLast = std::numeric_limits<int64_t>::max();

TEST(ExpiryMicrosTest, RoundsUp) {
  const absl::Time time = absl::FromUnixMicros(5);
  EXPECT_EQ(ToExpiryMicros(time), 5);
  EXPECT_EQ(ToExpiryMicros(time + absl::Nanoseconds(1)), 6);
  EXPECT_EQ(ToExpiryMicros(time - absl::Nanoseconds(1)), 5);
  EXPECT_EQ(ToExpiryMicros(time + absl::Nanoseconds(1) / 4), 6);
}

TEST(ExpiryMicrosTest, TheEpochAndBeforeAreThePast) {
  EXPECT_EQ(ToExpiryMicros(absl::UnixEpoch()), 1);
  EXPECT_EQ(ToExpiryMicros(absl::FromUnixSeconds(-1)), 1);
  EXPECT_EQ(ToExpiryMicros(absl::InfinitePast()), 1);
}

TEST(ExpiryMicrosTest, NeverIsTheInfiniteFutureAlone) {
  EXPECT_EQ(ToExpiryMicros(absl::InfiniteFuture()), 0);
  EXPECT_EQ(ToExpiryMicros(absl::FromUnixMicros(kLast)), kLast);
}

TEST(ExpiryMicrosTest, WhatIsBeyondTheLastMicrosecondIsTheLast) {
  EXPECT_EQ(ToExpiryMicros(absl::FromUnixMicros(kLast) + absl::Nanoseconds(1)),
            kLast);
  EXPECT_EQ(ToExpiryMicros(absl::FromUnixSeconds(kLast / 1000)), kLast);
}

}  // namespace
}  // namespace rundlet

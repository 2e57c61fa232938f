// Goal: the guard admits up to its ceiling, whichever part it is that takes the
// memory, and again when a 16th is free.
// Method: figures that the test sets.

#include "storage/engine/guards/memory_guard.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kCeiling = 1 << 20;

class MemoryGuardTest : public ::testing::Test {
 protected:
  bool Admits(uint64_t bytes, uint64_t pending_bytes = 0) {
    return guard_.Admit(bytes, pending_bytes).ok();
  }

  MemoryStats now_;
  int measured_ = 0;
  MemoryGuard guard_{{kCeiling, [this] {
                        ++measured_;
                        return now_;
                      }}};
};

TEST_F(MemoryGuardTest, EachPartCounts) {
  for (uint64_t MemoryStats::*part :
       {&MemoryStats::index_bytes, &MemoryStats::cache_bytes,
        &MemoryStats::request_bytes, &MemoryStats::process_bytes}) {
    now_ = MemoryStats();
    EXPECT_TRUE(Admits(20'000));
    now_.*part = kCeiling;
    EXPECT_FALSE(Admits(20'000));
    now_ = MemoryStats();
    EXPECT_TRUE(Admits(20'000));
  }
  EXPECT_FALSE(Admits(20'000, /*pending_bytes=*/kCeiling));
}

TEST_F(MemoryGuardTest, PartsAddUpAndTheProcessIsTheirWhole) {
  now_.index_bytes = kCeiling / 2;
  now_.cache_bytes = kCeiling / 4;
  now_.process_bytes = kCeiling / 2;
  EXPECT_TRUE(Admits(20'000));
  const MemoryStats stats = guard_.stats(/*pending_bytes=*/1000);
  EXPECT_EQ(stats.used_bytes, kCeiling / 4 * 3 + 1000);
  EXPECT_EQ(stats.bytes_max, kCeiling);
  now_.index_bytes = kCeiling / 4 * 3;
  EXPECT_FALSE(Admits(20'000));
}

TEST_F(MemoryGuardTest, TheErrorNamesWhatIsTakenAndTheCeiling) {
  now_.index_bytes = kCeiling;
  const absl::Status status = guard_.Admit(1, 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(status.message(), HasSubstr("takes 1048576 bytes of memory"));
  EXPECT_THAT(status.message(), HasSubstr("memory_bytes_max is 1048576"));
}

TEST_F(MemoryGuardTest, AdmitsAgainWhenASixteenthIsFree) {
  now_.index_bytes = kCeiling;
  EXPECT_FALSE(Admits(1));
  now_.index_bytes = kCeiling - kCeiling / 16;
  EXPECT_FALSE(Admits(1));
  now_.index_bytes -= 300;
  EXPECT_TRUE(Admits(1));
}

TEST_F(MemoryGuardTest, SmallCommitsAreNotMeasuredEach) {
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(Admits(100));
  EXPECT_LT(measured_, 10);
  // Nor is a large one let through by an old measurement.
  EXPECT_FALSE(Admits(kCeiling));
}

TEST_F(MemoryGuardTest, WhatWasAdmittedSinceCounts) {
  now_.index_bytes = kCeiling - 10'000;
  int admitted = 0;
  while (admitted < 100 && Admits(1000)) ++admitted;
  EXPECT_GT(admitted, 5);
  EXPECT_LE(admitted, 10);
}

TEST(MemoryGuardOffTest, WithoutACeilingNothingIsRefused) {
  MemoryGuard guard({0, [] {
                       MemoryStats stats;
                       stats.process_bytes = ~uint64_t{0} / 2;
                       return stats;
                     }});
  EXPECT_TRUE(guard.Admit(1 << 30, 1 << 30).ok());
}

}  // namespace
}  // namespace rundlet

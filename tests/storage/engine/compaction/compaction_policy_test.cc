// Goal: a compaction is due exactly when the settings say that it is worth it.
// Method: figures on both sides of each threshold.

#include "storage/engine/compaction/compaction_policy.h"

#include <gtest/gtest.h>

namespace rundlet {
namespace {

constexpr uint64_t kMiB = 1 << 20;

CompactionPolicy Policy() {
  return CompactionPolicy({/*live_ratio_min=*/0.5, /*dead_bytes_min=*/64 * kMiB,
                           /*spare_segments_max=*/4,
                           /*segment_bytes=*/256 * kMiB});
}

TEST(CompactionPolicyTest, IsNeverDueWhenOff) {
  EXPECT_FALSE(CompactionPolicy::Off().is_on());
  EXPECT_EQ(CompactionPolicy::Off().Reason({1000 * kMiB, 0, 1000}), "");
}

TEST(CompactionPolicyTest, IsDueWhenLessThanTheRatioIsLive) {
  EXPECT_EQ(Policy().Reason({200 * kMiB, 100 * kMiB, 2}), "");
  EXPECT_EQ(Policy().Reason({200 * kMiB, 100 * kMiB - 1, 2}),
            "104857601 of 209715200 bytes are dead");
}

TEST(CompactionPolicyTest, IsNotDueForLittle) {
  EXPECT_EQ(Policy().Reason({64 * kMiB - 1, 0, 2}), "");
  EXPECT_NE(Policy().Reason({64 * kMiB, 0, 2}), "");
}

TEST(CompactionPolicyTest, IsDueForManySmallSegments) {
  EXPECT_EQ(Policy().Reason({kMiB, kMiB, 5}), "");
  EXPECT_EQ(Policy().Reason({kMiB, kMiB, 6}),
            "6 segments hold what would fill 1");
  // Large data fills many segments by right.
  EXPECT_EQ(Policy().Reason({1024 * kMiB, 1024 * kMiB, 9}), "");
}

TEST(CompactionPolicyTest, SegmentsThatTheLastOneCouldNotFillAreNoReason) {
  EXPECT_NE(Policy().Reason({kMiB, kMiB, 30, 0}), "");
  EXPECT_EQ(Policy().Reason({kMiB, kMiB, 30, 26}), "");
  EXPECT_NE(Policy().Reason({kMiB, kMiB, 31, 26}), "");
}

TEST(CompactionPolicyTest, IsDueForLittleOnALowDisk) {
  CompactionPolicy::Figures figures{160 * kMiB, 150 * kMiB, 2};
  figures.disk_is_low = true;
  EXPECT_EQ(Policy().Reason(figures), "");
  figures.live_bytes = 150 * kMiB - 1;
  EXPECT_EQ(Policy().Reason(figures),
            "the disk is low on room, 10485761 of 167772160 bytes are dead");
  EXPECT_EQ(CompactionPolicy::Off().Reason(figures), "");
}

TEST(CompactionPolicyTest, IsDueWhenMuchHasBeenDeadForLong) {
  CompactionPolicy::Settings settings;
  settings.live_ratio_min = 0.1;
  settings.spare_segments_max = 100;
  settings.age_max = absl::Hours(24);
  const CompactionPolicy policy(settings);
  CompactionPolicy::Figures figures;
  figures.file_bytes = 160 * kMiB;
  figures.live_bytes = 150 * kMiB;
  figures.age = absl::Hours(24) - absl::Seconds(1);
  EXPECT_EQ(policy.Reason(figures), "");
  figures.age = absl::Hours(24);
  EXPECT_EQ(policy.Reason(figures),
            "10485760 of 167772160 bytes are dead, and the last compaction is "
            "24h ago");
  ++figures.live_bytes;
  EXPECT_EQ(policy.Reason(figures), "");
  EXPECT_EQ(Policy().Reason(figures), "") << "off";
}

TEST(CompactionPolicyTest, TakesFiguresThatWereNotReadAtOnce) {
  // More live than there is: a write came between.
  EXPECT_EQ(Policy().Reason({100 * kMiB, 101 * kMiB, 2}), "");
}

}  // namespace
}  // namespace rundlet

// Goal: a compaction keeps up with the writes, gives way when syncs slow down,
// grows again when they do not, and never goes beyond what is configured.
// Method: samples at given times.

#include "storage/engine/compaction/compaction_pacer.h"

#include "gtest/gtest.h"

namespace rundlet {
namespace {

constexpr uint64_t kMiB = 1 << 20;

class CompactionPacerTest : public ::testing::Test {
 protected:
  // One second in which so much was written, by syncs that took so long.
  void Second(uint64_t written_bytes, absl::Duration sync_time,
              bool compacting) {
    now_ += absl::Seconds(1);
    sample_.written_bytes += written_bytes;
    sample_.syncs += 10;
    sample_.sync_time += 10 * sync_time;
    pacer_.Observe(sample_, now_, compacting);
  }
  void Seconds(int seconds, uint64_t written_bytes, absl::Duration sync_time,
               bool compacting) {
    for (int i = 0; i < seconds; ++i) {
      Second(written_bytes, sync_time, compacting);
    }
  }

  CompactionPacer::Settings settings_;
  CompactionPacer pacer_{settings_};
  CompactionPacer::Sample sample_;
  absl::Duration now_ = absl::Seconds(100);
};

TEST_F(CompactionPacerTest, StartsLowAndGrowsWhileNobodyIsDisturbed) {
  EXPECT_EQ(pacer_.bytes_per_second(), 8 * kMiB);
  Seconds(3, 0, absl::Milliseconds(2), false);
  EXPECT_EQ(pacer_.bytes_per_second(), 8 * kMiB);
  Seconds(10, 0, absl::Milliseconds(2), true);
  EXPECT_GT(pacer_.bytes_per_second(), 60 * kMiB);
}

TEST_F(CompactionPacerTest, FollowsTheWrites) {
  Seconds(30, 50 * kMiB, absl::Milliseconds(2), false);
  EXPECT_GT(pacer_.bytes_per_second(), 195 * kMiB);
  // It does not fall behind them, however long syncs take.
  Seconds(30, 50 * kMiB, absl::Milliseconds(90), true);
  EXPECT_GT(pacer_.bytes_per_second(), 195 * kMiB);
}

TEST_F(CompactionPacerTest, GivesWayWhenSyncsSlowDownAndComesBack) {
  Seconds(10, kMiB, absl::Milliseconds(2), false);
  Seconds(10, kMiB, absl::Milliseconds(2), true);
  const uint64_t before = pacer_.bytes_per_second();
  Second(kMiB, absl::Milliseconds(5), true);
  EXPECT_EQ(pacer_.bytes_per_second(), before / 2);
  Seconds(20, kMiB, absl::Milliseconds(5), true);
  EXPECT_EQ(pacer_.bytes_per_second(), 8 * kMiB);
  Seconds(5, kMiB, absl::Milliseconds(3), true);
  EXPECT_GT(pacer_.bytes_per_second(), 20 * kMiB);
}

TEST_F(CompactionPacerTest, SyncsThatAreFastAllTheSameAreNoReason) {
  Seconds(10, kMiB, absl::Microseconds(50), false);
  const uint64_t before = pacer_.bytes_per_second();
  Second(kMiB, absl::Microseconds(900), true);
  EXPECT_GT(pacer_.bytes_per_second(), before);
}

TEST_F(CompactionPacerTest, ASlowDiskIsNoReason) {
  Seconds(10, kMiB, absl::Milliseconds(40), false);
  const uint64_t before = pacer_.bytes_per_second();
  Second(kMiB, absl::Milliseconds(45), true);
  EXPECT_GT(pacer_.bytes_per_second(), before);
}

TEST_F(CompactionPacerTest, WithoutSyncsThereIsNothingToGiveWayTo) {
  Second(0, absl::Milliseconds(2), true);
  const uint64_t before = pacer_.bytes_per_second();
  now_ += absl::Seconds(1);
  pacer_.Observe(sample_, now_, true);
  EXPECT_GT(pacer_.bytes_per_second(), before);
}

TEST_F(CompactionPacerTest, ObservesOnceInAnInterval) {
  Second(0, absl::Milliseconds(2), true);
  const uint64_t before = pacer_.bytes_per_second();
  for (int i = 0; i < 50; ++i) {
    pacer_.Observe(sample_, now_ + absl::Milliseconds(i), true);
  }
  EXPECT_EQ(pacer_.bytes_per_second(), before);
}

TEST_F(CompactionPacerTest, TheConfiguredMaximumWins) {
  settings_.bytes_per_second_max = kMiB;
  CompactionPacer limited(settings_);
  for (int i = 1; i < 20; ++i) {
    limited.Observe({i * 100 * kMiB, 0, absl::ZeroDuration()}, absl::Seconds(i),
                    true);
    EXPECT_LE(limited.bytes_per_second(), kMiB);
  }
  limited.Spend(1, absl::Seconds(50));
  EXPECT_EQ(limited.Spend(kMiB, absl::Seconds(50)), absl::Seconds(1));
}

}  // namespace
}  // namespace rundlet

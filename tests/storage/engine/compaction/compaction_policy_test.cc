// Goal: a compaction is due exactly when the settings say that it is worth it,
// takes what frees the most for the least copying, fits a step and the disk,
// and always leaves less to do.
// Method: figures on both sides of each threshold; random figures, compacted
// again and again as the policy says until nothing is due.

#include "storage/engine/compaction/compaction_policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "storage/format/file_header.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

using Choice = CompactionPolicy::Choice;
using Figures = CompactionPolicy::Figures;
using Settings = CompactionPolicy::Settings;
using Totals = CompactionPolicy::Totals;

constexpr uint64_t kMiB = 1 << 20;

Settings HalfLive() {
  Settings settings;
  settings.live_ratio_min = 0.5;
  settings.dead_bytes_min = 64 * kMiB;
  settings.spare_segments_max = 4;
  settings.segment_bytes = 256 * kMiB;
  return settings;
}

// Of so many bytes behind the header.
SegmentFigures Segment(uint64_t id, uint64_t live, uint64_t dead) {
  SegmentFigures segment;
  segment.segment_id = id;
  segment.bytes = kFileHeaderBytes + live + dead;
  segment.live_bytes = live;
  return segment;
}

Choice Choose(const Settings& settings, std::vector<SegmentFigures> segments,
              uint64_t room_bytes = ~uint64_t{0}) {
  Figures figures;
  figures.segments = std::move(segments);
  figures.room_bytes = room_bytes;
  return CompactionPolicy(settings).Choose(figures);
}

using Ids = std::vector<uint64_t>;

TEST(CompactionPolicyTest, IsNeverDueWhenOff) {
  EXPECT_FALSE(CompactionPolicy::Off().is_on());
  Totals totals;
  totals.file_bytes = 1000 * kMiB;
  totals.segment_count = 1000;
  totals.disk_is_low = true;
  EXPECT_FALSE(CompactionPolicy::Off().MayBeDue(totals));
  EXPECT_TRUE(Choose(Settings(), {Segment(1, 0, 1000 * kMiB)}).reason.empty());
}

TEST(CompactionPolicyTest, IsDueWhenLessThanTheRatioIsLive) {
  const auto even = Segment(1, 100 * kMiB, 100 * kMiB - kFileHeaderBytes);
  EXPECT_TRUE(Choose(HalfLive(), {even}).segment_ids.empty());
  const Choice choice =
      Choose(HalfLive(), {Segment(1, 100 * kMiB - 100, 100 * kMiB)});
  EXPECT_EQ(choice.segment_ids, Ids({1}));
  EXPECT_EQ(choice.trigger, CompactionTrigger::kLiveRatio);
  EXPECT_EQ(choice.reason, "104857600 of 209715148 bytes are dead");
  EXPECT_FALSE(choice.takes_everything);
}

TEST(CompactionPolicyTest, IsNotDueForLittle) {
  EXPECT_TRUE(
      Choose(HalfLive(), {Segment(1, 0, 64 * kMiB - 1)}).segment_ids.empty());
  EXPECT_EQ(Choose(HalfLive(), {Segment(1, 0, 64 * kMiB)}).segment_ids,
            Ids({1}));
}

TEST(CompactionPolicyTest, TakesWhatFreesTheMostAndNoMoreThanAStep) {
  Settings settings = HalfLive();
  settings.step_bytes = 50 * kMiB;
  const std::vector<SegmentFigures> segments = {
      Segment(1, 60 * kMiB, 140 * kMiB),   // copies 3 for 7
      Segment(2, 20 * kMiB, 180 * kMiB),   // 1 for 9
      Segment(3, 180 * kMiB, 20 * kMiB),   // mostly live
      Segment(4, 25 * kMiB, 100 * kMiB)};  // 1 for 4
  const Choice choice = Choose(settings, segments);
  EXPECT_EQ(choice.segment_ids, Ids({2, 4}));
  EXPECT_EQ(choice.bytes_to_copy, 45 * kMiB + 2 * kFileHeaderBytes);
  settings.step_bytes = 1;  // one it has to be
  EXPECT_EQ(Choose(settings, segments).segment_ids, Ids({2}));
  settings.step_bytes = 1000 * kMiB;
  EXPECT_EQ(Choose(settings, segments).segment_ids, Ids({1, 2, 4}));
}

TEST(CompactionPolicyTest, TakesWhatFitsTheDisk) {
  const std::vector<SegmentFigures> segments = {
      Segment(1, 60 * kMiB, 400 * kMiB), Segment(2, 40 * kMiB, 100 * kMiB)};
  EXPECT_EQ(Choose(HalfLive(), segments, 50 * kMiB).segment_ids, Ids({2}));
  EXPECT_TRUE(Choose(HalfLive(), segments, 30 * kMiB).segment_ids.empty());
}

TEST(CompactionPolicyTest, DeletesThatStayAreTakenWithEverythingOnly) {
  SegmentFigures deletes = Segment(1, 0, 200 * kMiB);
  deletes.delete_bytes = 200 * kMiB;
  const SegmentFigures live = Segment(2, 100 * kMiB, 0);
  const Choice choice = Choose(HalfLive(), {deletes, live});
  EXPECT_EQ(choice.segment_ids, Ids({1, 2}));
  EXPECT_TRUE(choice.takes_everything);
  EXPECT_EQ(choice.bytes_to_copy, 100 * kMiB + 2 * kFileHeaderBytes);
  EXPECT_TRUE(
      Choose(HalfLive(), {deletes, live}, 99 * kMiB).segment_ids.empty());
}

TEST(CompactionPolicyTest, RememberedRequestsAreNotDead) {
  SegmentFigures receipts = Segment(1, 0, 200 * kMiB);
  receipts.request_bytes = 200 * kMiB;
  EXPECT_TRUE(Choose(HalfLive(), {receipts}).segment_ids.empty());
}

TEST(CompactionPolicyTest, IsDueForManySmallSegments) {
  std::vector<SegmentFigures> segments;
  for (uint64_t id = 1; id <= 8; ++id) segments.push_back(Segment(id, 100, 0));
  Settings settings = HalfLive();
  settings.spare_segments_max = 7;
  EXPECT_TRUE(Choose(settings, segments).segment_ids.empty());
  segments.push_back(Segment(9, 50, 0));
  const Choice choice = Choose(settings, segments);
  EXPECT_EQ(choice.trigger, CompactionTrigger::kSegmentCount);
  EXPECT_EQ(choice.segment_ids.size(), 9u);
  EXPECT_EQ(choice.reason, "9 segments hold what would fill 1");
  settings.spare_segments_max = 0;
  EXPECT_TRUE(Choose(settings, segments).segment_ids.empty()) << "off";
}

TEST(CompactionPolicyTest, SegmentsThatWouldNotBecomeFewerAreNoReason) {
  std::vector<SegmentFigures> segments;
  for (uint64_t id = 1; id <= 40; ++id) {
    segments.push_back(Segment(id, 65 * kMiB, 0));
  }
  EXPECT_TRUE(Choose(HalfLive(), segments).segment_ids.empty());
}

TEST(CompactionPolicyTest, IsDueForLittleOnALowDisk) {
  Figures figures;
  figures.segments = {Segment(1, 150 * kMiB, 11 * kMiB)};
  EXPECT_TRUE(CompactionPolicy(HalfLive()).Choose(figures).segment_ids.empty());
  figures.disk_is_low = true;
  const Choice choice = CompactionPolicy(HalfLive()).Choose(figures);
  EXPECT_EQ(choice.trigger, CompactionTrigger::kDiskLow);
  EXPECT_EQ(choice.reason,
            "the disk is low on room, 11534336 of 168820784 bytes are dead");
  figures.segments = {Segment(1, 150 * kMiB, 9 * kMiB)};
  EXPECT_TRUE(CompactionPolicy(HalfLive()).Choose(figures).segment_ids.empty());
}

TEST(CompactionPolicyTest, IsDueForWhatHasExpired) {
  Settings settings = HalfLive();
  settings.expired_bytes_min = 30 * kMiB;
  SegmentFigures a = Segment(1, 75 * kMiB, 25 * kMiB);
  a.expired_bytes = 20 * kMiB;
  SegmentFigures b = a;
  b.segment_id = 2;
  SegmentFigures dense = Segment(3, 200 * kMiB, 20 * kMiB);
  dense.expired_bytes = 20 * kMiB;  // too thin to be worth it
  const Choice choice = Choose(settings, {a, b, dense});
  EXPECT_EQ(choice.trigger, CompactionTrigger::kExpiredBytes);
  EXPECT_EQ(choice.reason, "41943040 bytes have expired");
  EXPECT_EQ(choice.segment_ids, Ids({1, 2}));
  EXPECT_TRUE(Choose(settings, {a, dense}).segment_ids.empty());
  settings.expired_bytes_min = 0;
  EXPECT_TRUE(Choose(settings, {a, b, dense}).segment_ids.empty()) << "off";
}

TEST(CompactionPolicyTest, IsDueWhenASegmentHasBeenPartlyDeadForLong) {
  Settings settings = HalfLive();
  settings.age_max = absl::Hours(24);
  SegmentFigures old = Segment(1, 150 * kMiB, 10 * kMiB);
  old.age = absl::Hours(24) - absl::Seconds(1);
  EXPECT_TRUE(Choose(settings, {old}).segment_ids.empty());
  old.age = absl::Hours(24);
  const SegmentFigures young = Segment(2, 150 * kMiB, 10 * kMiB);
  const Choice choice = Choose(settings, {old, young});
  EXPECT_EQ(choice.trigger, CompactionTrigger::kAge);
  EXPECT_EQ(choice.segment_ids, Ids({1}));
  EXPECT_EQ(choice.reason,
            "10485760 of 167772208 bytes are dead, in segments of up to 24h");
  SegmentFigures dense = Segment(1, 150 * kMiB, 9 * kMiB);
  dense.age = absl::Hours(48);
  EXPECT_TRUE(Choose(settings, {dense}).segment_ids.empty());
  EXPECT_TRUE(Choose(HalfLive(), {old}).segment_ids.empty()) << "off";
}

TEST(CompactionPolicyTest, SaysThatTheActiveSegmentHasToBeSealed) {
  SegmentFigures active = Segment(7, 0, 100 * kMiB);
  active.is_active = true;
  const Choice choice = Choose(HalfLive(), {Segment(1, kMiB, 0), active});
  EXPECT_EQ(choice.segment_ids, Ids({7}));
  EXPECT_TRUE(choice.takes_active);
}

TEST(CompactionPolicyTest, TotalsSpareALook) {
  Settings settings = HalfLive();
  settings.expired_bytes_min = kMiB;
  settings.age_max = absl::Hours(1);
  const CompactionPolicy policy(settings);
  Totals totals;
  totals.file_bytes = 200 * kMiB;
  totals.live_bytes = 100 * kMiB;
  EXPECT_FALSE(policy.MayBeDue(totals));
  totals.live_bytes -= 1;
  EXPECT_TRUE(policy.MayBeDue(totals));
  totals.live_bytes += 30 * kMiB;
  EXPECT_FALSE(policy.MayBeDue(totals));
  totals.kept_bytes = 30 * kMiB;  // all of it may be live
  EXPECT_TRUE(policy.MayBeDue(totals));
  totals.kept_bytes = 0;
  totals.disk_is_low = true;
  EXPECT_TRUE(policy.MayBeDue(totals));
  totals.disk_is_low = false;
  totals.expired_bytes = kMiB;
  EXPECT_TRUE(policy.MayBeDue(totals));
  totals.expired_bytes = 0;
  totals.oldest_age = absl::Hours(1);
  EXPECT_TRUE(policy.MayBeDue(totals));
  totals.oldest_age = absl::ZeroDuration();
  totals.segment_count = 6;
  EXPECT_TRUE(policy.MayBeDue(totals));
  totals.segment_count = 5;
  EXPECT_FALSE(policy.MayBeDue(totals));
  // More live than there is: a write came between.
  totals.live_bytes = totals.file_bytes + 1;
  EXPECT_FALSE(policy.MayBeDue(totals));
}

// What a compaction would leave of what was chosen: full segments, the last of
// each temperature partly filled.
void Compact(const Choice& choice, uint64_t segment_bytes,
             std::vector<SegmentFigures>* segments, uint64_t* next_id) {
  uint64_t live = 0;
  uint64_t deletes = 0;
  uint64_t requests = 0;
  std::vector<SegmentFigures> left;
  for (const SegmentFigures& segment : *segments) {
    if (!std::binary_search(choice.segment_ids.begin(),
                            choice.segment_ids.end(), segment.segment_id)) {
      left.push_back(segment);
      continue;
    }
    live += segment.live_bytes;
    requests += segment.request_bytes;
    if (!choice.takes_everything) deletes += segment.delete_bytes;
  }
  uint64_t all = live + deletes + requests;
  for (bool first = true; all > 0; first = false) {
    // The first one is small, as where two temperatures were kept apart.
    const uint64_t bytes =
        std::min(all, first ? segment_bytes / 8 : segment_bytes);
    SegmentFigures output = Segment(++*next_id, bytes, 0);
    output.live_bytes -= std::min(bytes, deletes);
    output.delete_bytes = std::min(bytes, deletes);
    deletes -= output.delete_bytes;
    left.push_back(output);
    all -= bytes;
  }
  *segments = std::move(left);
}

TEST(CompactionPolicyTest, ComesToAnEnd) {
  const uint64_t seed = TestSeed();
  for (uint64_t run = 0; run < TestRuns(300); ++run) {
    SCOPED_TRACE(testing::Message() << "RUNDLET_SEED=" << seed + run);
    SeededRandom random(seed + run);
    Settings settings;
    settings.live_ratio_min = static_cast<double>(random.Between(1, 10)) / 10;
    settings.dead_bytes_min = random.Below(1000);
    settings.spare_segments_max = random.Below(10);
    settings.segment_bytes = random.Between(256, 4000);
    settings.step_bytes = random.Between(1, 8000);
    settings.expired_bytes_min = random.Below(500);
    settings.age_max = absl::Seconds(random.Below(2));
    Figures figures;
    uint64_t id = 0;
    for (uint64_t i = random.Below(40); i > 0; --i) {
      figures.segments.push_back(
          Segment(++id, random.Below(2000), random.Below(2000)));
      SegmentFigures& segment = figures.segments.back();
      const uint64_t dead = segment.dead_bytes();
      segment.delete_bytes = random.OneIn(3) ? random.Below(dead + 1) : 0;
      segment.expired_bytes = random.Below(dead + 1);
      segment.age = absl::Seconds(random.Below(3));
    }
    figures.disk_is_low = random.OneIn(4);
    const CompactionPolicy policy(settings);
    int steps = 0;
    for (Choice choice = policy.Choose(figures); !choice.segment_ids.empty();
         choice = policy.Choose(figures)) {
      ASSERT_FALSE(choice.reason.empty());
      ASSERT_LT(++steps, 1000);
      Compact(choice, settings.segment_bytes, &figures.segments, &id);
    }
  }
}

}  // namespace
}  // namespace rundlet

// Goal: a census counts deletes, receipts and requests, and never says that a
// record has expired before it has; notes keep it while the segment is listed.
// Method: records of known sizes, many expiries, and states of a MANIFEST.

#include "storage/engine/compaction/segment_census.h"

#include <string>

#include "gtest/gtest.h"
#include "storage/engine/compaction/segment_notes.h"
#include "tests/support/fake_clock.h"

namespace rundlet {
namespace {

Location Of(uint32_t bytes) { return {1, 48, bytes}; }

TEST(SegmentCensusTest, CountsWhatIsNoValue) {
  SegmentCensus census;
  Record put;
  census.Add(put, Of(100));
  Record deleted;
  deleted.type = RecordType::kDelete;
  census.Add(deleted, Of(70));
  census.Add(deleted, Of(71));
  const std::string extra(20, 'x');
  Record receipt;
  receipt.type = RecordType::kReceipt;
  receipt.extra = extra;
  receipt.modified_us = 5;
  census.Add(receipt, Of(84));
  put.extra = extra;
  put.modified_us = 7;
  census.Add(put, Of(120));
  EXPECT_EQ(census.delete_count(), 2u);
  EXPECT_EQ(census.delete_bytes(), 141u);
  EXPECT_EQ(census.receipt_count(), 1u);
  EXPECT_EQ(census.request_bytes(), 168u);
  EXPECT_EQ(census.request_time_us(), 7);
}

TEST(SegmentCensusTest, NothingExpiresEarlyAndAllOfItInTheEnd) {
  SegmentCensus census;
  Record record;
  constexpr int64_t kTimes = 10'000;
  for (int64_t i = 0; i < kTimes; ++i) {
    record.expiry_us = 1 + (i * 7919) % kTimes;
    census.Add(record, Of(10));
  }
  EXPECT_EQ(census.ExpiredBytes(0), 0u);
  for (int64_t now = 1; now <= kTimes; now += 100) {
    const auto expired = static_cast<uint64_t>(now) * 10;
    EXPECT_LE(census.ExpiredBytes(now), expired);
    // No step is wider than a 64th of all.
    EXPECT_GE(census.ExpiredBytes(now) + 10 * kTimes / 64, expired);
  }
  EXPECT_EQ(census.ExpiredBytes(2 * kTimes), 10u * kTimes);
}

ManifestState Listing(uint64_t id) {
  ManifestState state;
  state.segments[id].seal = SegmentSeal();
  state.segments[id + 1];  // the active one
  return state;
}

TEST(SegmentNotesTest, KeepACensusWhileTheSegmentIsListed) {
  FakeClock clock;
  SegmentNotes notes(&clock);
  int taken = 0;
  const auto take = [&]() -> absl::StatusOr<SegmentCensus> {
    ++taken;
    return SegmentCensus();
  };
  notes.Follow(Listing(1));
  clock.Advance(absl::Seconds(3));
  EXPECT_EQ(notes.AgeOf(1), absl::Seconds(3));
  EXPECT_EQ(notes.AgeOf(2), absl::ZeroDuration());
  EXPECT_EQ(notes.CensusOf(1), nullptr);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(notes.TakeCensus(1, take).ok());
  EXPECT_EQ(taken, 1);
  notes.Follow(Listing(2));
  EXPECT_EQ(notes.CensusOf(1), nullptr);
  EXPECT_EQ(notes.OldestAge(), absl::ZeroDuration());
  // One that is not followed is not noted.
  EXPECT_TRUE(notes.TakeCensus(1, take).ok());
  EXPECT_EQ(notes.CensusOf(1), nullptr);
}

TEST(SegmentNotesTest, RememberDamageAlone) {
  FakeClock clock;
  SegmentNotes notes(&clock);
  notes.Follow(Listing(1));
  int tries = 0;
  absl::Status status = absl::UnavailableError("not now");
  const auto take = [&]() -> absl::StatusOr<SegmentCensus> {
    ++tries;
    return status;
  };
  EXPECT_TRUE(absl::IsUnavailable(notes.TakeCensus(1, take).status()));
  status = absl::DataLossError("damaged");
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(absl::IsDataLoss(notes.TakeCensus(1, take).status()));
  }
  EXPECT_EQ(tries, 2);
}

}  // namespace
}  // namespace rundlet

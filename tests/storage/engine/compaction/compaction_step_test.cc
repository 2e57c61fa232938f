// Goal: a compaction of some segments keeps each delete that hides a record in
// a segment which is no input (L6), and drops those that hide nothing; it keeps
// what has been base apart from what comes from the log, the requests that are
// remembered, and what pins need; it needs room for its own outputs alone.
// Method: a few segments of a few records, in every order that matters, and the
// store opened again behind each step.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "storage/log/segment_replay.h"
#include "tests/storage/engine/compaction/compaction_steps.h"
#include "tests/support/power_loss.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

class CompactionStepTest : public CompactionSteps {
 protected:
  std::vector<uint64_t> Sealed() {
    std::vector<uint64_t> ids;
    for (const auto& [id, segment] : State().segments) {
      if (segment.seal.has_value()) ids.push_back(id);
    }
    return ids;
  }
  // Keys by base segment.
  std::map<uint64_t, std::string> BaseKeys() {
    std::map<uint64_t, std::string> keys;
    for (const auto& segment : engine_->segments.All()) {
      if (segment->kind() != FileKind::kBase) continue;
      EXPECT_TRUE(ReplaySegment(*segment, kFileHeaderBytes, segment->bytes(),
                                [&](const Record& record, const Location&) {
                                  keys[segment->id()] +=
                                      std::string(record.key);
                                  return absl::OkStatus();
                                })
                      .ok());
    }
    return keys;
  }
};

TEST_F(CompactionStepTest, ADeleteStaysWhileAnOlderSegmentHoldsTheKey) {
  PutOs("k", "old");
  PutOs("other", "1");
  const uint64_t old = Seal();
  Delete("k");
  const uint64_t deleted = Seal();
  CompactionReport report = Step({deleted});
  EXPECT_EQ(report.records_kept, 1u);
  Reopen();
  EXPECT_EQ(engine_->Read("k"), "-");
  // A base segment's delete is kept on, too.
  const uint64_t base = Sealed().back();
  EXPECT_EQ(Step({base}).records_kept, 1u);
  Reopen();
  EXPECT_EQ(engine_->Read("k"), "-");
  // Once the older one is gone it hides nothing.
  EXPECT_EQ(Step({old}).records_kept, 1u) << "the other key";
  EXPECT_EQ(Step({Sealed().front()}).records_kept, 0u);
  Reopen();
  EXPECT_EQ(engine_->Read("k"), "-");
  EXPECT_EQ(engine_->Read("other"), "1");
  EXPECT_EQ(Sealed().size(), 1u);
}

TEST_F(CompactionStepTest, ADeleteGoesTogetherWithAllThatItHides) {
  PutOs("other", "1");
  Seal();
  PutOs("k", "old");
  const uint64_t old = Seal();
  Delete("k");
  const uint64_t deleted = Seal();
  // The oldest segment is live as a whole: it cannot hold the key.
  EXPECT_EQ(Step({old, deleted}).records_kept, 0u);
  Reopen();
  EXPECT_EQ(engine_->Read("k"), "-");
}

TEST_F(CompactionStepTest, ADeleteStaysForWhateverIsDeadInAnOlderSegment) {
  PutOs("other", "1");
  PutOs("other", "2");
  const uint64_t older = Seal();
  PutOs("k", "old");
  const uint64_t old = Seal();
  Delete("k");
  const uint64_t deleted = Seal();
  EXPECT_EQ(Step({old, deleted}).records_kept, 1u);
  Reopen();
  EXPECT_EQ(engine_->Read("k"), "-");
  EXPECT_EQ(Step({older}).records_kept, 1u);
  EXPECT_EQ(Step({Sealed().front()}).records_kept, 0u);
}

TEST_F(CompactionStepTest, AVersionThatAPinNeedsHidesNoOtherRecord) {
  PutOs("pinned", "1");
  const uint64_t oldest = Seal();
  const Revision pin = engine_->index.PinNewest();
  // One of two records is dead; that the live one has an older version
  // elsewhere does not make up for it.
  PutOs("pinned", "2");
  PutOs("k", "old");
  Seal();
  Delete("k");
  const uint64_t deleted = Seal();
  EXPECT_EQ(Step({oldest, deleted}).records_kept, 2u);
  engine_->index.Unpin(pin);
  Reopen();
  EXPECT_EQ(engine_->Read("k"), "-");
}

TEST_F(CompactionStepTest, OldDeletesAndReceiptsHideNothingThemselves) {
  PutOs("first", "1");
  PutOs("first", "2");
  Seal();
  PutOs("a", "1");
  const uint64_t a = Seal();
  Delete("a");
  const uint64_t deleted_a = Seal();
  EXPECT_EQ(Step({a, deleted_a}).records_kept, 1u);
  EXPECT_EQ(Step({Sealed().front()}).records_kept, 1u);
  // Only a delete is left of what is not live.
  PutOs("b", "1");
  const uint64_t b = Seal();
  Delete("b");
  const uint64_t deleted_b = Seal();
  uses_notes_ = false;  // then it might be anything
  EXPECT_EQ(Survey().Select({b, deleted_b}).hidden_from, 4u);
  uses_notes_ = true;
  EXPECT_EQ(Step({b, deleted_b}).records_kept, 0u);
  Reopen();
  EXPECT_EQ(engine_->Read("a"), "-");
  EXPECT_EQ(engine_->Read("b"), "-");
}

TEST_F(CompactionStepTest, AnExpiredSegmentThatHidesAnOlderValueLeavesADelete) {
  PutOs("k", "old");
  PutOs("other", "1");
  const uint64_t old = Seal();
  PutOs("k", "new", Expiry::After(absl::Seconds(5)));
  const uint64_t expiring = Seal();
  clock_.Advance(absl::Seconds(6));
  Sweep();
  const uint64_t swept = Seal();
  ASSERT_EQ(engine_->Read("k"), "-");
  // All that it holds has expired: it goes whole, the sweeper's delete stays.
  EXPECT_EQ(Step({expiring}).segments_after, 0u);
  Reopen();
  EXPECT_EQ(engine_->Read("k"), "-");
  EXPECT_EQ(Step({swept}).records_kept, 1u);
  Reopen();
  EXPECT_EQ(engine_->Read("k"), "-");
  EXPECT_EQ(Step({old}).records_kept, 1u);
  Reopen();
  EXPECT_EQ(engine_->Read("k"), "-");
}

TEST_F(CompactionStepTest, ADeleteGoesOnceItsKeyIsWrittenAgain) {
  PutOs("k", "old");
  PutOs("x", "1");
  Seal();
  Delete("k");
  const uint64_t deleted = Seal();
  PutOs("k", "again");
  EXPECT_EQ(Step({deleted}).records_kept, 0u);
  Reopen();
  EXPECT_EQ(engine_->Read("k"), "again");
}

TEST_F(CompactionStepTest, TheNewestDeleteOfAKeyStandsForAll) {
  PutOs("k", "1");
  PutOs("x", "1");
  Seal();
  std::vector<uint64_t> ids;
  for (int i = 0; i < 3; ++i) {
    PutOs("k", "2");
    Delete("k");
    ids.push_back(Seal());
  }
  EXPECT_EQ(Step(ids).records_kept, 1u);
  Reopen();
  EXPECT_EQ(engine_->Read("k"), "-");
}

// The newer record that made the older one superfluous is not in the inputs.
TEST_F(CompactionStepTest, WhatHidesADroppedRecordSurvivesAPowerLoss) {
  PutOs("k", "old");
  const uint64_t sealed = Seal();
  PutOs("k", "new");  // not synced, and would not be for an hour
  EXPECT_EQ(Step({sealed}).records_dropped, 1u);
  disk_.PowerOff();
  engine_.reset();
  SeededRandom random(1);
  disk_.PowerOn(PowerLoss::kUnsynced, random);
  Reopen();
  EXPECT_EQ(engine_->Read("k"), "new");
}

TEST_F(CompactionStepTest, WhatAPinNeedsIsKeptOnce) {
  PutOs("k", "old");
  const uint64_t old = Seal();
  const Revision pin = engine_->index.PinNewest();
  Delete("k");
  const uint64_t deleted = Seal();
  // In the index as well as in the segment.
  EXPECT_EQ(Step({deleted}).records_kept, 1u);
  EXPECT_EQ(engine_->ReadAt("k", pin), "old");
  EXPECT_EQ(Step({old}).records_kept, 1u);
  EXPECT_EQ(engine_->ReadAt("k", pin), "old");
  engine_->index.Unpin(pin);
  EXPECT_EQ(Step(Sealed()).records_kept, 0u);
  Reopen();
  EXPECT_EQ(engine_->Read("k"), "-");
}

TEST_F(CompactionStepTest, ManyDeletesAreFoundAFewAtATime) {
  std::set<std::string> keys;
  for (int i = 0; i < 300; ++i) keys.insert("k" + std::to_string(i));
  for (const std::string& key : keys) PutOs(key, "old");
  Seal();
  for (const std::string& key : keys) {
    if (key.size() % 2 == 0) Delete(key);
  }
  PutOs("k7x", "1");
  const uint64_t deleted = Seal();
  for (const uint64_t at_once : {1, 7, 90, 100}) {
    deletes_at_once_ = at_once;
    const uint64_t last = at_once == 1 ? deleted : Sealed().back();
    EXPECT_EQ(Step({last}).records_kept, 210u + 1) << at_once;
    WriteHintOf(Sealed().back());
    notes_ = std::make_unique<SegmentNotes>(&clock_);
  }
  Reopen();
  for (const std::string& key : keys) {
    EXPECT_EQ(engine_->Read(key), key.size() % 2 == 0 ? "-" : "old") << key;
  }
}

TEST_F(CompactionStepTest, WhatHasLastedIsKeptApart) {
  PutOs("a", "1");
  PutOs("c", "1");
  Step({Seal()});
  const uint64_t base = Sealed().back();
  PutOs("b", "1");
  PutOs("d", "1");
  const uint64_t log = Seal();
  EXPECT_EQ(Step({base, log}).segments_after, 2u);
  std::set<std::string> keys;
  for (const auto& [id, together] : BaseKeys()) keys.insert(together);
  EXPECT_EQ(keys, (std::set<std::string>{"ac", "bd"}));
  // Somebody who asks gets the order of the keys.
  EXPECT_TRUE(engine_->Compact().ok());
  ASSERT_EQ(BaseKeys().size(), 1u);
  EXPECT_EQ(BaseKeys().begin()->second, "abcd");
}

TEST_F(CompactionStepTest, RaisesTheFloorForTheLogAlone) {
  PutOs("a", "1");
  const uint64_t first = Seal();
  PutOs("b", "1");
  const uint64_t second = Seal();
  PutOs("c", "1");
  Seal();
  Step({second});
  EXPECT_EQ(State().floor, 3u);
  Step({first});
  EXPECT_EQ(State().floor, 3u);
  Step({Sealed().back()});
  EXPECT_EQ(State().floor, 3u) << "of a base segment";
}

TEST_F(CompactionStepTest, NeedsRoomForItsOwnOutputsAlone) {
  PutOs("cold", std::string(5000, 'c'));
  Seal();
  PutOs("hot", std::string(500, 'h'));
  PutOs("hot", std::string(500, 'i'));
  const uint64_t hot = Seal();
  uint64_t used = 0;
  for (const auto& [path, content] : disk_.Image()) used += content.size();
  disk_.SetCapacityBytes(used + 2000);
  EXPECT_EQ(Step({hot}).records_kept, 1u);
  EXPECT_EQ(engine_->Compact().status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST_F(CompactionStepTest, KeepsTheRequestsOfItsInputs) {
  std::vector<uint64_t> ids;
  for (const char* name : {"a", "b", "c"}) {
    std::optional<Receipt> replay;
    RequestTable::Callback none;
    const RequestId id{"me", name};
    ASSERT_TRUE(*engine_->requests->Begin(id, 7, &none, &replay));
    Transaction put = PutTransaction(name, "1", Durability::kOs);
    put.request = id;
    ASSERT_TRUE(engine_->Commit(std::move(put)).Get().ok());
    engine_->requests->End(id);
    ids.push_back(Seal());
  }
  Step({ids[1]});
  const SegmentSeal seal = *State().segments.at(Sealed().back()).seal;
  EXPECT_EQ(seal.record_count, 2u);
  Reopen();
  EXPECT_EQ(engine_->requests->Until(100).size(), 3u);
  Step({ids[0], Sealed().back()});
  Reopen();
  EXPECT_EQ(engine_->requests->Until(100).size(), 3u);
  clock_.Advance(absl::Hours(1));
  Step(Sealed());
  uint64_t records = 0;
  for (const uint64_t id : Sealed()) {
    records += State().segments.at(id).seal->record_count;
  }
  EXPECT_EQ(records, 3u) << "forgotten requests are dropped";
  Reopen();
  for (const char* name : {"a", "b", "c"}) EXPECT_EQ(engine_->Read(name), "1");
}

TEST_F(CompactionStepTest, ADamagedSegmentIsLeftAloneAndMayHideAnything) {
  PutOs("x", "1");
  PutOs("x", "2");
  const uint64_t damaged = Seal();
  Delete("x");
  const uint64_t deleted = Seal();
  auto file = disk_.OpenFile(engine_->segments.Find(damaged)->path());
  ASSERT_TRUE(file.ok() && (*file)->WriteAt(120, "damage").ok());
  notes_ = std::make_unique<SegmentNotes>(&clock_);
  const CompactionSurvey survey = Survey();
  ASSERT_EQ(survey.segments().size(), 2u);  // and the active one
  EXPECT_EQ(survey.segments()[0].segment_id, deleted);
  EXPECT_EQ(Step({deleted}).records_kept, 1u);
}

}  // namespace
}  // namespace rundlet

// Goal: edits make the state that FORMAT.md section 5 says, or are refused, and
// a state can be written as one edit.
// Method: each operation alone, those that do not fit, and random histories
// whose states are made again by AsEdit.

#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/log/manifest.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

using ::testing::ElementsAre;

ManifestEdit Add(uint64_t id, FileKind kind = FileKind::kLog) {
  ManifestEdit edit;
  edit.added = {{id, kind}};
  return edit;
}

ManifestEdit Seal(uint64_t id) {
  ManifestEdit edit;
  edit.sealed = {{id, 100, 1, 2, 3}};
  return edit;
}

ManifestEdit Remove(uint64_t id) {
  ManifestEdit edit;
  edit.removed = {id};
  return edit;
}

void ExpectMisfit(ManifestState state, const ManifestEdit& edit) {
  EXPECT_EQ(state.Apply(edit).code(), absl::StatusCode::kDataLoss);
}

TEST(ManifestStateTest, SegmentsAreAddedSealedAndRemoved) {
  ManifestState state;
  ASSERT_TRUE(state.Apply(Add(5)).ok());
  ASSERT_TRUE(state.Apply(Add(6, FileKind::kBase)).ok());
  EXPECT_EQ(state.segments.at(5).kind, FileKind::kLog);
  EXPECT_EQ(state.segments.at(6).kind, FileKind::kBase);
  EXPECT_FALSE(state.segments.at(5).seal.has_value());
  ASSERT_TRUE(state.Apply(Seal(5)).ok());
  EXPECT_EQ(state.segments.at(5).seal->bytes, 100u);
  EXPECT_EQ(state.segments.at(5).seal->record_count, 3u);
  EXPECT_FALSE(state.segments.at(6).seal.has_value());
  ASSERT_TRUE(state.Apply(Remove(5)).ok());
  EXPECT_EQ(state.segments.size(), 1u);
  EXPECT_EQ(state.segment_id_max, 6u) << "ids are never given again";
}

// A compaction that began before an ingest and ends behind it says what it
// knew.
TEST(ManifestStateTest, TheFloorNeverFalls) {
  ManifestState state;
  ManifestEdit edit;
  for (const Revision floor : {7, 30, 20}) {
    edit.floor = floor;
    ASSERT_TRUE(state.Apply(edit).ok());
  }
  EXPECT_EQ(state.floor, 30u);
}

TEST(ManifestStateTest, OneEditMaySealAndAddAndRemoveAtOnce) {
  ManifestState state;
  ASSERT_TRUE(state.Apply(Add(1)).ok());
  ManifestEdit edit = Add(2);
  edit.added.push_back({3, FileKind::kBase});
  edit.sealed = {{1, 10, 1, 1, 1}, {3, 20, 1, 1, 1}};
  edit.removed = {1};
  ASSERT_TRUE(state.Apply(edit).ok());
  EXPECT_EQ(state.segments.size(), 2u);
  EXPECT_TRUE(state.segments.at(3).seal.has_value());
}

TEST(ManifestStateTest, WhatDoesNotFitIsRefused) {
  ManifestState state;
  ASSERT_TRUE(state.Apply(Add(1)).ok());
  ExpectMisfit(state, Add(1));
  ExpectMisfit(state, Seal(2));
  ExpectMisfit(state, Remove(2));
  ASSERT_TRUE(state.Apply(Seal(1)).ok());
  ExpectMisfit(state, Seal(1));
  ASSERT_TRUE(state.Apply(Remove(1)).ok());
  ExpectMisfit(state, Remove(1));
  ExpectMisfit(state, Seal(1));
}

TEST(ManifestStateTest, NumbersAreTakenOverOrOnlyGrow) {
  ManifestState state;
  ManifestEdit edit;
  edit.revision_ceiling = 10;
  edit.floor = 3;
  edit.time_us = 50;
  edit.segment_id_max = 7;
  ASSERT_TRUE(state.Apply(edit).ok());
  ASSERT_TRUE(state.Apply(ManifestEdit()).ok());
  EXPECT_EQ(state.revision_ceiling, 10u);
  EXPECT_EQ(state.floor, 3u);
  edit.time_us = 49;
  edit.segment_id_max = 6;
  ASSERT_TRUE(state.Apply(edit).ok());
  EXPECT_EQ(state.time_us, 50);
  EXPECT_EQ(state.segment_id_max, 7u);
}

TEST(ManifestStateTest, ACleanStopIsOverWithTheNextEditButStaysKnown) {
  ManifestState state;
  ManifestEdit edit;
  edit.clean_stop = CleanStop{1, 2, 3};
  ASSERT_TRUE(state.Apply(edit).ok());
  EXPECT_TRUE(state.stopped_cleanly);
  ASSERT_TRUE(state.Apply(ManifestEdit()).ok());
  EXPECT_FALSE(state.stopped_cleanly);
  ASSERT_TRUE(state.clean_stop.has_value());
  EXPECT_EQ(state.clean_stop->active_id, 1u);
  EXPECT_EQ(state.clean_stop->synced_bytes, 2u);
  EXPECT_EQ(state.clean_stop->next_revision, 3u);
}

TEST(ManifestStateTest, LabelsAreKept) {
  ManifestState state;
  ManifestEdit edit;
  edit.ingested = {"b", "a"};
  ASSERT_TRUE(state.Apply(edit).ok());
  edit.ingested = {"c", "a"};
  ASSERT_TRUE(state.Apply(edit).ok());
  EXPECT_THAT(state.ingested, ElementsAre("a", "b", "c"));
}

TEST(ManifestStateTest, DictionariesAreKeptAndNeverReplaced) {
  ManifestState state;
  ManifestEdit edit;
  edit.dictionaries = {{2, "second"}, {1, "first"}};
  ASSERT_TRUE(state.Apply(edit).ok());
  EXPECT_EQ(state.dictionaries.at(1), "first");
  EXPECT_EQ(state.dictionaries.at(2), "second");
  edit.dictionaries = {{2, "another"}};
  ExpectMisfit(state, edit);
}

TEST(ManifestStateTest, AsEditMakesTheStateAgain) {
  SeededRandom random(TestSeed());
  for (uint64_t run = 0; run < TestRuns(200); ++run) {
    ManifestState state;
    for (int i = 0; i < 30; ++i) {
      ManifestEdit edit;
      const uint64_t id = random.Between(1, 12);
      const auto found = state.segments.find(id);
      if (found == state.segments.end()) {
        edit = Add(id, random.OneIn(2) ? FileKind::kLog : FileKind::kBase);
      } else if (!found->second.seal.has_value()) {
        edit.sealed = {{id, random.Next(), random.Next(), random.Next(), 1}};
      } else {
        edit = Remove(id);
      }
      if (random.OneIn(4)) edit.revision_ceiling = random.Next();
      if (random.OneIn(4)) edit.floor = random.Next();
      if (random.OneIn(4)) edit.time_us = static_cast<int64_t>(random.Next());
      if (random.OneIn(4)) edit.ingested = {random.Bytes(3)};
      if (random.OneIn(4)) edit.clean_stop = CleanStop{id, 5, random.Next()};
      if (i % 8 == 0) {
        edit.dictionaries = {{static_cast<uint8_t>(i), random.Bytes(50)}};
      }
      ASSERT_TRUE(state.Apply(edit).ok());
    }
    ManifestState again;
    ASSERT_TRUE(again.Apply(state.AsEdit()).ok());
    if (!state.stopped_cleanly) {
      ASSERT_TRUE(again.Apply(ManifestEdit()).ok());
    }
    EXPECT_EQ(again.stopped_cleanly, state.stopped_cleanly);
    EXPECT_EQ(EncodeManifestEdit(again.AsEdit()),
              EncodeManifestEdit(state.AsEdit()));
    EXPECT_EQ(again.segments.size(), state.segments.size());
    EXPECT_EQ(again.segment_id_max, state.segment_id_max);
  }
}

}  // namespace
}  // namespace rundlet

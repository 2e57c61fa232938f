// Goal: a compaction keeps every version that somebody may read, drops the
// rest, and exchanges the segments in one step or not at all; what is deleted
// stays deleted (P6).
// Method: compactions of a few records, with each call failing in turn, and
// the store opened again behind each.

#include "storage/engine/compaction/compaction.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/log/segment_replay.h"
#include "tests/storage/engine/commit/pipeline_fixture.h"

namespace rundlet {
namespace {

class CompactionTest : public PipelineFixture {
 protected:
  CompactionTest() { Start(); }

  CompactionReport Compact() {
    const absl::StatusOr<CompactionReport> report = engine_->Compact();
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : CompactionReport();
  }
  void PutOs(const std::string& key, const std::string& value) {
    EXPECT_TRUE(Put(key, value, Durability::kOs).Get().ok());
  }
  void Delete(const std::string& key) {
    EXPECT_TRUE(
        engine_->Commit(DeleteTransaction(key, Durability::kOs)).Get().ok());
  }
  std::set<std::string> Files() {
    const auto names = disk_.ListDirectory(kEngineFolder);
    return {names->begin(), names->end()};
  }
  ManifestState State() { return engine_->recovered.manifest->state(); }
};

TEST_F(CompactionTest, KeepsWhatIsLiveAndDropsTheRest) {
  PutOs("a", "1");
  PutOs("b", "1");
  PutOs("a", "2");
  Delete("b");
  const CompactionReport report = Compact();
  EXPECT_EQ(report.segments_before, 1u);
  EXPECT_EQ(report.segments_after, 1u);
  EXPECT_EQ(report.records_kept, 1u);
  EXPECT_EQ(report.records_dropped, 3u);
  EXPECT_LT(report.bytes_after, report.bytes_before);
  EXPECT_EQ(engine_->Read("a"), "2");
  const auto version = engine_->index.Find("a");
  EXPECT_EQ(engine_->segments.Find(version->location.segment_id)->kind(),
            FileKind::kBase);
  EXPECT_EQ(version->version, 2u);
  EXPECT_EQ(Files().count("0000000000000001.log"), 0u);
  Start();
  EXPECT_EQ(engine_->Read("a"), "2");
  EXPECT_EQ(engine_->index.Find("a")->version, 2u);
  EXPECT_EQ(engine_->index.Find("a")->create_revision, 1u);
  EXPECT_EQ(engine_->Read("b"), "-");
}

TEST_F(CompactionTest, OfNothingIsNothing) {
  EXPECT_EQ(Compact().segments_before, 0u);
  PutOs("a", "1");
  Delete("a");
  EXPECT_EQ(Compact().segments_after, 0u);
  EXPECT_EQ(State().segments.size(), 1u);
}

TEST_F(CompactionTest, OutputsAreInKeyOrderAndRolledBySize) {
  options_.segment_bytes = 600;
  Start();
  for (int i = 29; i >= 0; --i) PutOs(absl::StrCat("k", 10 + i), "value");
  const CompactionReport report = Compact();
  EXPECT_GT(report.segments_after, 3u);
  std::string last;
  uint64_t records = 0;
  for (const auto& segment : engine_->segments.All()) {
    if (segment->kind() != FileKind::kBase) continue;
    EXPECT_LE(segment->bytes(), 600u);
    EXPECT_EQ(State().segments.at(segment->id()).seal->bytes, segment->bytes());
    EXPECT_TRUE(ReplaySegment(*segment, kFileHeaderBytes, segment->bytes(),
                              [&](const Record& record, const Location&) {
                                EXPECT_GT(record.key, last);
                                last = std::string(record.key);
                                ++records;
                                return absl::OkStatus();
                              })
                    .ok());
  }
  EXPECT_EQ(records, 30u);
}

TEST_F(CompactionTest, DeletedKeysDoNotComeBack) {
  PutOs("sealed", "1");
  PutOs("again", "1");
  ASSERT_TRUE(pipeline().Seal().ok());
  // The tombstones stand in the segment that no compaction takes.
  Compaction beside(engine_->ForCompaction());
  Delete("sealed");
  Delete("again");
  PutOs("again", "2");
  ASSERT_TRUE(beside.Run(1, [] { return false; }).ok());
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(engine_->Read("sealed"), "-");
    EXPECT_EQ(engine_->Read("again"), "2");
    EXPECT_EQ(engine_->index.Find("again")->version, 1u);
    if (round == 1) Compact();
    Start();
  }
}

TEST_F(CompactionTest, ARecordOfAnotherKeyIsNotCopied) {
  PutOs("a", "1");
  PutOs("b", "1");
  engine_->index.Relocate("a", engine_->index.Find("a")->revision,
                          engine_->index.Find("b")->location);
  EXPECT_EQ(engine_->Compact().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(engine_->Read("b"), "1");
}

TEST_F(CompactionTest, WhatAPinNeedsIsKept) {
  PutOs("k", "old");
  PutOs("gone", "was");
  const Revision pin = engine_->index.PinNewest();
  PutOs("k", "new");
  Delete("gone");
  EXPECT_EQ(Compact().records_kept, 4u);
  EXPECT_EQ(engine_->ReadAt("k", pin), "old");
  EXPECT_EQ(engine_->ReadAt("gone", pin), "was");
  EXPECT_EQ(engine_->Read("k"), "new");
  EXPECT_EQ(engine_->Read("gone"), "-");
  engine_->index.Unpin(pin);
  EXPECT_EQ(Compact().records_kept, 1u);
  Start();
  EXPECT_EQ(engine_->Read("k"), "new");
  EXPECT_EQ(engine_->Read("gone"), "-");
}

TEST_F(CompactionTest, ASealedSegmentWithUnpublishedCommitsIsLeftAlone) {
  PutOs("old", "1");
  ASSERT_TRUE(pipeline().Seal().ok());
  SlowCommit slow(&pipeline(), PutTransaction("slow", "2", Durability::kOs));
  const Answer waiting = Put("waiting", "3", Durability::kOs);
  EXPECT_FALSE(waiting.has_come());
  // As a writer does that has filled the segment.
  ASSERT_TRUE(engine_->log->Roll(1).ok());
  Compaction::Environment environment = engine_->ForCompaction();
  // A pipeline's Sync would wait for its turn, too.
  environment.sync_log = [this] {
    return engine_->log->Sync(engine_->log->End());
  };
  Compaction compaction(environment);
  const auto report = compaction.Run(1, [] { return false; });
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->segments_before, 1u);
  slow.LetGo();
  EXPECT_TRUE(waiting.Get().ok());
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(engine_->Read("old"), "1");
    EXPECT_EQ(engine_->Read("slow"), "2");
    EXPECT_EQ(engine_->Read("waiting"), "3");
    round == 0 ? void(Compact()) : Start();
  }
}

TEST_F(CompactionTest, TheFloorNeverFalls) {
  PutOs("a", "1");
  PutOs("b", "1");
  Delete("b");
  Compact();
  EXPECT_EQ(State().floor, 4u);
  Compact();  // "a" is the newest that is left
  EXPECT_EQ(State().floor, 4u);
}

TEST_F(CompactionTest, ACancelledOneChangesNothing) {
  PutOs("a", "1");
  PutOs("a", "2");
  ASSERT_TRUE(pipeline().Seal().ok());
  const auto before = disk_.Image();
  Compaction compaction(engine_->ForCompaction());
  EXPECT_EQ(compaction.Run(1, [] { return true; }).status().code(),
            absl::StatusCode::kCancelled);
  EXPECT_FALSE(compaction.must_stop());
  EXPECT_EQ(disk_.Image(), before);
  EXPECT_EQ(engine_->Read("a"), "2");
}

TEST_F(CompactionTest, AnErrorChangesNothingOrStopsTheStore) {
  bool completed = false;
  int stopped = 0;
  for (uint64_t nth = 1; !completed; ++nth) {
    StartAnew();
    PutOs("a", "1");
    PutOs("b", "1");
    PutOs("a", "2");
    Delete("b");
    ASSERT_TRUE(pipeline().Seal().ok());
    const auto before = Files();
    faulty_.FailCall(
        {std::nullopt, nth, absl::ResourceExhaustedError("no room")});
    Compaction compaction(engine_->ForCompaction());
    const auto report = compaction.Run(1, [] { return false; });
    completed = report.ok();
    faulty_.Heal();
    if (compaction.must_stop()) {
      ++stopped;
    } else if (!report.ok()) {
      EXPECT_EQ(Files(), before) << "at call " << nth;
      EXPECT_EQ(engine_->Read("a"), "2");
      EXPECT_EQ(Compact().records_kept, 1u);
    }
    Start();
    EXPECT_EQ(engine_->Read("a"), "2") << "at call " << nth;
    EXPECT_EQ(engine_->Read("b"), "-");
    ASSERT_LT(nth, 100u);
  }
  EXPECT_GT(stopped, 0);
}

TEST_F(CompactionTest, ADamagedRecordStopsItAndChangesNothing) {
  PutOs("a", "1");
  PutOs("b", "1");
  ASSERT_TRUE(pipeline().Seal().ok());
  const auto version = engine_->index.Find("a");
  engine_.reset();
  Start();
  const auto segment = engine_->segments.All().front();
  ASSERT_TRUE(segment->file().WriteAt(version->location.offset + 65, "X").ok());
  const auto before = Files();
  Compaction compaction(engine_->ForCompaction());
  EXPECT_EQ(compaction.Run(1, [] { return false; }).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_FALSE(compaction.must_stop());
  EXPECT_EQ(Files(), before);
  EXPECT_EQ(engine_->Read("b"), "1");
}

}  // namespace
}  // namespace rundlet

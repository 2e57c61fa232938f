// Goal: compaction leaves the changes of the history window in the log, by time
// and by bytes, and takes what is behind it; the floor says where it is.
// Method: sealed segments of one commit each at times that the test sets, and
// compactions of them, also after the store has been opened again.

#include "storage/engine/compaction/history_window.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/storage/engine/commit/pipeline_fixture.h"

namespace rundlet {
namespace {

class HistoryWindowTest : public PipelineFixture {
 protected:
  HistoryWindowTest() { Start(); }

  void Open(absl::Duration age, uint64_t bytes) {
    history_ = std::make_unique<HistoryWindow>(
        HistoryWindow::Settings{age, bytes}, &engine_->segments);
  }
  // Commits and seals.
  Revision PutAndSeal(const std::string& key) {
    const Answer put = Put(key, std::string(100, 'v'), Durability::kDisk);
    EXPECT_TRUE(put.Get().ok());
    EXPECT_TRUE(pipeline().Seal().ok());
    return put.Get()->revision;
  }
  Revision FloorAfterCompaction() {
    Compaction::Environment environment = engine_->ForCompaction();
    environment.history = history_.get();
    Compaction compaction(environment);
    const auto report =
        compaction.Run(engine_->time->now_us(), [] { return false; });
    EXPECT_TRUE(report.ok()) << report.status();
    return State().floor;
  }
  size_t LogSegments() {
    size_t count = 0;
    for (const auto& [id, segment] : State().segments) {
      count += segment.kind == FileKind::kLog ? 1 : 0;
    }
    return count;
  }
  ManifestState State() { return engine_->recovered.manifest->state(); }

  std::unique_ptr<HistoryWindow> history_;
};

TEST_F(HistoryWindowTest, WithoutOneEverythingIsTaken) {
  PutAndSeal("a");
  const Revision last = PutAndSeal("b");
  for (const bool zero_age : {false, true}) {
    Open(zero_age ? absl::ZeroDuration() : absl::Hours(1), zero_age ? 1 : 0);
    EXPECT_EQ(FloorAfterCompaction(), last + 1);
    EXPECT_EQ(LogSegments(), 1u);
  }
}

TEST_F(HistoryWindowTest, KeepsWhatIsYoung) {
  Open(absl::Minutes(10), 1 << 20);
  const Revision first = PutAndSeal("a");
  clock_.Advance(absl::Minutes(6));
  const Revision second = PutAndSeal("b");
  EXPECT_EQ(FloorAfterCompaction(), 0u);
  clock_.Advance(absl::Minutes(5));
  // The first change behind "a" is 5 minutes old, then 10.
  PutAndSeal("c");
  EXPECT_EQ(FloorAfterCompaction(), 0u);
  clock_.Advance(absl::Minutes(5));
  EXPECT_EQ(FloorAfterCompaction(), first + 1);
  EXPECT_EQ(LogSegments(), 3u);
  clock_.Advance(absl::Minutes(5));
  EXPECT_EQ(FloorAfterCompaction(), second + 1);
  EXPECT_EQ(engine_->Read("a"), std::string(100, 'v'));
}

TEST_F(HistoryWindowTest, ASegmentWithOneYoungChangeStays) {
  Open(absl::Minutes(10), 1 << 20);
  Put("a", "v", Durability::kDisk).Get().status().IgnoreError();
  clock_.Advance(absl::Minutes(60));
  PutAndSeal("b");
  EXPECT_EQ(FloorAfterCompaction(), 0u);
}

TEST_F(HistoryWindowTest, KeepsNoMoreThanItsBytes) {
  PutAndSeal("a");
  const Revision second = PutAndSeal("b");
  PutAndSeal("c");
  PutAndSeal("d");
  const uint64_t bytes = State().segments.begin()->second.seal->bytes;
  // Two segments and a bit: a third one holds some of them.
  Open(absl::Hours(1), bytes + 48 + 1);
  EXPECT_EQ(FloorAfterCompaction(), second + 1);
  EXPECT_EQ(LogSegments(), 3u);
}

TEST_F(HistoryWindowTest, GivesWayWhereRoomIsNeededMore) {
  const Revision last = PutAndSeal("a");
  bool is_low = false;
  history_ = std::make_unique<HistoryWindow>(
      HistoryWindow::Settings{absl::Hours(1), 1 << 20,
                              [&is_low] { return is_low; }},
      &engine_->segments);
  EXPECT_EQ(FloorAfterCompaction(), 0u);
  is_low = true;
  EXPECT_EQ(FloorAfterCompaction(), last + 1);
}

TEST_F(HistoryWindowTest, IsTheSameAfterARestart) {
  const Revision first = PutAndSeal("a");
  clock_.Advance(absl::Minutes(20));
  PutAndSeal("b");
  PutAndSeal("c");
  Start();
  Open(absl::Minutes(10), 1 << 20);
  EXPECT_EQ(FloorAfterCompaction(), 0u);
  clock_.Advance(absl::Minutes(9));
  EXPECT_EQ(FloorAfterCompaction(), 0u);
  clock_.Advance(absl::Minutes(2));
  PutAndSeal("d");
  EXPECT_GT(FloorAfterCompaction(), first);
  Start();
  EXPECT_GT(State().floor, first);
  for (const char* key : {"a", "b", "c", "d"}) {
    EXPECT_EQ(engine_->Read(key), std::string(100, 'v')) << key;
  }
}

TEST_F(HistoryWindowTest, WhatIsDeletedInItStaysDeletedBehindIt) {
  Open(absl::Minutes(10), 1 << 20);
  PutAndSeal("a");
  clock_.Advance(absl::Minutes(20));
  ASSERT_TRUE(
      engine_->Commit(DeleteTransaction("a", Durability::kDisk)).Get().ok());
  ASSERT_TRUE(pipeline().Seal().ok());
  for (int i = 0; i < 3; ++i) {
    FloorAfterCompaction();
    EXPECT_EQ(engine_->Read("a"), "-");
    Start();
    Open(absl::Minutes(10), 1 << 20);
    EXPECT_EQ(engine_->Read("a"), "-");
    clock_.Advance(absl::Minutes(6));
    PutAndSeal("b");
  }
}

TEST_F(HistoryWindowTest, ADamagedHeaderIsTold) {
  PutAndSeal("a");
  PutAndSeal("b");
  auto file =
      disk_.OpenFile(std::string(kEngineFolder) + "/0000000000000002.log");
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->WriteAt(60, "x").ok());
  Open(absl::Hours(1), 1 << 20);
  const auto kept = history_->At(engine_->time->now_us(), State());
  EXPECT_TRUE(absl::IsDataLoss(kept.status())) << kept.status();
}

}  // namespace
}  // namespace rundlet

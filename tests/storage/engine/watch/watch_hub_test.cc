// Goal: a watch tells only what is synced, holds what it reads, and says why it
// ends: too slow, history gone, damage, the end of the store.
// Method: a store on a disk in memory that can hold its syncs; readers that do
// not ask, or ask late.

#include "storage/engine/watch/watch_hub.h"

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "storage/open.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"
#include "tests/support/gated_file_system.h"
#include "tests/support/watch_reader.h"

namespace rundlet {
namespace {

using ::testing::ElementsAre;

class WatchHubTest : public ::testing::Test {
 protected:
  WatchHubTest() { Start(); }

  void Start() {
    store_ = nullptr;
    Options options;
    options.path = "/data";
    options.file_system = &files_;
    options.clock = &clock_;
    options.segment_bytes = segment_bytes_;
    options.limits = limits_;
    options.history_window = window_;
    options.sync_interval = absl::Hours(1);
    auto opened = Open(std::move(options));
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }
  Revision Put(const std::string& key, const std::string& text,
               Durability durability = Durability::kDisk) {
    Transaction transaction;
    transaction.operations.push_back(PutOperation{key, Value::Text(text)});
    transaction.durability = durability;
    const auto receipt = BlockingStore(store_.get()).Commit(transaction);
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    return receipt.ok() ? receipt->revision : 0;
  }
  void Compact() {
    const auto report = BlockingStore(store_.get()).Compact();
    ASSERT_TRUE(report.ok()) << report.status();
  }

  CrashableFileSystem disk_;
  GatedFileSystem files_{&disk_};
  FakeClock clock_;
  Limits limits_;
  uint64_t segment_bytes_ = 1 << 20;
  absl::Duration window_;
  std::unique_ptr<Store> store_;
};

TEST_F(WatchHubTest, APresentStateThatIsNotSyncedIsNotTold) {
  Put("a", "1");
  Put("a", "2", Durability::kOs);
  WatchRequest request = WatchAll();
  request.present_state = true;
  auto watch = store_->OpenWatch(request);
  ASSERT_TRUE(watch.ok()) << watch.status();
  absl::Notification come;
  absl::StatusOr<WatchBatch> batch;
  (*watch)->Next([&](absl::StatusOr<WatchBatch> next) {
    batch = std::move(next);
    come.Notify();
  });
  // Whoever comes later is served behind it.
  EXPECT_THAT(WatchReader(store_.get(), WatchAll()).Lines(1), ElementsAre("|"));
  EXPECT_FALSE(come.HasBeenNotified());
  ASSERT_TRUE(BlockingStore(store_.get()).Sync(Durability::kDisk).ok());
  come.WaitForNotification();
  ASSERT_TRUE(batch.ok()) << batch.status();
  ASSERT_EQ(batch->entries.size(), 1u);
  EXPECT_EQ(batch->entries[0].value.bytes, "2");
}

TEST_F(WatchHubTest, WhatIsNotSyncedIsNotTold) {
  WatchReader reader(store_.get(), WatchAll());
  EXPECT_THAT(reader.Lines(1), ElementsAre("|"));
  files_.Hold(Call::kSync, ".log");
  const Revision revision = Put("a", "1", Durability::kOs);
  EXPECT_EQ(store_->Stats().visible_revision, revision);
  reader.watch().RequestBookmark();
  auto batch = reader.Next();
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_EQ(batch->kind, WatchBatch::Kind::kBookmark);
  EXPECT_LT(batch->through, revision);
  absl::Notification synced;
  store_->Sync(Durability::kDisk, [&](absl::Status) { synced.Notify(); });
  files_.AwaitHeld(1);
  reader.watch().RequestBookmark();
  batch = reader.Next();
  EXPECT_EQ(batch->kind, WatchBatch::Kind::kBookmark);
  EXPECT_LT(batch->through, revision);
  files_.LetGo();
  synced.WaitForNotification();
  EXPECT_THAT(reader.Lines(1), ElementsAre("+ a=1"));
}

TEST_F(WatchHubTest, WhatItTellsCanBeRead) {
  auto watch = store_->OpenWatch(WatchAll());
  ASSERT_TRUE(watch.ok());
  WatchReader reader(store_.get(), WatchAll());
  reader.Lines(1);
  std::thread writer([this] {
    for (int i = 0; i < 300; ++i) Put("k", std::to_string(i));
  });
  for (Revision last = 0; last < 300;) {
    const auto batch = reader.Next();
    ASSERT_TRUE(batch.ok()) << batch.status();
    last = batch->changes.back().entry.version;
    ReadRequest read;
    read.keys = {"k"};
    read.not_before = batch->through;
    EXPECT_TRUE(BlockingStore(store_.get()).Read(read).ok());
  }
  writer.join();
}

TEST_F(WatchHubTest, ASlowReaderIsCutOffAndToldWhereToGoOn) {
  limits_.watch_lag_changes_max = 50;
  window_ = absl::Hours(1);
  Start();
  WatchReader slow(store_.get(), WatchAll());
  WatchReader fast(store_.get(), WatchAll());
  slow.Lines(1);
  fast.Lines(1);
  const Revision first = Put("k", "0");
  EXPECT_THAT(slow.Lines(1), ElementsAre("+ k=0"));
  for (int i = 1; i <= 60; ++i) {
    Put("k", std::to_string(i));
    fast.Lines(1);
  }
  while (store_->Stats().watch_lag_changes != 0) std::this_thread::yield();
  const absl::Status cut = slow.Next().status();
  ASSERT_TRUE(absl::IsResourceExhausted(cut)) << cut;
  ASSERT_EQ(ResumeRevisionOf(cut), first + 1);
  // It stays like that.
  EXPECT_EQ(slow.Next().status(), cut);
  WatchReader resumed(store_.get(), WatchAll(*ResumeRevisionOf(cut)));
  EXPECT_EQ(resumed.Lines(2)[1], "+ k=1");
  EXPECT_TRUE(fast.status().ok());
}

TEST_F(WatchHubTest, WhoReadsFromThePastIsNotTooSlow) {
  limits_.watch_lag_changes_max = 10;
  window_ = absl::Hours(1);
  Start();
  for (int i = 0; i < 200; ++i) Put("k", std::to_string(i));
  WatchRequest request = WatchAll(1);
  request.batch_bytes_max = 1;
  WatchReader reader(store_.get(), request);
  reader.Lines(1);
  // Gives the watch thread time to look for slow readers.
  reader.watch().RequestBookmark();
  for (int i = 0; i < 200; ++i) {
    EXPECT_THAT(reader.Lines(1), ElementsAre("+ k=" + std::to_string(i)));
  }
}

TEST_F(WatchHubTest, BelowTheFloorIsOutOfRange) {
  segment_bytes_ = 512;
  Start();
  Put("a", "1");
  const Revision second = Put("a", "2");
  Compact();
  WatchReader gone(store_.get(), WatchAll(1));
  EXPECT_TRUE(absl::IsOutOfRange(gone.status())) << gone.status();
  EXPECT_EQ(OldestRevisionOf(gone.status()), second + 1);
  EXPECT_EQ(store_->Stats().floor_revision, second + 1);
  WatchReader next(store_.get(), WatchAll(second + 1));
  Put("a", "3");
  EXPECT_THAT(next.Lines(2), ElementsAre("|", "+ a=3"));
}

TEST_F(WatchHubTest, ARunningWatchHoldsWhatItHasNotRead) {
  segment_bytes_ = 512;
  Start();
  WatchReader reader(store_.get(), WatchAll());
  reader.Lines(1);
  const std::string text(100, 'v');
  for (int i = 0; i < 50; ++i) Put("k", text + std::to_string(i));
  Compact();
  EXPECT_GT(store_->Stats().floor_revision, 40u);
  int seen = 0;
  while (seen < 50) {
    for (const std::string& line : reader.Lines(1)) {
      EXPECT_EQ(line, "+ k=" + text + std::to_string(seen++));
    }
  }
}

TEST_F(WatchHubTest, APresentStateThatIsNotReadInTimeIsGone) {
  Put("a", "1");
  Put("b", "1");
  WatchRequest request = WatchAll();
  request.present_state = true;
  request.batch_bytes_max = 1;
  WatchReader reader(store_.get(), request);
  ASSERT_TRUE(reader.Next().ok());
  EXPECT_EQ(store_->Stats().snapshot_count, 1u);
  clock_.Advance(absl::Seconds(61));
  const absl::Status status = reader.Next().status();
  EXPECT_TRUE(absl::IsOutOfRange(status)) << status;
  EXPECT_EQ(ResumeRevisionOf(status), std::nullopt);
}

TEST_F(WatchHubTest, ACancelledPresentStatePinsNothing) {
  Put("a", "1");
  WatchRequest request = WatchAll();
  request.present_state = true;
  {
    WatchReader reader(store_.get(), request);
    EXPECT_EQ(store_->Stats().snapshot_count, 1u);
  }
  while (store_->Stats().snapshot_count > 0) std::this_thread::yield();
}

TEST_F(WatchHubTest, ADamagedRecordEndsIt) {
  window_ = absl::Hours(1);
  Start();
  Put("a", "1");
  Put("b", "1");
  auto file = disk_.OpenFile("/data/0000000000000001.log");
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE((*file)->WriteAt(48 + 48 + 70, "x").ok());
  WatchReader reader(store_.get(), WatchAll(1));
  ASSERT_TRUE(reader.Next().ok());
  const absl::Status status = reader.Next().status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
}

TEST_F(WatchHubTest, ItMayOutliveTheStore) {
  WatchReader idle(store_.get(), WatchAll());
  auto watch = store_->OpenWatch(WatchAll());
  ASSERT_TRUE(watch.ok());
  absl::Notification marked;
  (*watch)->Next([&](absl::StatusOr<WatchBatch>) { marked.Notify(); });
  marked.WaitForNotification();
  absl::Notification ended;
  (*watch)->Next([&](absl::StatusOr<WatchBatch> batch) {
    EXPECT_TRUE(absl::IsUnavailable(batch.status())) << batch.status();
    ended.Notify();
  });
  store_ = nullptr;
  ended.WaitForNotification();
  EXPECT_TRUE(absl::IsUnavailable(idle.Next().status()));
  (*watch)->RequestBookmark();
}

TEST_F(WatchHubTest, AReaderMayComeAndGoBesideWrites) {
  absl::Notification stop;
  std::thread writer([&] {
    for (int i = 0; !stop.HasBeenNotified(); ++i) {
      Put("k", std::to_string(i), static_cast<Durability>(1 + i % 3));
    }
  });
  for (int i = 0; i < 200; ++i) {
    const Revision before = Put("mine", std::to_string(i));
    WatchReader reader(store_.get(), WatchAll());
    const Revision mine = Put("mine", "new");
    ASSERT_TRUE(reader.Next().ok());
    ASSERT_GE(reader.through(), before);
    Revision last = reader.through();
    while (last < mine) {
      const auto batch = reader.Next();
      ASSERT_TRUE(batch.ok()) << batch.status();
      for (const Change& change : batch->changes) {
        // No revision is left out: each one here has one change.
        ASSERT_EQ(change.entry.revision, ++last);
      }
    }
  }
  stop.Notify();
  writer.join();
}

}  // namespace
}  // namespace rundlet

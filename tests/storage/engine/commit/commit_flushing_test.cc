// Goal: the flusher writes and syncs what it has to, when it has to, and many
// commits at once (group commit); Seal and Close leave nothing behind.
// Method: a disk that holds the flusher inside a call; an interval of an hour,
// so that nothing goes by itself, or of a millisecond, so that it must.

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/storage/engine/commit/pipeline_fixture.h"

namespace rundlet {
namespace {

class CommitFlushingTest : public PipelineFixture {
 protected:
  CommitFlushingTest() { Start(); }

  // A thread whose commit may block, inside a sync that is held.
  std::thread SyncElsewhere(const Answer& answer) {
    HoldSync();
    std::thread blocking([this, answer] {
      Transaction transaction = PutTransaction("a", "1", Durability::kDisk);
      transaction.may_block = true;
      CommitPipeline::Callback done = answer.Callback();
      EXPECT_TRUE(pipeline().Commit(&transaction, {}, &done).empty());
    });
    files_.AwaitHeld(1);
    return blocking;
  }
};

TEST_F(CommitFlushingTest, OneSyncAnswersAllThatWaited) {
  HoldSync();
  std::vector<Answer> answers = {Put("first", "v", Durability::kDisk)};
  files_.AwaitHeld(1);
  for (int i = 0; i < 100; ++i) {
    answers.push_back(Put(absl::StrCat("k", i), "v", Durability::kDisk));
  }
  files_.LetGo();
  for (const Answer& answer : answers) EXPECT_TRUE(answer.Get().ok());
  EXPECT_EQ(pipeline().counts().writes, 2u);
  EXPECT_EQ(pipeline().counts().syncs, 2u);
  EXPECT_EQ(pipeline().counts().durable_revision, 101u);
}

TEST_F(CommitFlushingTest, MoreHoldsOsCommitsBack) {
  const Answer held = PutMore("a", "1", Durability::kOs);
  EXPECT_FALSE(held.has_come());
  EXPECT_EQ(pipeline().counts().writes, 0u);
  const Answer last = Put("b", "2", Durability::kOs);
  EXPECT_TRUE(held.has_come());
  EXPECT_TRUE(last.has_come());
  EXPECT_EQ(pipeline().counts().writes, 1u);
}

TEST_F(CommitFlushingTest, MoreHoldsDiskCommitsBack) {
  std::vector<Answer> held;
  for (int i = 0; i < 2000; ++i) {
    held.push_back(PutMore(absl::StrCat("k", i), "v", Durability::kDisk));
    std::this_thread::yield();
  }
  for (const Answer& answer : held) EXPECT_FALSE(answer.has_come());
  EXPECT_TRUE(Put("last", "v", Durability::kDisk).Get().ok());
  for (const Answer& answer : held) EXPECT_TRUE(answer.has_come());
  EXPECT_EQ(pipeline().counts().writes, 1u);
  EXPECT_EQ(pipeline().counts().syncs, 1u);
}

TEST_F(CommitFlushingTest, HeldBackCommitsGoWithTheInterval) {
  options_.sync_interval = absl::Milliseconds(1);
  Start();
  EXPECT_TRUE(PutMore("a", "1", Durability::kOs).Get().ok());
  EXPECT_TRUE(PutMore("b", "2", Durability::kDisk).Get().ok());
}

TEST_F(CommitFlushingTest, HeldBackCommitsGoWhenTheyAreMany) {
  const std::string value(300 << 10, 'v');
  std::vector<Answer> answers;
  for (int i = 0; i < 4; ++i) {
    answers.push_back(PutMore(absl::StrCat("k", i), value, Durability::kOs));
  }
  for (const Answer& answer : answers) EXPECT_TRUE(answer.has_come());
}

TEST_F(CommitFlushingTest, BelowDiskASyncFollowsByItself) {
  options_.sync_interval = absl::Milliseconds(1);
  Start();
  Put("a", "1", Durability::kMemory);
  AwaitDurable(1);
  Put("b", "2", Durability::kOs);
  AwaitDurable(2);
  EXPECT_EQ(pipeline().counts().pending_bytes, 0u);
}

TEST_F(CommitFlushingTest, WhereNothingIsUnsyncedSyncDoesNothing) {
  EXPECT_TRUE(engine_->Sync(Durability::kDisk).Get().ok());
  EXPECT_EQ(pipeline().counts().syncs, 0u);
}

// No sync was wanted before: the flusher would still be looking for it.
TEST_F(CommitFlushingTest, SyncCompletesWhenAllBeforeItIsThere) {
  Put("a", "1", Durability::kMemory);
  EXPECT_TRUE(engine_->Sync(Durability::kOs).has_come());
  EXPECT_EQ(pipeline().counts().writes, 1u);
  EXPECT_EQ(pipeline().counts().durable_revision, 0u);
  EXPECT_TRUE(engine_->Sync(Durability::kDisk).Get().ok());
  EXPECT_EQ(pipeline().counts().durable_revision, 1u);
}

TEST_F(CommitFlushingTest, SealMovesAllToSealedSegments) {
  Put("a", "1", Durability::kMemory);
  PutMore("b", "2", Durability::kDisk);
  ASSERT_TRUE(pipeline().Seal().ok());
  const ManifestState state = engine_->recovered.manifest->state();
  ASSERT_EQ(state.segments.size(), 2u);
  const auto& sealed = state.segments.begin()->second.seal;
  ASSERT_TRUE(sealed.has_value());
  EXPECT_EQ(sealed->record_count, 2u);
  EXPECT_EQ(sealed->revision_min, 1u);
  EXPECT_EQ(sealed->revision_max, 2u);
  EXPECT_EQ(engine_->Read("a"), "1");
  EXPECT_EQ(engine_->Read("b"), "2");
  ASSERT_TRUE(pipeline().Seal().ok());  // an empty segment stays
  EXPECT_EQ(engine_->recovered.manifest->state().segments.size(), 2u);
}

TEST_F(CommitFlushingTest, SealWaitsForPublication) {
  SlowCommit slow(&pipeline(),
                  PutTransaction("slow", "1", Durability::kMemory));
  const Answer waiting = Put("waiting", "2", Durability::kOs);
  absl::Notification sealed;
  std::thread sealer([&] {
    EXPECT_TRUE(pipeline().Seal().ok());
    EXPECT_NE(engine_->index.Find("waiting"), std::nullopt);
    sealed.Notify();
  });
  while (engine_->recovered.manifest->state().segments.size() < 2) {
    std::this_thread::yield();
  }
  EXPECT_FALSE(sealed.HasBeenNotified());
  slow.LetGo();
  sealer.join();
}

TEST_F(CommitFlushingTest, SmallSegmentsRollWithWholeTransactions) {
  options_.segment_bytes = 1000;
  Start();
  for (int i = 0; i < 40; ++i) {
    Transaction pair = PutTransaction(absl::StrCat("a", i), "1");
    pair.operations.push_back(
        PutOperation{absl::StrCat("b", i), Value::Text("2")});
    ASSERT_TRUE(engine_->Commit(pair).Get().ok());
  }
  EXPECT_GT(engine_->segments.All().size(), 5u);
  for (const auto& segment : engine_->segments.All()) {
    EXPECT_LE(segment->bytes(), 1000u);
  }
  Start();
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(engine_->Read(absl::StrCat("a", i)), "1");
    EXPECT_EQ(engine_->Read(absl::StrCat("b", i)), "2");
  }
}

TEST_F(CommitFlushingTest, WritersGoOnBesideRolls) {
  options_.segment_bytes = 600;
  Start();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([this, thread] {
      for (int i = 0; i < 60; ++i) {
        const auto durability = static_cast<Durability>(1 + (thread + i) % 3);
        Put(absl::StrCat("k", thread, ".", i), absl::StrCat(i), durability);
        if (i % 20 == 0) {
          EXPECT_TRUE(pipeline().Seal().ok());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(pipeline().Close().ok());
  Start();
  for (int thread = 0; thread < 4; ++thread) {
    for (int i = 0; i < 60; ++i) {
      EXPECT_EQ(engine_->Read(absl::StrCat("k", thread, ".", i)),
                absl::StrCat(i));
    }
  }
}

TEST_F(CommitFlushingTest, CloseWritesAndSyncsWhatIsHeldBack) {
  const Answer memory = Put("a", "1", Durability::kMemory);
  const Answer held = PutMore("b", "2", Durability::kDisk);
  const absl::StatusOr<Revision> next = pipeline().Close();
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(*next, 3u);
  EXPECT_TRUE(held.has_come());
  EXPECT_EQ(pipeline().counts().durable_revision, 2u);
  EXPECT_FALSE(pipeline().Seal().ok());
  EXPECT_EQ(pipeline().DeleteExpired({{"a", 1}}), 0u);
}

// As a repeat does that has joined a request and asks more than the first.
TEST_F(CommitFlushingTest, ACallbackMaySyncWhatIsClosedMeanwhile) {
  Transaction held = PutTransaction("a", "1", Durability::kDisk);
  held.more = true;
  const Answer synced;
  CommitPipeline::Callback done = [&](const absl::StatusOr<Receipt>& receipt) {
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    pipeline().Sync(Durability::kDisk, synced.Callback());
  };
  EXPECT_TRUE(pipeline().Commit(&held, {}, &done).empty());
  EXPECT_TRUE(pipeline().Close().ok());
  EXPECT_TRUE(synced.Get().ok()) << synced.Get().status();
  const Answer late;
  pipeline().Sync(Durability::kDisk, late.Callback());
  EXPECT_EQ(late.Get().status().message(), "the store is closing");
}

TEST_F(CommitFlushingTest, WhoMayBlockSyncsOnItsOwnThread) {
  Transaction transaction = PutTransaction("a", "1", Durability::kDisk);
  transaction.may_block = true;
  for (int i = 0; i < 2000; ++i) {
    // The flusher has to have found that there is nothing to do.
    EXPECT_TRUE(Put("b", "2", Durability::kDisk).Get().ok());
    Transaction again = transaction;
    std::thread::id answered_by;
    CommitPipeline::Callback done = [&](const absl::StatusOr<Receipt>& r) {
      EXPECT_TRUE(r.ok()) << r.status();
      answered_by = std::this_thread::get_id();
    };
    absl::SleepFor(absl::Milliseconds(1));
    pipeline().Commit(&again, {}, &done);
    if (answered_by == std::this_thread::get_id()) return;
    EXPECT_TRUE(engine_->Sync(Durability::kDisk).Get().ok());
  }
  FAIL() << "2,000 commits were all synced by another thread";
}

TEST_F(CommitFlushingTest, WhatComesDuringASyncElsewhereIsSyncedToo) {
  const Answer blocked;
  std::thread blocking = SyncElsewhere(blocked);
  const Answer waiting = Put("b", "2", Durability::kDisk);
  const Answer written = Put("c", "3", Durability::kOs);
  EXPECT_FALSE(waiting.has_come());
  files_.LetGo();
  EXPECT_TRUE(waiting.Get().ok());
  EXPECT_TRUE(blocked.Get().ok());
  EXPECT_TRUE(written.Get().ok());
  blocking.join();
  EXPECT_TRUE(pipeline().Close().ok());
}

TEST_F(CommitFlushingTest, ACloseWaitsForASyncElsewhere) {
  const Answer blocked;
  std::thread blocking = SyncElsewhere(blocked);
  std::thread closing([this] { EXPECT_TRUE(pipeline().Close().ok()); });
  files_.LetGo();
  closing.join();
  blocking.join();
  EXPECT_TRUE(blocked.Get().ok());
  EXPECT_EQ(pipeline().counts().durable_revision, 1u);
}

TEST_F(CommitFlushingTest, ZerosAreWrittenAheadOnlyForWhoWaitsForTheDisk) {
  const auto file_bytes = [this] {
    return disk_.Image().at("/data/0000000000000001.log").size();
  };
  Put("a", "1", Durability::kOs);
  EXPECT_TRUE(engine_->Sync(Durability::kOs).Get().ok());
  EXPECT_EQ(file_bytes(), engine_->segments.Find(1)->bytes());
  EXPECT_TRUE(Put("b", "2", Durability::kDisk).Get().ok());
  EXPECT_GT(file_bytes(), engine_->segments.Find(1)->bytes() + 100'000);
}

}  // namespace
}  // namespace rundlet

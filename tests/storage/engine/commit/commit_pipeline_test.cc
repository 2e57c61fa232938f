// Goal: commits become visible and are acknowledged in the one order of their
// revisions, none before all before it are as durable as they asked (L4), and
// callbacks may do what Store promises them (M1).
// Method: a disk that holds the flusher inside a sync while the test looks.

#include <algorithm>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "tests/storage/engine/commit/pipeline_fixture.h"

namespace rundlet {
namespace {

class CommitPipelineTest : public PipelineFixture {
 protected:
  CommitPipelineTest() { Start(); }
};

TEST_F(CommitPipelineTest, MemoryIsVisibleAtOnceAndNotWritten) {
  const Answer answer = Put("k", "v", Durability::kMemory);
  ASSERT_TRUE(answer.has_come());
  EXPECT_EQ(answer.Get()->revision, 1u);
  EXPECT_EQ(answer.Get()->durability, Durability::kMemory);
  EXPECT_EQ(engine_->Visible("k"), "v");
  EXPECT_EQ(pipeline().counts().writes, 0u);
  EXPECT_GT(pipeline().counts().pending_bytes, 0u);
}

TEST_F(CommitPipelineTest, OsIsWrittenBeforeItsAnswerAndNotSynced) {
  const Answer answer = Put("k", "v", Durability::kOs);
  ASSERT_TRUE(answer.has_come());
  EXPECT_EQ(engine_->Read("k"), "v");
  EXPECT_EQ(pipeline().counts().writes, 1u);
  EXPECT_EQ(pipeline().counts().syncs, 0u);
  EXPECT_EQ(pipeline().counts().pending_bytes, 0u);
}

TEST_F(CommitPipelineTest, DefaultIsWhatTheStoreWasOpenedWith) {
  HoldSync();
  const Answer answer = Put("k", "v", Durability::kDefault);
  files_.AwaitHeld(1);
  EXPECT_FALSE(answer.has_come());
  files_.LetGo();
  ASSERT_TRUE(answer.Get().ok());
  EXPECT_EQ(answer.Get()->durability, Durability::kDisk);
}

TEST_F(CommitPipelineTest, WhatIsReadyWaitsForAllBeforeIt) {
  HoldSync();
  const Answer disk = Put("a", "1", Durability::kDisk);
  files_.AwaitHeld(1);
  const Answer os = Put("b", "2", Durability::kOs);
  const Answer memory = Put("c", "3", Durability::kMemory);
  Transaction look;
  look.operations.push_back(GetOperation{"c"});
  const Answer read = engine_->Commit(look);
  const Answer synced = engine_->Sync(Durability::kOs);
  for (const Answer& answer : {disk, os, memory, read, synced}) {
    EXPECT_FALSE(answer.has_come());
  }
  EXPECT_EQ(engine_->index.visible(), 0u);
  EXPECT_EQ(engine_->Visible("c"), "-");
  files_.LetGo();
  for (const Answer& answer : {disk, os, memory, read, synced}) {
    EXPECT_TRUE(answer.Get().ok()) << answer.Get().status();
  }
  EXPECT_EQ(disk.Get()->revision, 1u);
  EXPECT_EQ(os.Get()->revision, 2u);
  EXPECT_EQ(memory.Get()->revision, 3u);
  EXPECT_EQ(read.Get()->revision, 0u);
  EXPECT_EQ(read.Get()->read_revision, 3u);
  EXPECT_EQ(read.Get()->results[0].entry->value.bytes, "3");
  EXPECT_EQ(engine_->index.visible(), 3u);
}

TEST_F(CommitPipelineTest, PlansSeeWhatIsNotPublished) {
  HoldSync();
  Put("k", "1", Durability::kDisk);
  files_.AwaitHeld(1);
  Transaction second = PutTransaction("k", "2");
  second.conditions = {Condition::RevisionIs("k", 1)};
  second.return_previous = true;
  // The first is in the segment by now, so its value has to be fetched.
  const std::optional<Version> first = pipeline().FindNewest("k");
  ASSERT_TRUE(first.has_value());
  CommitPipeline::Callback unused = [](absl::StatusOr<Receipt>) {};
  EXPECT_EQ(pipeline().Commit(&second, {}, &unused),
            std::vector<std::string>{"k"});
  Answer answer;
  CommitPipeline::Callback done = answer.Callback();
  const auto value = std::make_shared<const std::string>("1");
  EXPECT_TRUE(pipeline()
                  .Commit(&second, {{"k", {first->revision, value}}}, &done)
                  .empty());
  files_.LetGo();
  ASSERT_TRUE(answer.Get().ok());
  EXPECT_EQ(answer.Get()->branch, Receipt::Branch::kOperations);
  EXPECT_EQ(answer.Get()->results[0].entry->value.bytes, "1");
  EXPECT_EQ(engine_->index.Find("k")->version, 2u);
}

TEST_F(CommitPipelineTest, ANewerChangeIsFoundWhenTheOlderIsGone) {
  HoldSync();
  CommitPipeline::Callback hold_again = [this](absl::StatusOr<Receipt>) {
    HoldSync();
  };
  Transaction first = PutTransaction(std::string(40, 'k'), "1");
  EXPECT_TRUE(pipeline().Commit(&first, {}, &hold_again).empty());
  files_.AwaitHeld(1);
  const Answer second = Put(std::string(40, 'k'), "2", Durability::kDisk);
  const Answer gone =
      engine_->Commit(DeleteTransaction("absent", Durability::kDisk));
  files_.LetGo();
  while (engine_->index.visible() < 1) std::this_thread::yield();
  files_.AwaitHeld(1);  // the first is published and gone, the second is not
  EXPECT_EQ(pipeline().FindNewest(std::string(40, 'k'))->revision, 2u);
  EXPECT_EQ(engine_->index.Find(std::string(40, 'k'))->revision, 1u);
  files_.LetGo();
  EXPECT_EQ(second.Get()->revision, 2u);
  EXPECT_EQ(gone.Get()->revision, 0u);
}

TEST_F(CommitPipelineTest, CallbacksRunInRevisionOrder) {
  constexpr int kThreads = 4;
  constexpr int kCommits = 200;
  absl::Mutex mutex;
  std::vector<Revision> seen;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kCommits; ++i) {
        const auto durability = static_cast<Durability>(1 + (thread + i) % 3);
        CommitPipeline::Callback done = [&](absl::StatusOr<Receipt> receipt) {
          const absl::MutexLock lock(&mutex);
          ASSERT_TRUE(receipt.ok());
          seen.push_back(receipt->revision);
        };
        Transaction put =
            PutTransaction(absl::StrCat("k", i % 7), "v", durability);
        EXPECT_TRUE(pipeline().Commit(&put, {}, &done).empty());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(pipeline().Close().ok());
  EXPECT_EQ(seen.size(), size_t{kThreads * kCommits});
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end());
  EXPECT_EQ(engine_->index.visible(), seen.back());
}

TEST_F(CommitPipelineTest, CommitsFromCallbacksDoNotRecurse) {
  int depth = 0;
  int deepest = 0;
  int left = 100000;  // a stack frame each would be too many
  std::function<void()> commit = [&] {
    CommitPipeline::Callback done = [&](absl::StatusOr<Receipt> receipt) {
      ASSERT_TRUE(receipt.ok());
      deepest = std::max(deepest, ++depth);
      if (--left > 0) commit();
      --depth;
    };
    Transaction put = PutTransaction("k", "v", Durability::kMemory);
    EXPECT_TRUE(pipeline().Commit(&put, {}, &done).empty());
  };
  commit();
  EXPECT_EQ(left, 0);
  EXPECT_EQ(deepest, 1);
}

TEST_F(CommitPipelineTest, ASlowCallbackDoesNotStopThePipeline) {
  SlowCommit slow(&pipeline(),
                  PutTransaction("slow", "1", Durability::kMemory));
  const Answer disk = Put("fast", "2", Durability::kDisk);
  AwaitDurable(2);
  EXPECT_FALSE(disk.has_come());  // its turn is behind the slow one
  slow.LetGo();
  EXPECT_TRUE(disk.Get().ok());
}

TEST_F(CommitPipelineTest, CloseWaitsForACallbackOfAnotherThread) {
  SlowCommit slow(&pipeline(),
                  PutTransaction("slow", "1", Durability::kMemory));
  const Answer owed = Put("fast", "2", Durability::kDisk);
  AwaitDurable(2);
  absl::Notification closed;
  std::thread closer([&] {
    EXPECT_EQ(*pipeline().Close(), 3u);
    EXPECT_TRUE(owed.has_come());
    closed.Notify();
  });
  // Late ones are refused as soon as it closes.
  while (engine_->Sync(Durability::kOs).has_come() == false) {
    std::this_thread::yield();
  }
  EXPECT_FALSE(closed.HasBeenNotified());
  slow.LetGo();
  closer.join();
  EXPECT_EQ(Put("late", "3", Durability::kMemory).Get().status().code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(CommitPipelineTest, TooMuchThatIsNotWrittenIsRefused) {
  options_.limits.pending_bytes_max = 200;
  Start();
  EXPECT_TRUE(Put("a", std::string(200, 'v'), Durability::kMemory).Get().ok());
  const Answer refused = Put("b", "v", Durability::kMemory);
  EXPECT_EQ(refused.Get().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(refused.Get().status().message().find("pending_bytes_max is 200"),
            std::string::npos);
  EXPECT_EQ(engine_->Visible("b"), "-");
  options_.sync_interval = absl::Milliseconds(1);
  Start();
  EXPECT_TRUE(Put("a", std::string(200, 'v'), Durability::kMemory).Get().ok());
  while (!Put("b", "v", Durability::kMemory).Get().ok()) {
    std::this_thread::yield();
  }
}

TEST_F(CommitPipelineTest, DeletesExpiredKeysThatNobodyHasWrittenSince) {
  Put("a", "1", Durability::kOs);
  Put("b", "1", Durability::kOs);
  Put("b", "2", Durability::kOs);
  EXPECT_EQ(pipeline().DeleteExpired({{"a", 1}, {"b", 2}, {"c", 9}}), 1u);
  EXPECT_EQ(engine_->Read("a"), "-");
  EXPECT_EQ(engine_->Read("b"), "2");
  EXPECT_EQ(engine_->index.visible(), 4u);
  Start();
  EXPECT_EQ(engine_->Read("a"), "-");
}

TEST_F(CommitPipelineTest, CountsWhatItDid) {
  Put("a", "1", Durability::kOs);
  engine_->Commit(DeleteTransaction("absent", Durability::kOs));
  Transaction look;
  look.operations.push_back(GetOperation{"absent"});
  engine_->Commit(look);
  const CommitPipeline::Counts counts = pipeline().counts();
  EXPECT_EQ(counts.commits, 3u);
  EXPECT_EQ(counts.puts, 1u);
  EXPECT_EQ(counts.deletes, 1u);
  EXPECT_EQ(counts.durable_revision, 0u);
}

}  // namespace
}  // namespace rundlet

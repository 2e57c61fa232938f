// Goal: what cannot be written is refused for certain, and the pipeline goes on
// by itself when there is room (P11); a failed sync is the end (P7); no
// revision is given above the ceiling that is on the disk (L2).
// Method: a disk that fails at the call that the test names, that is full, and
// that holds the flusher inside a write of the MANIFEST.

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "storage/log/manifest.h"
#include "tests/storage/engine/commit/pipeline_fixture.h"

namespace rundlet {
namespace {

class CommitWritingTest : public PipelineFixture {
 protected:
  CommitWritingTest() { Start(); }

  static absl::StatusCode CodeOf(const Answer& answer) {
    return answer.Get().status().code();
  }
  void ExpectStopped() {
    EXPECT_EQ(pipeline().Close().status().code(),
              absl::StatusCode::kUnavailable);
    EXPECT_EQ(fatal_count_, 1);
    for (const auto durability :
         {Durability::kMemory, Durability::kOs, Durability::kDisk}) {
      EXPECT_EQ(CodeOf(Put("late", "v", durability)),
                absl::StatusCode::kUnavailable);
    }
    EXPECT_EQ(CodeOf(engine_->Sync(Durability::kDisk)),
              absl::StatusCode::kUnavailable);
    EXPECT_EQ(pipeline().Seal().code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(fatal_count_, 1);
  }
  Revision CeilingOnDisk() {
    return engine_->recovered.manifest->state().revision_ceiling;
  }
};

TEST_F(CommitWritingTest, AFailedWriteIsRefusedAndTheNextGoesOn) {
  Revision last = 0;
  for (const auto durability : {Durability::kOs, Durability::kDisk}) {
    for (const uint8_t share : {0, 1, 128, 255}) {
      ASSERT_TRUE(Put("kept", absl::StrCat(share), durability).Get().ok());
      FailLog(Call::kWrite, /*for_good=*/false, share);
      EXPECT_EQ(CodeOf(Put("lost", "v", durability)),
                absl::StatusCode::kResourceExhausted);
      EXPECT_EQ(engine_->Visible("lost"), "-");
      const Answer next = Put("next", absl::StrCat(share), durability);
      ASSERT_TRUE(next.Get().ok()) << next.Get().status();
      EXPECT_GT(next.Get()->revision, last);
      last = next.Get()->revision;
    }
  }
  EXPECT_EQ(fatal_count_, 0);
  Start();
  EXPECT_EQ(engine_->Read("lost"), "-");
  EXPECT_EQ(engine_->Read("kept"), "255");
  EXPECT_EQ(engine_->Read("next"), "255");
}

// All of the first commit is in the file, and nothing can be cut off it.
TEST_F(CommitWritingTest, ASealDoesNotHideThatAFailedWriteIsStillThere) {
  HoldSync();
  const Answer before = Put("before", "v", Durability::kDisk);
  files_.AwaitHeld(1);
  const Answer first = Put("first", "v", Durability::kDisk);
  const Answer second =
      Put("second", std::string(9000, 'v'), Durability::kDisk);
  std::thread sealing([this] { EXPECT_FALSE(pipeline().Seal().ok()); });
  absl::SleepFor(absl::Milliseconds(20));  // mostly it is wanted by then
  // The sync that is held is the first call.
  faulty_.FailCall({std::nullopt, 2, absl::ResourceExhaustedError("no room"),
                    /*for_good=*/true, /*written_share=*/255});
  files_.LetGo();
  EXPECT_TRUE(before.Get().ok());
  EXPECT_EQ(CodeOf(first), absl::StatusCode::kUnknown);
  EXPECT_EQ(CodeOf(second), absl::StatusCode::kUnknown);
  sealing.join();
  faulty_.Heal();
  Start();
  EXPECT_EQ(engine_->Read("first"), "v");
}

TEST_F(CommitWritingTest, WhatWasPlannedOnTopOfAFailureFailsWithIt) {
  Put("k", "old", Durability::kDisk).Get();
  files_.Hold(Call::kWrite, ".log");
  FailLog(Call::kWrite);
  const Answer first = Put("k", "1", Durability::kDisk);
  files_.AwaitHeld(1);
  const Answer second = Put("k", "2", Durability::kMemory);
  const Answer sync = engine_->Sync(Durability::kDisk);
  Transaction look;
  look.operations.push_back(GetOperation{"k"});
  const Answer read = engine_->Commit(look);
  files_.LetGo();
  for (const Answer& answer : {first, second, sync, read}) {
    EXPECT_EQ(CodeOf(answer), absl::StatusCode::kResourceExhausted);
  }
  EXPECT_EQ(engine_->Read("k"), "old");
  EXPECT_EQ(pipeline().FindNewest("k")->revision, 1u);
  EXPECT_EQ(pipeline().counts().pending_bytes, 0u);
  EXPECT_EQ(Put("k", "3", Durability::kDisk).Get()->revision, 4u);
}

TEST_F(CommitWritingTest, AFullDiskRefusesAndServesAgainWhenThereIsRoom) {
  uint64_t used = 0;
  for (const auto& [path, content] : disk_.Image()) used += content.size();
  disk_.SetCapacityBytes(used + 300);
  ASSERT_TRUE(Put("a", "fits", Durability::kDisk).Get().ok());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(CodeOf(Put("b", std::string(500, 'v'), Durability::kDisk)),
              absl::StatusCode::kResourceExhausted);
  }
  EXPECT_TRUE(engine_->Commit(DeleteTransaction("a")).Get().ok());
  disk_.SetCapacityBytes(used + 5000);
  EXPECT_TRUE(Put("b", std::string(500, 'v'), Durability::kDisk).Get().ok());
}

TEST_F(CommitWritingTest, WhatWasAcknowledgedInMemoryIsTriedAgain) {
  FailLog(Call::kWrite, /*for_good=*/true);
  ASSERT_TRUE(Put("k", "v", Durability::kMemory).Get().ok());
  EXPECT_EQ(CodeOf(engine_->Sync(Durability::kDisk)),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(engine_->Visible("k"), "v");
  // Not at once and for ever: its next turn is in an hour.
  const uint64_t repairs = faulty_.call_count(Call::kTruncate);
  for (int i = 0; i < 100; ++i) {
    pipeline().counts();
    std::this_thread::yield();
  }
  EXPECT_EQ(faulty_.call_count(Call::kTruncate), repairs);
  faulty_.Heal();
  EXPECT_TRUE(engine_->Sync(Durability::kDisk).Get().ok());
  Start();
  EXPECT_EQ(engine_->Read("k"), "v");
}

TEST_F(CommitWritingTest, CloseSaysWhatCouldNotBeWritten) {
  Put("k", "v", Durability::kMemory);
  FailLog(Call::kWrite, /*for_good=*/true);
  EXPECT_EQ(pipeline().Close().status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST_F(CommitWritingTest, AFailedSyncIsTheEnd) {
  Put("kept", "v", Durability::kDisk).Get();
  HoldSync();
  FailLog(Call::kSync);
  const Answer disk = Put("a", "1", Durability::kDisk);
  files_.AwaitHeld(1);
  // Ready by themselves, but planned on top of what nobody knows.
  const Answer os = Put("b", "2", Durability::kOs);
  const Answer memory = Put("c", "3", Durability::kMemory);
  files_.LetGo();
  for (const Answer& answer : {disk, os, memory}) {
    EXPECT_EQ(CodeOf(answer), absl::StatusCode::kUnknown);
  }
  EXPECT_EQ(engine_->index.visible(), 1u);
  EXPECT_EQ(engine_->Read("kept"), "v");
  ExpectStopped();
  EXPECT_NE(fatal_.message().find("could not be synced"), std::string::npos);
}

TEST_F(CommitWritingTest, AFailedRepairIsTheEnd) {
  for (const Call call : {Call::kTruncate, Call::kSync}) {
    fatal_count_ = 0;
    faulty_.Heal();
    Start();
    files_.Hold(Call::kTruncate, ".log");
    FailLog(Call::kWrite);
    const Answer answer = Put("k", "v", Durability::kOs);
    files_.AwaitHeld(1);
    FailLog(call);
    files_.LetGo();
    EXPECT_EQ(CodeOf(answer), absl::StatusCode::kUnknown);
    ExpectStopped();
  }
}

TEST_F(CommitWritingTest, AFailedRollOfTheMiddleIsRefusedOrTheEnd) {
  options_.segment_bytes = 300;
  Start();
  const std::string value(150, 'v');
  ASSERT_TRUE(Put("a", value, Durability::kOs).Get().ok());
  faulty_.FailCall({Call::kCreate, 1, absl::ResourceExhaustedError("full")});
  EXPECT_EQ(CodeOf(Put("b", value, Durability::kOs)),
            absl::StatusCode::kResourceExhausted);
  ASSERT_TRUE(Put("c", value, Durability::kOs).Get().ok());
  faulty_.FailCall({Call::kSyncDirectory, 1, absl::UnknownError("EIO")});
  EXPECT_EQ(CodeOf(Put("d", value, Durability::kOs)),
            absl::StatusCode::kUnknown);
  ExpectStopped();
}

TEST_F(CommitWritingTest, NoRevisionIsGivenAboveTheCeilingOnTheDisk) {
  for (const uint64_t block : {1, 2, 3, 7}) {
    options_.revision_block = block;
    Start();
    std::vector<Answer> answers;
    for (int i = 0; i < 60; ++i) {
      CommitPipeline::Callback done = [this](absl::StatusOr<Receipt> receipt) {
        ASSERT_TRUE(receipt.ok());
        EXPECT_LE(receipt->revision, CeilingOnDisk());
      };
      const auto durability = static_cast<Durability>(1 + i % 3);
      Transaction put = PutTransaction("k", "v", durability);
      EXPECT_TRUE(pipeline().Commit(&put, {}, &done).empty());
    }
    const absl::StatusOr<Revision> next = pipeline().Close();
    ASSERT_TRUE(next.ok());
    // As a new process finds it.
    engine_.reset();
    const auto manifest = Manifest::Open(&disk_, kEngineFolder);
    ASSERT_TRUE(manifest.ok()) << manifest.status();
    EXPECT_GE((*manifest)->state().revision_ceiling, *next - 1);
  }
}

TEST_F(CommitWritingTest, MemoryCommitsWaitForTheirRevisions) {
  options_.revision_block = 2;
  StartAnew();
  // The file keeps the name that it was opened with.
  files_.Hold(Call::kWrite, "MANIFEST.new");
  std::vector<Answer> answers;
  for (int i = 0; i < 6; ++i) {
    answers.push_back(Put("k", absl::StrCat(i), Durability::kMemory));
  }
  files_.AwaitHeld(1);
  EXPECT_TRUE(answers[1].has_come());
  EXPECT_FALSE(answers[2].has_come());
  EXPECT_EQ(engine_->index.visible(), 2u);
  files_.LetGo();
  for (const Answer& answer : answers) EXPECT_TRUE(answer.Get().ok());
}

TEST_F(CommitWritingTest, WithoutRevisionsCommitsAreRefusedUntilThereAreSome) {
  options_.revision_block = 2;
  Start();
  Put("k", "1", Durability::kDisk).Get();
  FailLog(Call::kWrite, /*for_good=*/true);
  for (const auto durability : {Durability::kMemory, Durability::kMemory,
                                Durability::kOs, Durability::kDisk}) {
    const Answer answer = Put("k", "2", durability);
    if (!answer.Get().ok()) {
      EXPECT_EQ(CodeOf(answer), absl::StatusCode::kResourceExhausted);
    }
  }
  EXPECT_LE(engine_->index.visible(), CeilingOnDisk());
  faulty_.Heal();
  // The last failed write may still wait for its repair.
  while (!engine_->Sync(Durability::kDisk).Get().ok()) {
    std::this_thread::yield();
  }
  const Answer answer = Put("k", "3", Durability::kDisk);
  ASSERT_TRUE(answer.Get().ok()) << answer.Get().status();
  EXPECT_LE(answer.Get()->revision, CeilingOnDisk());
  EXPECT_EQ(fatal_count_, 0);
}

TEST_F(CommitWritingTest, FailEndsItToo) {
  const Answer held = PutMore("a", "1", Durability::kDisk);
  pipeline().Fail(absl::DataLossError("somebody else found it"));
  EXPECT_EQ(CodeOf(held), absl::StatusCode::kUnknown);
  pipeline().Fail(absl::DataLossError("again"));
  ExpectStopped();
}

}  // namespace
}  // namespace rundlet

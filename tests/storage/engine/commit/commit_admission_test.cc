// Goal: on a disk without room the pipeline refuses what would make the store
// larger, at every durability, and still writes deletes, on their reserve if
// they need it, whichever call it is that finds no room.
// Method: a pipeline with a guard over a disk in memory of 64 KiB, full; calls
// of the log that fail for lack of room.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/storage/engine/commit/pipeline_fixture.h"

namespace rundlet {
namespace {

constexpr uint64_t kCapacityBytes = 64 << 10;

class CommitAdmissionTest : public PipelineFixture {
 protected:
  CommitAdmissionTest() {
    disk_.SetCapacityBytes(kCapacityBytes);
    options_.disk_free_bytes_min = 1 << 20;   // 4 KiB of 64
    options_.delete_reserve_bytes = 1 << 20;  // 2 KiB of 64
    Start();
    EXPECT_TRUE(Put("old", "value", Durability::kDisk).Get().ok());
  }

  Answer Delete(const std::string& key, Durability durability) {
    return engine_->Commit(DeleteTransaction(key, durability));
  }

  // Leaves so many bytes, by a file that is not ours.
  void LeaveFree(uint64_t bytes) {
    if (other_ == nullptr) other_ = *disk_.CreateFile("/other");
    ASSERT_TRUE(other_->Truncate(0).ok());
    ASSERT_TRUE(other_->Allocate(*disk_.AvailableBytes("/data") - bytes).ok());
  }

  static bool IsRefused(const Answer& answer) {
    return absl::IsResourceExhausted(answer.Get().status());
  }

  std::unique_ptr<File> other_;
};

TEST_F(CommitAdmissionTest, WritesAreRefusedAtEveryDurability) {
  LeaveFree(4 << 10);
  engine_->disk->Check();
  for (const Durability durability :
       {Durability::kMemory, Durability::kOs, Durability::kDisk}) {
    EXPECT_TRUE(IsRefused(Put("new", "v", durability)));
    EXPECT_TRUE(IsRefused(Put("old", "v", durability)));
  }
  EXPECT_EQ(engine_->Visible("new"), "-");
  EXPECT_EQ(pipeline().counts().pending_bytes, 0u);
  // What changes nothing needs no room, and neither does a delete.
  EXPECT_TRUE(Delete("none", Durability::kDisk).Get().ok());
  EXPECT_TRUE(Delete("old", Durability::kMemory).Get().ok());
  EXPECT_EQ(engine_->Visible("old"), "-");
}

TEST_F(CommitAdmissionTest, WhatWaitsToBeWrittenCounts) {
  LeaveFree(4 << 11);
  engine_->disk->Check();
  const std::string value(1 << 10, 'v');
  int admitted = 0;
  while (
      Put(absl::StrCat("k", admitted), value, Durability::kMemory).Get().ok()) {
    ASSERT_LT(++admitted, 10);
  }
  EXPECT_EQ(admitted, 3);
}

TEST_F(CommitAdmissionTest, WritesComeBackWithRoom) {
  LeaveFree(0);
  engine_->disk->Check();
  EXPECT_TRUE(IsRefused(Put("new", "v", Durability::kOs)));
  LeaveFree(8 << 10);
  engine_->disk->Check();
  EXPECT_TRUE(Put("new", "v", Durability::kOs).Get().ok());
}

TEST_F(CommitAdmissionTest, ADeleteThatFindsNoRoomGetsTheReserve) {
  for (const Durability durability :
       {Durability::kMemory, Durability::kOs, Durability::kDisk}) {
    StartAnew();
    ASSERT_TRUE(Put("old", "value", Durability::kDisk).Get().ok());
    LeaveFree(10);
    const Answer deleted = Delete("old", durability);
    EXPECT_TRUE(deleted.Get().ok()) << deleted.Get().status();
    EXPECT_TRUE(engine_->Sync(Durability::kDisk).Get().ok());
    EXPECT_EQ(engine_->disk->stats().state, DiskState::kFull);
    EXPECT_TRUE(IsRefused(Put("new", "v", durability)));
    other_.reset();
  }
}

TEST_F(CommitAdmissionTest, DeletesBeforeTheFirstPutOfAFailedGroupGoOn) {
  ASSERT_TRUE(Put("older", "value", Durability::kDisk).Get().ok());
  LeaveFree(10);
  // All of them were admitted before anybody knew.
  const Answer first = [&] {
    Transaction transaction = DeleteTransaction("old", Durability::kDisk);
    transaction.more = true;
    return engine_->Commit(transaction);
  }();
  const Answer put = PutMore("new", "v", Durability::kDisk);
  const Answer last = Delete("older", Durability::kDisk);
  EXPECT_TRUE(first.Get().ok()) << first.Get().status();
  EXPECT_TRUE(IsRefused(put));
  // It was planned on top of the put.
  EXPECT_TRUE(IsRefused(last));
  EXPECT_TRUE(Delete("older", Durability::kDisk).Get().ok());
  EXPECT_EQ(engine_->Visible("old"), "-");
  EXPECT_EQ(engine_->Visible("older"), "-");
  EXPECT_EQ(engine_->Visible("new"), "-");
}

TEST_F(CommitAdmissionTest, ARollThatFindsNoRoomGetsTheReserve) {
  options_.segment_bytes = 256;
  StartAnew();
  ASSERT_TRUE(Put("old", std::string(100, 'v'), Durability::kDisk).Get().ok());
  LeaveFree(10);
  const Answer deleted = Delete("old", Durability::kDisk);
  EXPECT_TRUE(deleted.Get().ok()) << deleted.Get().status();
  EXPECT_EQ(engine_->segments.All().size(), 2u);
}

TEST_F(CommitAdmissionTest, ReservingRevisionsFindsTheReserve) {
  options_.revision_block = 1;
  StartAnew();
  ASSERT_TRUE(Put("old", "value", Durability::kDisk).Get().ok());
  LeaveFree(10);
  const Answer deleted = Delete("old", Durability::kDisk);
  EXPECT_TRUE(deleted.Get().ok()) << deleted.Get().status();
}

TEST_F(CommitAdmissionTest, WhenTheReserveIsUsedUpDeletesAreRefusedToo) {
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(Put(absl::StrCat("k", i), "v", Durability::kOs).Get().ok());
  }
  LeaveFree(0);
  int deleted = 0;
  while (deleted < 40 &&
         Delete(absl::StrCat("k", deleted), Durability::kDisk).Get().ok()) {
    ++deleted;
  }
  // 2 KiB, and about 114 bytes a delete.
  EXPECT_GT(deleted, 15);
  EXPECT_LT(deleted, 20);
  LeaveFree(1 << 10);
  EXPECT_TRUE(Delete("k39", Durability::kDisk).Get().ok());
}

}  // namespace
}  // namespace rundlet

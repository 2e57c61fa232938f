// Goal: the guard says when a disk is low, full, and has room again; it keeps
// its reserves while it can and gives each only to whom it is for.
// Method: a disk in memory whose capacity is set; the guard looks at it only
// when the test says so.

#include "storage/engine/guards/disk_guard.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/faulty_file_system.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kKiB = 1024;

class DiskGuardTest : public ::testing::Test {
 protected:
  DiskGuardTest() {
    EXPECT_TRUE(disk_.MakeDirectory("/data").ok());
    data_ = *disk_.CreateFile("/data/data");
    // A room of 1,024 KiB: 64 of mark, 32 and 128 of reserves.
    disk_.SetCapacityBytes(1024 * kKiB);
    settings_.file_system = &files_;
    settings_.folder = "/data";
    settings_.free_bytes_min = 64 * kKiB;
    settings_.delete_reserve_bytes = 32 * kKiB;
    settings_.compaction_reserve_bytes = 128 * kKiB;
    settings_.interval = absl::Hours(1);
    settings_.on_event = [this](absl::string_view line) {
      events_.emplace_back(line);
    };
  }

  void Start() { guard_ = std::make_unique<DiskGuard>(settings_); }

  // Fills the disk with a file until so much is free, and looks.
  void LeaveFree(uint64_t bytes) {
    EXPECT_TRUE(data_->Truncate(0).ok());
    EXPECT_TRUE(data_->Allocate(*disk_.AvailableBytes("/data") - bytes).ok());
    guard_->Check();
  }

  DiskState state() const { return guard_->stats().state; }

  CrashableFileSystem disk_;
  FaultyFileSystem files_{&disk_};
  std::unique_ptr<File> data_;
  DiskGuard::Settings settings_;
  std::vector<std::string> events_;
  std::unique_ptr<DiskGuard> guard_;
};

TEST_F(DiskGuardTest, SizesShrinkWithTheRoom) {
  const DiskGuard::Sizes large = DiskGuard::SizesFor(settings_, 1 << 30);
  EXPECT_EQ(large.mark, 64 * kKiB);
  EXPECT_EQ(large.full_mark, 16 * kKiB);
  EXPECT_EQ(large.delete_reserve, 32 * kKiB);
  EXPECT_EQ(large.compaction_reserve, 128 * kKiB);
  const DiskGuard::Sizes small = DiskGuard::SizesFor(settings_, 320 * kKiB);
  EXPECT_EQ(small.mark, 20 * kKiB);
  EXPECT_EQ(small.full_mark, 5 * kKiB);
  EXPECT_EQ(small.delete_reserve, 10 * kKiB);
  EXPECT_EQ(small.compaction_reserve, 40 * kKiB);
}

TEST_F(DiskGuardTest, HoldsBothReservesWhileThereIsRoom) {
  Start();
  EXPECT_EQ(state(), DiskState::kOk);
  EXPECT_EQ(*disk_.AvailableBytes("/data"), (1024 - 32 - 128) * kKiB);
  const DiskStats stats = guard_->stats();
  EXPECT_EQ(stats.free_bytes, (1024 - 32 - 128) * kKiB);
  EXPECT_EQ(stats.delete_reserve_bytes, 32 * kKiB);
  EXPECT_EQ(stats.compaction_reserve_bytes, 128 * kKiB);
  EXPECT_TRUE(events_.empty());
}

TEST_F(DiskGuardTest, BelowTheMarkItAdmitsNothing) {
  Start();
  LeaveFree(64 * kKiB);
  EXPECT_EQ(state(), DiskState::kOk);
  LeaveFree(64 * kKiB - 1);
  EXPECT_EQ(state(), DiskState::kLow);
  const absl::Status refused = guard_->Admit(1);
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(refused.message(), HasSubstr("the disk is low"));
  EXPECT_THAT(refused.message(), HasSubstr("65535 bytes are free for /data"));
  EXPECT_THAT(refused.message(), HasSubstr("disk_free_bytes_min is 65536"));
}

TEST_F(DiskGuardTest, WhatIsWrittenBetweenTwoLooksCounts) {
  Start();
  LeaveFree(100 * kKiB);
  EXPECT_TRUE(guard_->Admit(36 * kKiB).ok());
  EXPECT_TRUE(guard_->Admit(36 * kKiB).ok());
  guard_->Spend(36 * kKiB);
  EXPECT_FALSE(guard_->Admit(1).ok());
  EXPECT_EQ(state(), DiskState::kLow);
}

TEST_F(DiskGuardTest, GoesBackOnlyWithAQuarterMoreThanTheMark) {
  Start();
  LeaveFree(10 * kKiB);
  EXPECT_FALSE(guard_->Admit(1).ok());
  LeaveFree(80 * kKiB - 1);
  EXPECT_EQ(state(), DiskState::kLow);
  LeaveFree(80 * kKiB);
  EXPECT_EQ(state(), DiskState::kOk);
  EXPECT_TRUE(guard_->Admit(1).ok());
  EXPECT_THAT(events_.back(), HasSubstr("has room again, 81920 bytes"));
}

TEST_F(DiskGuardTest, AFullDiskGivesTheDeleteReserveUpUntilThereIsRoom) {
  Start();
  LeaveFree(16 * kKiB - 1);
  EXPECT_EQ(state(), DiskState::kFull);
  EXPECT_EQ(*disk_.AvailableBytes("/data"), (16 + 32) * kKiB - 1);
  // A write that failed before that has not been told.
  EXPECT_TRUE(guard_->GiveRoom());
  EXPECT_FALSE(guard_->GiveRoom());
  LeaveFree((32 + 32) * kKiB - 1);
  EXPECT_EQ(state(), DiskState::kFull);
  LeaveFree((32 + 32) * kKiB);
  EXPECT_EQ(state(), DiskState::kLow);
  EXPECT_EQ(guard_->stats().delete_reserve_bytes, 32 * kKiB);
  LeaveFree(200 * kKiB);
  EXPECT_EQ(state(), DiskState::kOk);
}

TEST_F(DiskGuardTest, AWriteThatFoundNoRoomGetsTheDeleteReserveOnce) {
  Start();
  const uint64_t before = *disk_.AvailableBytes("/data");
  EXPECT_TRUE(guard_->GiveRoom());
  EXPECT_EQ(state(), DiskState::kFull);
  EXPECT_EQ(*disk_.AvailableBytes("/data"), before + 32 * kKiB);
  EXPECT_FALSE(guard_->Admit(1).ok());
  EXPECT_FALSE(guard_->GiveRoom());
  // It was not the disk as a whole, say: there is room again.
  guard_->Check();
  EXPECT_EQ(state(), DiskState::kOk);
  EXPECT_EQ(*disk_.AvailableBytes("/data"), before);
}

TEST_F(DiskGuardTest, WhatIsLentToACompactionIsNotFreeForWrites) {
  Start();
  LeaveFree(70 * kKiB);
  EXPECT_EQ(state(), DiskState::kOk);
  EXPECT_TRUE(guard_->LendToCompaction());
  EXPECT_FALSE(guard_->LendToCompaction());
  EXPECT_EQ(*disk_.AvailableBytes("/data"), 198 * kKiB);
  guard_->Check();
  EXPECT_EQ(state(), DiskState::kOk);
  EXPECT_FALSE(guard_->Admit(7 * kKiB).ok());
  guard_->Reclaim();
  EXPECT_EQ(*disk_.AvailableBytes("/data"), 70 * kKiB);
  EXPECT_EQ(guard_->stats().compaction_reserve_bytes, 128 * kKiB);
}

TEST_F(DiskGuardTest, WithoutTheCompactionReserveWritesStayRefused) {
  Start();
  LeaveFree(10 * kKiB);
  ASSERT_TRUE(guard_->LendToCompaction());
  // The compaction has used what it was lent, and freed less.
  LeaveFree(140 * kKiB);
  guard_->Reclaim();
  EXPECT_EQ(state(), DiskState::kLow);
  EXPECT_EQ(guard_->stats().compaction_reserve_bytes, 0u);
  LeaveFree(250 * kKiB);
  EXPECT_EQ(state(), DiskState::kOk);
  EXPECT_EQ(*disk_.AvailableBytes("/data"), (250 - 128) * kKiB);
}

TEST_F(DiskGuardTest, StartsOnAFullDiskAndOneThatGrows) {
  ASSERT_TRUE(data_->Allocate(1024 * kKiB).ok());
  settings_.used_bytes = 1024 * kKiB;
  Start();
  EXPECT_EQ(state(), DiskState::kFull);
  EXPECT_FALSE(guard_->Admit(1).ok());
  disk_.SetCapacityBytes(2048 * kKiB);
  guard_->Check();
  EXPECT_EQ(state(), DiskState::kOk);
}

TEST_F(DiskGuardTest, AReserveThatFailsForAnotherReasonStopsNoWrite) {
  files_.FailCall(
      {Call::kAllocate, 1, absl::UnknownError("EIO"), /*for_good=*/true});
  Start();
  EXPECT_EQ(state(), DiskState::kOk);
  EXPECT_TRUE(guard_->Admit(1).ok());
  ASSERT_EQ(events_.size(), 2u);
  EXPECT_THAT(events_[0], HasSubstr("could not be reserved: EIO"));
}

TEST_F(DiskGuardTest, ADiskThatDoesNotTellStaysAsItWas) {
  Start();
  LeaveFree(10 * kKiB);
  files_.FailCall(
      {Call::kAvailable, 1, absl::UnknownError("EIO"), /*for_good=*/true});
  guard_->Check();
  guard_->Check();
  EXPECT_EQ(state(), DiskState::kFull);
  EXPECT_THAT(events_.back(), HasSubstr("does not tell how much is free"));
}

TEST_F(DiskGuardTest, NoMarkAndNoReservesMeanNoFilesAndNoRefusal) {
  settings_.free_bytes_min = 0;
  settings_.delete_reserve_bytes = 0;
  settings_.compaction_reserve_bytes = 0;
  Start();
  LeaveFree(0);
  EXPECT_TRUE(guard_->Admit(kKiB).ok());
  EXPECT_FALSE(guard_->GiveRoom());
  EXPECT_FALSE(guard_->LendToCompaction());
  EXPECT_EQ(disk_.ListDirectory("/data")->size(), 1u);
}

TEST_F(DiskGuardTest, ReservesOfALastLifeAreEmptied) {
  Start();
  guard_.reset();
  EXPECT_EQ(*disk_.AvailableBytes("/data"), (1024 - 32 - 128) * kKiB);
  EXPECT_TRUE(DiskGuard::EmptyReserves(&files_, "/data").ok());
  EXPECT_EQ(*disk_.AvailableBytes("/data"), 1024 * kKiB);
  EXPECT_TRUE(DiskGuard::EmptyReserves(&files_, "/data").ok());
}

TEST_F(DiskGuardTest, LooksByItself) {
  settings_.interval = absl::Milliseconds(1);
  Start();
  ASSERT_TRUE(data_->Allocate((1024 - 160 - 50) * kKiB).ok());
  while (guard_->Admit(1).ok()) absl::SleepFor(absl::Milliseconds(1));
  ASSERT_TRUE(data_->Truncate(0).ok());
  while (!guard_->Admit(1).ok()) absl::SleepFor(absl::Milliseconds(1));
}

}  // namespace
}  // namespace rundlet

// Goal: a full disk refuses writes with RESOURCE_EXHAUSTED, leaves reads as
// they are, and costs nothing that was acknowledged; with room, writes go on;
// with the usual marks and reserves and without any.
// Method: a disk in memory that is filled, given room and filled again.

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/support/checked_store.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

class DiskFullTest : public ::testing::Test {
 protected:
  DiskFullTest() : checked_(&clock_) {}

  void OpenStore(bool reserves) {
    Options options;
    options.disk_interval = absl::Milliseconds(1);
    if (!reserves) {
      options.disk_free_bytes_min = 0;
      options.delete_reserve_bytes = 0;
      options.compaction_reserve_bytes = 0;
    }
    options.path = "/data";
    options.segment_bytes = 4096;
    options.file_system = &disk_;
    options.clock = &clock_;
    const absl::Status opened = checked_.Open(std::move(options));
    ASSERT_TRUE(opened.ok()) << opened;
  }

  absl::Status Put(int number, Durability durability = Durability::kDisk) {
    Transaction transaction;
    transaction.operations.push_back(
        PutOperation{absl::StrCat("key", number % 50),
                     Value::Data(std::string(300, 'a' + number % 26))});
    transaction.durability = durability;
    return checked_.CommitAndWait(std::move(transaction));
  }

  // Puts until the disk is full; the error.
  absl::Status Fill() {
    checked_.ExpectErrors();
    for (int i = 0; i < 10'000; ++i) {
      const absl::Status status = Put(i);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  void AwaitRoom() {
    checked_.ExpectErrors();
    while (!Put(0).ok()) absl::SleepFor(absl::Milliseconds(1));
  }

  FakeClock clock_;
  CrashableFileSystem disk_;
  CheckedStore checked_;
};

TEST_F(DiskFullTest, WritesAreRefusedAndComeBackByThemselves) {
  OpenStore(/*reserves=*/false);
  for (uint64_t capacity = 20'000; capacity <= 60'000; capacity += 7'919) {
    disk_.SetCapacityBytes(capacity);
    AwaitRoom();
    const absl::Status full = Fill();
    EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted) << full;
    for (Durability durability : {Durability::kOs, Durability::kDisk}) {
      EXPECT_EQ(Put(1, durability).code(),
                absl::StatusCode::kResourceExhausted);
    }
    // Handed to the engine, it waits for room; whether it is taken is up to it.
    Put(2, Durability::kMemory).IgnoreError();
    checked_.Compare();
  }
  disk_.SetCapacityBytes(1'000'000);
  AwaitRoom();
  for (int i = 0; i < 50; ++i) {
    const absl::Status status = Put(i);
    EXPECT_TRUE(status.ok()) << status;
  }
  checked_.Compare();
  checked_.Close();
  OpenStore(/*reserves=*/false);
  checked_.Compare();
}

TEST_F(DiskFullTest, PowerLossOnAFullDiskLosesNothing) {
  SeededRandom random(TestSeed());
  for (uint64_t capacity = 9'000; capacity < 14'000; capacity += 331) {
    OpenStore(/*reserves=*/random.OneIn(2));
    disk_.SetCapacityBytes(capacity);
    const absl::Status full = Fill();
    EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted) << full;
    disk_.PowerOff();
    checked_.Close();
    disk_.SetCapacityBytes(1'000'000);
    disk_.PowerOn(PowerLoss::kAnySubset, random);
    checked_.Crash(Durability::kDisk);
    OpenStore(/*reserves=*/true);
    checked_.Compare();
    checked_.Compact();
    checked_.Compare();
    checked_.Close();
  }
}

}  // namespace
}  // namespace rundlet

// Goal: a disk that is really full is a state that the store is made for (P11):
// writes are refused, at every durability, with an error that says why; reads
// and deletes are served; a compaction finishes; writes come back by
// themselves; nothing that was acknowledged is lost, also over a restart on the
// full disk.
// Method: a tmpfs of 32 MiB is filled, by the store or by somebody else to the
// last byte, most keys are deleted, and the test waits for room: over and over.
// Where mounting is not allowed it is a disk in memory with that capacity;
// RUNDLET_REAL_DISK=1 makes that an error. In full, 20 times:
//
//   bazel test --test_env=RUNDLET_RUNS=20 --test_env=RUNDLET_REAL_DISK=1
//     --test_output=all --spawn_strategy=local //tests/fault:full_disk_test

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "storage/open.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/seeded_random.h"
#include "tests/support/tmpfs_mount.h"

namespace rundlet {
namespace {

constexpr uint64_t kDiskBytes = 32 << 20;
constexpr uint64_t kSegmentBytes = 2 << 20;
constexpr uint64_t kValueBytesMax = 64 << 10;

class FullDiskTest : public ::testing::Test {
 protected:
  FullDiskTest() : seed_(TestSeed()), random_(seed_) {
    auto mounted = TmpfsMount::Make(kDiskBytes);
    if (mounted.ok()) {
      tmpfs_ = *std::move(mounted);
      path_ = absl::StrCat(tmpfs_->path(), "/store");
      return;
    }
    EXPECT_EQ(std::getenv("RUNDLET_REAL_DISK"), nullptr) << mounted.status();
    std::cout << "a disk in memory: " << mounted.status() << std::endl;
    simulated_ = std::make_unique<CrashableFileSystem>();
    simulated_->SetCapacityBytes(kDiskBytes);
    files_ = simulated_.get();
    path_ = "/disk/store";
  }

  void Open() {
    Options options;
    options.path = path_;
    options.segment_bytes = kSegmentBytes;
    options.file_system = files_;
    options.on_event = [](absl::string_view line) {
      // The paths would hide what is said.
      if (absl::StrContains(line, "/store")) return;
      std::cout << "  " << line << std::endl;
    };
    absl::StatusOr<std::unique_ptr<Store>> opened =
        rundlet::Open(std::move(options));
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
    db_ = std::make_unique<BlockingStore>(store_.get());
  }

  void Close() {
    db_.reset();
    store_.reset();
  }

  absl::Status Put(const std::string& key, std::string value,
                   Durability durability) {
    Transaction transaction;
    transaction.operations.push_back(PutOperation{key, Value::Data(value)});
    transaction.durability = durability;
    const absl::Status status = db_->Commit(std::move(transaction)).status();
    if (status.ok()) ledger_[key] = std::move(value);
    return status;
  }

  Durability AnyDurability() {
    return static_cast<Durability>(1 + random_.Below(3));
  }

  // Puts until the disk is low: there is an error, and it says so. A compaction
  // that is due then may make room again, which is filled as well.
  template <typename AnyOrOne>
  void PutUntilRefused(AnyOrOne durability) {
    absl::Status status;
    while (status.ok()) {
      status =
          Put(absl::StrCat("key", random_.Below(2000)),
              random_.Bytes(1 + random_.Below(kValueBytesMax)), durability());
    }
    ExpectRefusal(status);
  }

  void Fill() {
    PutUntilRefused([this] { return AnyDurability(); });
    for (const Durability durability :
         {Durability::kMemory, Durability::kOs, Durability::kDisk}) {
      PutUntilRefused([durability] { return durability; });
    }
  }

  static void ExpectRefusal(const absl::Status& status) {
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
    for (const char* part :
         {"the disk is", "bytes are free for", "disk_free_bytes_min is"}) {
      EXPECT_TRUE(absl::StrContains(status.message(), part)) << status;
    }
  }

  // Somebody else takes all that is left.
  void TakeTheRest() {
    // What was acknowledged at kMemory was admitted to room that is there now.
    ASSERT_TRUE(db_->Sync(Durability::kDisk).ok());
    auto other = files_->CreateFile(absl::StrCat(path_, ".other"));
    ASSERT_TRUE(other.ok()) << other.status();
    other_ = *std::move(other);
    // First what is free, then whether the reserve is still held: it is not for
    // others.
    const uint64_t free = *files_->AvailableBytes(path_);
    if (store_->Stats().disk.delete_reserve_bytes == 0) return;
    ASSERT_TRUE(other_->Allocate(free / 4096 * 4096).ok());
  }

  void GiveTheRest() {
    ASSERT_TRUE(other_->Truncate(0).ok());
    other_.reset();
    ASSERT_TRUE(files_->RemoveFile(absl::StrCat(path_, ".other")).ok());
  }

  // Reads are served, and all is there.
  void Compare() {
    for (const auto& [key, value] : ledger_) {
      const auto entry = db_->Get(key);
      ASSERT_TRUE(entry.ok()) << entry.status();
      ASSERT_TRUE(entry->has_value()) << key;
      ASSERT_EQ((*entry)->value.bytes, value) << key;
    }
    EXPECT_EQ(store_->Stats().keys_in_index, ledger_.size());
  }

  // Deletes all but every tenth.
  void DeleteMost() {
    for (auto each = ledger_.begin(); each != ledger_.end();) {
      if (random_.Below(10) == 0) {
        ++each;
        continue;
      }
      Transaction transaction;
      transaction.operations.push_back(DeleteOperation{each->first});
      transaction.durability = AnyDurability();
      const absl::Status status = db_->Commit(std::move(transaction)).status();
      ASSERT_TRUE(status.ok()) << status;
      each = ledger_.erase(each);
    }
  }

  // All at once, if that fits; else the steps that come by themselves do it.
  void CompactByReserve() {
    const uint64_t before = store_->Stats().compaction_count;
    const auto report = db_->Compact();
    if (report.ok()) return;
    EXPECT_TRUE(absl::IsResourceExhausted(report.status())) << report.status();
    EXPECT_TRUE(absl::StrContains(report.status().message(), "live bytes"))
        << report.status();
    while (store_->Stats().compaction_count == before) {
      absl::SleepFor(absl::Milliseconds(10));
    }
  }

  void AwaitRoom() {
    while (!Put("back", "v", Durability::kDisk).ok()) {
      absl::SleepFor(absl::Milliseconds(10));
    }
  }

  const uint64_t seed_;
  SeededRandom random_;
  std::unique_ptr<TmpfsMount> tmpfs_;
  std::unique_ptr<CrashableFileSystem> simulated_;
  FileSystem* files_ = FileSystem::Posix();
  std::string path_;
  std::unique_ptr<File> other_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<BlockingStore> db_;
  std::map<std::string, std::string> ledger_;  // what has been acknowledged
};

TEST_F(FullDiskTest, WritesAreRefusedAndComeBackByThemselves) {
  const uint64_t runs = TestRuns(2);
  Open();
  for (uint64_t run = 0; run < runs; ++run) {
    SCOPED_TRACE(absl::StrCat("run ", run, " RUNDLET_SEED=", seed_));
    std::cout << "run " << run << std::endl;
    Fill();
    const bool to_the_last_byte = run % 2 == 1;
    if (to_the_last_byte) TakeTheRest();
    Compare();
    if (run % 4 == 3) {
      Close();
      Open();
      PutUntilRefused([] { return Durability::kDisk; });
      Compare();
    }
    DeleteMost();
    Compare();
    if (to_the_last_byte) CompactByReserve();
    Compare();
    if (to_the_last_byte) GiveTheRest();
    AwaitRoom();
    EXPECT_GT(store_->Stats().compaction_count, 0u);
    Compare();
    if (HasFatalFailure()) return;
  }
  Close();
  Open();
  Compare();
  Close();
}

}  // namespace
}  // namespace rundlet

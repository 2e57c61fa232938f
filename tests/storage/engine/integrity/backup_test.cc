// Goal: a backup is the store as of one revision, whatever is written and
// compacted meanwhile; it is whole or it is no store, whatever fails, and
// whenever the power goes; it holds nothing that could still be lost.
// Method: stores and models on a disk in memory: under load, with each call of
// the file system failed in turn, with the power cut at each change of the
// disk.

#include "storage/engine/integrity/backup.h"

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "storage/engine/log_store.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/gated_file_system.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

// Keys to what an entry says, its times apart.
using Contents = std::map<std::string, std::string>;

class BackupTest : public ::testing::Test {
 protected:
  std::unique_ptr<Store> OpenAt(const std::string& path,
                                FileSystem* files = nullptr) {
    Options options;
    options.path = path;
    options.segment_bytes = 500;
    options.compaction_live_ratio = 0;
    options.file_system = files == nullptr ? &disk_ : files;
    options.clock = &clock_;
    auto opened = LogStore::Open(std::move(options));
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? *std::move(opened) : nullptr;
  }
  static Contents ReadAll(Store* store) {
    Contents contents;
    const auto page = BlockingStore(store).Scan({});
    EXPECT_TRUE(page.ok()) << page.status();
    for (const Entry& entry : page->entries) {
      contents[entry.key] = absl::StrCat(
          entry.value.bytes, " ", entry.revision, " ", entry.create_revision,
          " ", entry.version, " ", absl::FormatTime(entry.expiry));
    }
    return contents;
  }
  // One write of a fixed sequence; revision n is that of step n.
  static void Write(Store* store, int step) {
    BlockingStore db(store);
    const std::string key = absl::StrCat("k", step * 7 % 23);
    if (step % 6 == 5) {
      Transaction transaction;
      transaction.operations = {DeleteOperation{key},
                                PutOperation{"step", Value::Text("s")}};
      EXPECT_TRUE(db.Commit(transaction).ok());
      return;
    }
    const Expiry expiry =
        step % 9 == 1 ? Expiry::After(absl::Hours(1)) : Expiry::Never();
    EXPECT_TRUE(
        db.Put(key, Value::Text(absl::StrCat("value", step)), expiry).ok());
  }
  void Fill(Store* store, int steps) {
    for (int step = 0; step < steps; ++step) Write(store, step);
  }
  bool HasManifest(const std::string& folder) {
    return disk_.Image().count(folder + "/MANIFEST") > 0;
  }

  CrashableFileSystem disk_;
  FakeClock clock_;
};

TEST_F(BackupTest, IsTheStoreAndAStoreOfItsOwn) {
  auto store = OpenAt("/data");
  Fill(store.get(), 60);
  const Contents expected = ReadAll(store.get());
  const auto report = BlockingStore(store.get()).Backup("/backup");
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->revision, 60u);
  EXPECT_EQ(report->key_count, expected.size());
  EXPECT_GT(report->segment_count, 2u);
  Fill(store.get(), 20);
  auto backup = OpenAt("/backup");
  EXPECT_EQ(ReadAll(backup.get()), expected);
  EXPECT_NE(backup->Stats().store_id, store->Stats().store_id);
  EXPECT_EQ(backup->Stats().recovery_cut_bytes, 0u);
  const auto verified = BlockingStore(backup.get()).Verify();
  EXPECT_TRUE(verified.ok() && verified->ok());
  EXPECT_EQ(BlockingStore(backup.get()).Put("k", Value::Text("v"))->revision,
            61u);
}

TEST_F(BackupTest, OfAnEmptyStoreIsEmpty) {
  auto store = OpenAt("/data");
  ASSERT_TRUE(BlockingStore(store.get()).Backup("/backup").ok());
  EXPECT_TRUE(ReadAll(OpenAt("/backup").get()).empty());
}

TEST_F(BackupTest, UnderLoadIsTheModelAtItsRevision) {
  auto store = OpenAt("/data");
  std::atomic<bool> stop{false};
  std::atomic<int> steps{0};
  std::thread writer([&] {
    while (!stop) Write(store.get(), steps++);
  });
  std::thread compactor([&] {
    while (!stop) EXPECT_TRUE(BlockingStore(store.get()).Compact().ok());
  });
  std::map<std::string, Revision> backups;
  for (int i = 0; i < 5; ++i) {
    const std::string folder = absl::StrCat("/backup", i);
    while (steps < 60 * (i + 1)) std::this_thread::yield();
    const auto report = BlockingStore(store.get()).Backup(folder);
    EXPECT_TRUE(report.ok()) << report.status();
    if (report.ok()) backups[folder] = report->revision;
  }
  stop = true;
  writer.join();
  compactor.join();
  store.reset();
  for (const auto& [folder, revision] : backups) {
    CrashableFileSystem other;
    auto model = OpenAt("/model", &other);
    Fill(model.get(), static_cast<int>(revision));
    EXPECT_EQ(ReadAll(OpenAt(folder).get()), ReadAll(model.get())) << revision;
  }
}

TEST_F(BackupTest, HoldsNothingThatAPowerLossCouldTakeBack) {
  auto store = OpenAt("/data");
  Transaction put;
  put.operations = {PutOperation{"k", Value::Text("v")}};
  put.durability = Durability::kMemory;
  ASSERT_TRUE(BlockingStore(store.get()).Commit(put).ok());
  ASSERT_TRUE(BlockingStore(store.get()).Backup("/backup").ok());
  disk_.PowerOff();
  store.reset();
  SeededRandom random(1);
  disk_.PowerOn(PowerLoss::kUnsynced, random);
  EXPECT_EQ(ReadAll(OpenAt("/data").get()).count("k"), 1u);
  EXPECT_EQ(ReadAll(OpenAt("/backup").get()).count("k"), 1u);
}

TEST_F(BackupTest, AnErrorLeavesNoStoreOrAWholeOne) {
  FaultyFileSystem faulty(&disk_);
  auto store = OpenAt("/data", &faulty);
  Fill(store.get(), 40);
  const Contents expected = ReadAll(store.get());
  bool completed = false;
  for (uint64_t nth = 1; !completed; ++nth) {
    SCOPED_TRACE(nth);
    const std::string folder = absl::StrCat("/backup", nth);
    faulty.FailCall({std::nullopt, nth, absl::ResourceExhaustedError("full")});
    const uint64_t faults = faulty.fault_count();
    const auto report = BlockingStore(store.get()).Backup(folder);
    completed = faulty.fault_count() == faults;
    faulty.Heal();
    EXPECT_TRUE(!completed || report.ok()) << report.status();
    EXPECT_TRUE(HasManifest(folder) || !report.ok());
    if (HasManifest(folder)) {
      EXPECT_EQ(ReadAll(OpenAt(folder).get()), expected);
    }
    ASSERT_LT(nth, 1000u);
    if (HasFailure()) return;
  }
}

TEST_F(BackupTest, APowerLossLeavesNoStoreOrAWholeOne) {
  SeededRandom random(TestSeed());
  bool completed = false;
  for (uint64_t nth = 1; !completed; ++nth) {
    SCOPED_TRACE(absl::StrCat("call ", nth, " RUNDLET_SEED=", TestSeed()));
    disk_.SetImage({});
    auto store = OpenAt("/data");
    Fill(store.get(), 40);
    const Contents expected = ReadAll(store.get());
    disk_.PowerOffAtCall(nth);
    const auto report = BlockingStore(store.get()).Backup("/backup");
    completed = report.ok();
    disk_.PowerOff();
    store.reset();
    disk_.PowerOn(completed ? PowerLoss::kUnsynced : PowerLoss::kAnySubset,
                  random);
    EXPECT_TRUE(HasManifest("/backup") || !completed);
    if (HasManifest("/backup")) {
      EXPECT_EQ(ReadAll(OpenAt("/backup").get()), expected);
    }
    EXPECT_EQ(ReadAll(OpenAt("/data").get()), expected);
    ASSERT_LT(nth, 1000u);
    if (HasFailure()) return;
  }
}

TEST_F(BackupTest, DamageAndOccupiedFoldersAreRefused) {
  auto store = OpenAt("/data");
  Fill(store.get(), 10);
  EXPECT_EQ(BlockingStore(store.get()).Backup("/data").status().code(),
            absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(BlockingStore(store.get()).Backup("/backup").ok());
  EXPECT_EQ(BlockingStore(store.get()).Backup("/backup").status().code(),
            absl::StatusCode::kAlreadyExists);
  for (const auto& [path, bytes] : disk_.Image()) {
    if (path.rfind("/data/", 0) != 0 || bytes.size() < 200) continue;
    auto file = disk_.OpenFile(path);
    ASSERT_TRUE(file.ok());
    // Every record has one of these bytes.
    for (uint64_t at = 96; at < bytes.size(); at += 40) {
      ASSERT_TRUE((*file)->WriteAt(at, "#").ok());
    }
  }
  EXPECT_EQ(BlockingStore(store.get()).Backup("/other").status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_FALSE(HasManifest("/other"));
}

TEST_F(BackupTest, ClosingEndsABackup) {
  GatedFileSystem gated(&disk_);
  auto store = OpenAt("/data", &gated);
  Fill(store.get(), 20);
  absl::Status first;
  absl::Status second;
  gated.Hold(Call::kSync, "/backup/0000000000000001.base");
  store->Backup("/backup", [&](const absl::StatusOr<BackupReport>& report) {
    first = report.status();
  });
  store->Backup("/waiting", [&](const absl::StatusOr<BackupReport>& report) {
    second = report.status();
  });
  gated.AwaitHeld(1);
  std::thread closer([&] { store.reset(); });
  gated.LetGo();
  closer.join();
  EXPECT_TRUE(first.ok() || absl::IsUnavailable(first)) << first;
  EXPECT_TRUE(second.ok() || absl::IsUnavailable(second)) << second;
  EXPECT_EQ(first.ok(), HasManifest("/backup"));
}

}  // namespace
}  // namespace rundlet

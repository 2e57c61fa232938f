// RepairFixture: a store with rolls, a compaction, deletes and transactions on
// a disk in memory, and repairs of images of it.

#ifndef RUNDLET_TESTS_STORAGE_REPAIR_FIXTURE_H_
#define RUNDLET_TESTS_STORAGE_REPAIR_FIXTURE_H_

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/backup.h"
#include "storage/blocking_store.h"
#include "storage/open.h"
#include "storage/repair.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"

namespace rundlet {

class RepairFixture : public ::testing::Test {
 protected:
  using Image = std::map<std::string, std::string>;
  using Texts = std::map<std::string, std::string>;

  void SetUp() override {
    Open("/data");
    for (int i = 0; i < 12; ++i) Put(absl::StrCat("k", i % 6), i);
    ASSERT_TRUE(db().Delete("k5").ok());
    ASSERT_TRUE(db().Compact().ok());
    for (int i = 12; i < 17; ++i) Put(absl::StrCat("k", i % 4), i);
    ASSERT_TRUE(db().Delete("k4").ok());
    Transaction both;
    both.operations = {PutOperation{"k6", Value::Text("both")},
                       PutOperation{"k7", Value::Text("both")}};
    ASSERT_TRUE(db().Commit(both).ok());
    expected_ = ReadAll();
  }

  BlockingStore db() { return BlockingStore(store_.get()); }
  void Put(const std::string& key, int value) {
    ASSERT_TRUE(db().Put(key, Value::Text(absl::StrCat("value", value))).ok());
  }
  void Open(const std::string& path) {
    Options options;
    options.path = path;
    options.segment_bytes = 400;
    options.log_ahead_bytes = 0;  // a file ends where its records do
    options.revision_block = 64;
    options.compaction_live_ratio = 0;
    options.file_system = &disk_;
    options.clock = &clock_;
    store_.reset();
    auto opened = rundlet::Open(std::move(options));
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }
  Texts ReadAll() {
    Texts texts;
    const auto page = db().Scan({});
    EXPECT_TRUE(page.ok()) << page.status();
    for (const Entry& entry : page->entries) {
      texts[entry.key] = entry.value.bytes;
    }
    return texts;
  }
  // What a stop, or kill -9, leaves.
  Image Stop(bool cleanly) {
    if (!cleanly) disk_.PowerOff();
    store_.reset();
    SeededRandom random(1);
    if (!cleanly) disk_.PowerOn(PowerLoss::kNothing, random);
    return disk_.Image();
  }
  absl::StatusOr<RepairReport> Repair(FileSystem* files) {
    RepairRequest request;
    request.from = "/data";
    request.to = "/new";
    request.segment_bytes = 400;
    request.file_system = files;
    return RepairStore(std::move(request));
  }
  // Repairs an image, which stays as it is, and reads the new store.
  Texts RepairAndRead(const Image& image, RepairReport* report) {
    store_.reset();
    disk_.SetImage(image);
    const auto repaired = Repair(&disk_);
    EXPECT_TRUE(repaired.ok()) << repaired.status();
    if (!repaired.ok()) return {};
    *report = *repaired;
    for (const auto& [path, bytes] : disk_.Image()) {
      if (!absl::StartsWith(path, "/new/")) {
        EXPECT_EQ(bytes, image.at(path)) << path;
      }
    }
    Open("/new");
    EXPECT_EQ(store_->Stats().store_id, report->store_id);
    EXPECT_EQ(store_->Stats().keys_in_index, report->key_count);
    const Texts texts = ReadAll();
    const auto put = db().Put("after", Value::Text("a"));
    EXPECT_TRUE(put.ok() && put->revision >= report->next_revision);
    store_.reset();
    return texts;
  }
  absl::StatusOr<RestoreReport> Restore(FileSystem* files) {
    RestoreRequest request;
    request.from = "/data";
    request.to = "/new";
    request.segment_bytes = 400;
    request.file_system = files;
    return RestoreBackup(std::move(request));
  }
  static bool HasNewManifest(const Image& image) {
    return image.count("/new/MANIFEST") > 0;
  }

  CrashableFileSystem disk_;
  FakeClock clock_;
  std::unique_ptr<Store> store_;
  Texts expected_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_STORAGE_REPAIR_FIXTURE_H_

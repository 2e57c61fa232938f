// Goal: a repair saves every record that verifies, says what is lost and what
// has become of its key, makes a store that opens, and changes nothing in the
// folder that it reads; a restore takes a whole store or nothing.
// Method: a store with rolls, a compaction, deletes and transactions on a disk
// in memory; each bit of each of its files flipped in turn, files and the
// MANIFEST removed, each call of the file system failed in turn.

#include "storage/repair.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/storage/repair_fixture.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

class RepairTest : public RepairFixture {};

TEST_F(RepairTest, OfAGoodStoreLosesNothing) {
  for (const bool cleanly : {true, false}) {
    if (store_ == nullptr) Open("/data");
    const std::string old_id = store_->Stats().store_id;
    const Image image = Stop(cleanly);
    RepairReport report;
    EXPECT_EQ(RepairAndRead(image, &report), expected_);
    EXPECT_TRUE(report.lost_nothing());
    EXPECT_EQ(report.cut_bytes, 0u);
    EXPECT_NE(report.store_id, old_id);
    disk_.SetImage(image);
  }
}

TEST_F(RepairTest, AFlippedBitCostsOneRecordAtMost) {
  const Image image = Stop(/*cleanly=*/true);
  uint64_t older = 0;
  uint64_t gone = 0;
  uint64_t superseded = 0;
  for (const auto& [path, bytes] : image) {
    // One bit of each byte; the bits take turns.
    for (size_t byte = 0; byte < bytes.size(); ++byte) {
      SCOPED_TRACE(absl::StrCat(path, " byte ", byte));
      Image damaged = image;
      damaged[path][byte] =
          static_cast<char>(damaged[path][byte] ^ (1 << byte % 8));
      RepairReport report;
      const Texts saved = RepairAndRead(damaged, &report);
      if (absl::EndsWith(path, "MANIFEST")) {
        // The other copy is good; a damaged header is told.
        EXPECT_EQ(saved, expected_);
        EXPECT_EQ(report.manifest_error.empty(), byte >= 48);
        continue;
      }
      if (!absl::EndsWith(path, ".log") && !absl::EndsWith(path, ".base")) {
        // Hints and checkpoints are never believed, nor missed.
        EXPECT_EQ(saved, expected_);
        EXPECT_TRUE(report.lost_nothing());
        continue;
      }
      ASSERT_EQ(report.loss_count, 1u);
      const LostBytes& lost = report.losses[0];
      EXPECT_EQ(lost.path, path);
      EXPECT_LE(lost.offset, byte);
      EXPECT_GT(lost.offset + lost.bytes, byte);
      older += lost.outcome == LostBytes::Outcome::kOlder;
      gone += lost.outcome == LostBytes::Outcome::kGone;
      superseded += lost.outcome == LostBytes::Outcome::kSuperseded;
      uint64_t different = 0;
      for (const auto& [key, text] : expected_) {
        const auto found = saved.find(key);
        if (found == saved.end() || found->second != text) ++different;
      }
      EXPECT_LE(different, 1u);
      // What is wrong in the value alone is told exactly.
      if (byte >= lost.offset + 66 && !lost.key.empty()) {
        const bool changed = lost.outcome != LostBytes::Outcome::kSuperseded;
        EXPECT_EQ(different, changed ? 1u : 0u);
      }
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(older, 0u);
  EXPECT_GT(gone, 0u);
  EXPECT_GT(superseded, 0u);
}

TEST_F(RepairTest, WithoutAManifestAllIsFound) {
  Image image = Stop(/*cleanly=*/true);
  image.erase("/data/MANIFEST");
  RepairReport report;
  EXPECT_EQ(RepairAndRead(image, &report), expected_);
  EXPECT_FALSE(report.manifest_error.empty());
  EXPECT_EQ(report.loss_count, 0u);
}

TEST_F(RepairTest, WhatTheManifestHasRemovedStaysAway) {
  Open("/data");
  const Image before = disk_.Image();
  ASSERT_TRUE(db().Delete("k0").ok());
  ASSERT_TRUE(db().Compact().ok());
  expected_.erase("k0");
  Image image = Stop(/*cleanly=*/true);
  // Inputs of the compaction whose removal the disk has forgotten.
  image.insert(before.begin(), before.end());
  RepairReport report;
  EXPECT_EQ(RepairAndRead(image, &report), expected_);
  // The MANIFEST's last edit is damaged in both copies, with others behind it.
  image["/data/MANIFEST"][0] ^= 1;
  EXPECT_EQ(RepairAndRead(image, &report), expected_);
  EXPECT_FALSE(report.manifest_error.empty());
}

TEST_F(RepairTest, AMissingSegmentIsListed) {
  const Image image = Stop(/*cleanly=*/true);
  for (const auto& [path, bytes] : image) {
    if (!absl::EndsWith(path, ".log") && !absl::EndsWith(path, ".base")) {
      continue;
    }
    Image damaged = image;
    damaged.erase(path);
    RepairReport report;
    RepairAndRead(damaged, &report);
    ASSERT_EQ(report.loss_count, 1u) << path;
    EXPECT_EQ(report.losses[0].path, path);
    EXPECT_EQ(report.losses[0].what, "the segment is missing");
  }
}

TEST_F(RepairTest, RefusesWhatItShould) {
  EXPECT_EQ(Repair(&disk_).status().code(),
            absl::StatusCode::kFailedPrecondition)
      << "the store is open";
  const Image image = Stop(/*cleanly=*/true);
  Image occupied = image;
  occupied["/new/file"] = "x";
  disk_.SetImage(occupied);
  EXPECT_EQ(Repair(&disk_).status().code(), absl::StatusCode::kAlreadyExists);
  disk_.SetImage({{"/data/notes", "x"}});
  EXPECT_EQ(Repair(&disk_).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(RepairTest, AnErrorLeavesNoStoreOrAWholeOne) {
  const Image image = Stop(/*cleanly=*/true);
  FaultyFileSystem faulty(&disk_);
  bool completed = false;
  for (uint64_t nth = 1; !completed; ++nth) {
    SCOPED_TRACE(nth);
    disk_.SetImage(image);
    faulty.FailCall({std::nullopt, nth, absl::ResourceExhaustedError("full")});
    const uint64_t faults = faulty.fault_count();
    const auto restored = Restore(&faulty);
    completed = faulty.fault_count() == faults;
    faulty.Heal();
    EXPECT_TRUE(!completed || restored.ok()) << restored.status();
    const bool made = HasNewManifest(disk_.Image());
    EXPECT_TRUE(made || !restored.ok());
    if (made) {
      Open("/new");
      EXPECT_EQ(ReadAll(), expected_);
      store_.reset();
    }
    ASSERT_LT(nth, 1000u);
    if (HasFailure()) return;
  }
}

TEST_F(RepairTest, ARestoreIsANewStoreOfTheSameContents) {
  const StoreStats old = store_->Stats();
  Image image = Stop(/*cleanly=*/true);
  const auto restored = Restore(&disk_);
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->revision, old.visible_revision);
  EXPECT_EQ(restored->key_count, expected_.size());
  EXPECT_NE(restored->store_id, old.store_id);
  Open("/new");
  EXPECT_EQ(ReadAll(), expected_);
  EXPECT_EQ(store_->Stats().visible_revision, old.visible_revision);
}

// T3: also those of transactions that changed nothing.
TEST_F(RepairTest, RequestsStayDoneOnce) {
  Transaction asked;
  asked.operations = {PutOperation{"asked", Value::Text("once")}};
  asked.request = {"me", "1"};
  ASSERT_TRUE(db().Commit(asked).ok());
  Transaction nothing;
  nothing.operations = {DeleteOperation{"missing"}};
  nothing.request = {"me", "2"};
  ASSERT_TRUE(db().Commit(nothing).ok());
  const Image image = Stop(/*cleanly=*/true);
  for (const bool repairs : {false, true}) {
    disk_.SetImage(image);
    ASSERT_TRUE(repairs ? Repair(&disk_).ok() : Restore(&disk_).ok());
    Open("/new");
    for (const Transaction& again : {asked, nothing}) {
      const auto receipt = db().Commit(again);
      ASSERT_TRUE(receipt.ok()) << receipt.status();
      EXPECT_TRUE(receipt->replayed) << again.request->id;
    }
    store_.reset();
  }
}

TEST_F(RepairTest, ARestoreTakesNoDamageAndNoCrashedStore) {
  const Image crashed = Stop(/*cleanly=*/false);
  EXPECT_EQ(Restore(&disk_).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(HasNewManifest(disk_.Image()));
  disk_.SetImage(crashed);
  Open("/data");
  Image image = Stop(/*cleanly=*/true);
  for (auto& [path, bytes] : image) {
    if (bytes.size() > 100) bytes[90] = static_cast<char>(bytes[90] ^ 1);
  }
  disk_.SetImage(image);
  EXPECT_EQ(Restore(&disk_).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_FALSE(HasNewManifest(disk_.Image()));
}

}  // namespace
}  // namespace rundlet

// Goal: whatever call fails, and whenever the power goes, a MANIFEST holds
// every edit that was acknowledged and no part of another (P3, P7).
// Method: each kind of failing call, with as much of a write as a kernel may
// have taken; syncs that fail and lose; a power cut at every call of a script,
// with every kind of loss.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "storage/log/manifest.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

const char kFolder[] = "/data";
const char kPath[] = "/data/MANIFEST";

ManifestEdit Floor(Revision floor) {
  ManifestEdit edit;
  edit.floor = floor;
  return edit;
}

// An edit that makes a rewrite due.
ManifestEdit Large(Revision floor) {
  ManifestEdit edit = Floor(floor);
  for (char label = 'a'; label < 'a' + 9; ++label) {
    edit.ingested.push_back(std::string(60000, label));
  }
  return edit;
}

ManifestState Fresh() {
  ManifestState state;
  state.store_id = "0123456789abcdef";
  return state;
}

class ManifestFaultTest : public ::testing::Test {
 protected:
  ManifestFaultTest() {
    EXPECT_TRUE(disk_.MakeDirectory(kFolder).ok());
    manifest_ = *Manifest::Write(&files_, kFolder, Fresh());
    EXPECT_TRUE(manifest_->Append(Floor(1)).ok());
  }

  void Fail(Call call, uint64_t nth = 1, uint8_t written_share = 0) {
    files_.FailCall({call, nth, absl::ResourceExhaustedError("no room"),
                     /*for_good=*/false, written_share});
  }

  // As a new process finds it.
  Revision ReopenedFloor() {
    const auto manifest = Manifest::Open(&disk_, kFolder);
    EXPECT_TRUE(manifest.ok()) << manifest.status();
    return manifest.ok() ? (*manifest)->state().floor : 0;
  }

  void ExpectStopped() {
    const uint64_t calls = files_.call_count();
    EXPECT_EQ(manifest_->Append(Floor(50)).code(), absl::StatusCode::kUnknown);
    EXPECT_EQ(files_.call_count(), calls) << "it went on";
  }

  CrashableFileSystem disk_;
  FaultyFileSystem files_{&disk_};
  std::unique_ptr<Manifest> manifest_;
  SeededRandom random_{TestSeed()};
};

TEST_F(ManifestFaultTest, AFailedWriteChangesNothingAndTheNextGoesOn) {
  for (const uint8_t share : {0, 1, 128, 255}) {
    const std::string before = disk_.Image().at(kPath);
    const Revision floor = manifest_->state().floor;
    Fail(Call::kWrite, 1, share);
    EXPECT_EQ(manifest_->Append(Floor(floor + 10)).code(),
              absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(manifest_->state().floor, floor);
    EXPECT_EQ(disk_.Image().at(kPath), before);
    files_.Heal();
    EXPECT_TRUE(manifest_->Append(Floor(floor + 1)).ok());
    EXPECT_EQ(ReopenedFloor(), floor + 1);
  }
}

TEST_F(ManifestFaultTest, WhatAFailedWriteLeftDoesNotComeBackAfterPowerLoss) {
  Fail(Call::kWrite, 1, 255);
  EXPECT_FALSE(manifest_->Append(Floor(9)).ok());
  for (int run = 0; run < 20; ++run) {
    disk_.PowerOff();
    disk_.PowerOn(PowerLoss::kAnySubset, random_);
    EXPECT_EQ(ReopenedFloor(), 1u);
  }
}

TEST_F(ManifestFaultTest, AFailedWriteThatCannotBeCutOffIsTheEnd) {
  files_.FailCall({std::nullopt, 1, absl::UnknownError("EIO"),
                   /*for_good=*/true, 128});
  EXPECT_EQ(manifest_->Append(Floor(2)).code(), absl::StatusCode::kUnknown);
  files_.Heal();
  ExpectStopped();
}

TEST_F(ManifestFaultTest, ACutThatCannotBeSyncedIsTheEnd) {
  disk_.SetCapacityBytes(disk_.Image().at(kPath).size() + 3);
  Fail(Call::kSync);
  EXPECT_EQ(manifest_->Append(Floor(2)).code(), absl::StatusCode::kUnknown);
  files_.Heal();
  ExpectStopped();
}

TEST_F(ManifestFaultTest, AFailedSyncIsTheEnd) {
  Fail(Call::kSync);
  EXPECT_EQ(manifest_->Append(Floor(2)).code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(manifest_->state().floor, 1u);
  files_.Heal();
  ExpectStopped();
}

TEST_F(ManifestFaultTest, WhatAFailedSyncLostIsNotReliedOnByTheNextProcess) {
  // The edit stands in the page cache, where the next process reads it, but the
  // kernel will not write it again by itself.
  Fail(Call::kSync);
  EXPECT_FALSE(manifest_->Append(Floor(2)).ok());
  disk_.ForgetUnsynced(kPath);
  const auto again = Manifest::Open(&disk_, kFolder);
  ASSERT_TRUE(again.ok()) << again.status();
  ASSERT_TRUE((*again)->Append(Floor(3)).ok());
  disk_.PowerOff();
  disk_.PowerOn(PowerLoss::kUnsynced, random_);
  EXPECT_EQ(ReopenedFloor(), 3u);
}

TEST_F(ManifestFaultTest, ARenameThatIsNotSyncedIsNotReliedOn) {
  // A process ends between the rename and the folder's sync; the next one goes
  // on with the new file; then the power goes.
  ManifestState state = manifest_->state();
  state.floor = 5;
  Fail(Call::kSyncDirectory);
  EXPECT_FALSE(Manifest::Write(&files_, kFolder, state).ok());
  files_.Heal();
  const auto again = Manifest::Open(&files_, kFolder);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*again)->state().floor, 5u);
  ASSERT_TRUE((*again)->Append(Floor(6)).ok());
  disk_.PowerOff();
  disk_.PowerOn(PowerLoss::kUnsynced, random_);
  EXPECT_EQ(ReopenedFloor(), 6u);
}

TEST_F(ManifestFaultTest, OpenDoesNotGoOnIfItCannotSync) {
  for (const Call call : {Call::kOpen, Call::kSize, Call::kRead, Call::kWrite,
                          Call::kSync, Call::kSyncDirectory}) {
    Fail(call);
    EXPECT_EQ(Manifest::Open(&files_, kFolder).status().code(),
              absl::StatusCode::kResourceExhausted);
    files_.Heal();
    EXPECT_EQ(ReopenedFloor(), 1u);
  }
}

TEST_F(ManifestFaultTest, NoRoomForARewriteHarmsNobody) {
  const uint64_t used = disk_.Image().at(kPath).size();
  disk_.SetCapacityBytes(used + (1 << 20) + 200000);
  ASSERT_TRUE(manifest_->Append(Large(2)).ok());
  ASSERT_TRUE(manifest_->Append(Floor(3)).ok());
  EXPECT_EQ(files_.call_count(Call::kRename), 1u) << "it had room";
  disk_.SetCapacityBytes(uint64_t{1} << 40);
  ASSERT_TRUE(manifest_->Append(Floor(4)).ok());
  EXPECT_EQ(files_.call_count(Call::kRename), 2u) << "it did not try again";
  EXPECT_EQ(ReopenedFloor(), 4u);
}

TEST_F(ManifestFaultTest, ARewriteThatFailsHalfWayIsTheEnd) {
  for (const Call call : {Call::kSync, Call::kRename, Call::kSyncDirectory}) {
    files_.Heal();
    manifest_ = *Manifest::Write(&files_, kFolder, Fresh());
    Fail(call, call == Call::kSync ? 2 : 1);
    EXPECT_EQ(manifest_->Append(Large(7)).code(), absl::StatusCode::kUnknown);
    files_.Heal();
    ExpectStopped();
    EXPECT_EQ(ReopenedFloor(), 7u) << "the edit itself was synced";
  }
}

TEST_F(ManifestFaultTest, APowerCutAtEveryCallLosesNothingAcknowledged) {
  const std::vector<ManifestEdit> script = {Floor(2), Large(3), Floor(4),
                                            Floor(5)};
  for (const PowerLoss loss :
       {PowerLoss::kNothing, PowerLoss::kUnsynced, PowerLoss::kAnySubset}) {
    uint64_t call = 1;
    for (bool cut = true; cut; ++call) {
      CrashableFileSystem disk;
      ASSERT_TRUE(disk.MakeDirectory(kFolder).ok());
      ASSERT_TRUE(Manifest::Write(&disk, kFolder, Fresh()).ok());
      disk.PowerOffAtCall(call);
      Revision acknowledged = 0;
      Revision tried = 0;
      {
        const auto manifest = Manifest::Open(&disk, kFolder);
        for (const ManifestEdit& edit : script) {
          if (!manifest.ok() || tried != acknowledged) break;
          tried = *edit.floor;
          if ((*manifest)->Append(edit).ok()) acknowledged = tried;
        }
      }
      cut = acknowledged < 5;
      disk.PowerOff();
      disk.PowerOn(loss, random_);
      const auto manifest = Manifest::Open(&disk, kFolder);
      ASSERT_TRUE(manifest.ok()) << "call " << call << manifest.status();
      EXPECT_GE((*manifest)->state().floor, acknowledged) << "call " << call;
      EXPECT_LE((*manifest)->state().floor, std::max(tried, acknowledged));
    }
    EXPECT_GT(call, 12u) << "the power did not go often enough";
  }
}

}  // namespace
}  // namespace rundlet

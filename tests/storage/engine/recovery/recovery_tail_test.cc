// Goal: what was never synced may be torn and is cut at the first bad record;
// damage to what was synced is refused; what survives is copied and synced
// before it is served (FORMAT.md section 6, case 3).
// Method: an active segment left by kill -9, every bit flipped and every cut.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/storage/engine/recovery/recovery_fixture.h"
#include "tests/support/faulty_file_system.h"

namespace rundlet {
namespace {

class RecoveryTailTest : public RecoveryFixture {
 protected:
  // Four groups: "a" and "b" synced and known to be, "c" and "d" not.
  Image MakeTail() {
    Open();
    ends_ = {48};
    for (const std::string key : {"a", "b", "c", "d"}) {
      Put(key, key + key, key < "c" ? Durability::kDisk : Durability::kOs);
      ends_.push_back(LogBytes(1));
    }
    return Kill();
  }
  // How many of the keys are there; no hole is allowed.
  size_t CountKeys() {
    size_t count = 0;
    for (const std::string key : {"a", "b", "c", "d"}) {
      const std::string value = engine_->Read(key);
      if (value == "-") continue;
      EXPECT_EQ(value, key + key);
      EXPECT_EQ(count, static_cast<size_t>(key[0] - 'a')) << "a hole";
      ++count;
    }
    return count;
  }

  std::vector<uint64_t> ends_;  // of the groups; the header's first
};

TEST_F(RecoveryTailTest, TheSurvivingTailIsCopiedAndTheOldSegmentNotTouched) {
  const Image image = MakeTail();
  OpenImage(image);
  EXPECT_EQ(CountKeys(), 4u);
  EXPECT_EQ(engine_->recovered.cut_bytes, 0u);
  EXPECT_EQ(engine_->recovered.record_count, 4u);
  EXPECT_EQ(disk_.Image().at(LogPath(1)), image.at(LogPath(1)));
  const ManifestState state = engine_->recovered.manifest->state();
  ASSERT_EQ(state.segments.size(), 3u);
  // "c" says that all before it is synced.
  EXPECT_EQ(state.segments.at(1).seal->bytes, ends_[2]);
  EXPECT_EQ(state.segments.at(1).seal->record_count, 2u);
  EXPECT_EQ(state.segments.at(2).seal->revision_min, 3u);
  EXPECT_TRUE(engine_->segments.Find(2)->recovered());
  EXPECT_FALSE(state.segments.at(3).seal.has_value());
  EXPECT_EQ(engine_->segments.Find(1)->bytes(), ends_[2]);
}

TEST_F(RecoveryTailTest, WhatIsServedHasBeenSynced) {
  const Image image = MakeTail();
  OpenImage(image);
  SeededRandom random(TestSeed());
  disk_.PowerOff();
  engine_.reset();
  disk_.PowerOn(PowerLoss::kUnsynced, random);
  Open();
  EXPECT_EQ(CountKeys(), 4u);
}

TEST_F(RecoveryTailTest, ATornTailIsCutAtTheFirstBadRecord) {
  const Image image = MakeTail();
  for (uint64_t bytes = ends_[2]; bytes < ends_[4]; ++bytes) {
    const Image cut = Cut(image, LogPath(1), bytes);
    OpenImage(cut);
    EXPECT_EQ(CountKeys(), bytes < ends_[3] ? 2u : 3u);
    const uint64_t good = bytes < ends_[3] ? ends_[2] : ends_[3];
    const uint64_t torn_end = cut.at(LogPath(1)).find_last_not_of('\0') + 1;
    EXPECT_EQ(engine_->recovered.cut_bytes, std::max(torn_end, good) - good);
  }
}

TEST_F(RecoveryTailTest, DamageBehindTheMarkIsCutWithAllThatFollows) {
  const Image image = MakeTail();
  for (uint64_t at = ends_[2]; at < ends_[4]; ++at) {
    OpenImage(Flipped(image, LogPath(1), at));
    EXPECT_EQ(CountKeys(), at < ends_[3] ? 2u : 3u) << "at " << at;
  }
}

TEST_F(RecoveryTailTest, DamageBelowTheMarkIsRefused) {
  const Image image = MakeTail();
  for (uint64_t at = 48; at < ends_[2]; ++at) {
    ExpectDataLoss(Flipped(image, LogPath(1), at), LogPath(1));
  }
}

TEST_F(RecoveryTailTest, TheMarkOfAGroupBehindTheDamageCounts) {
  const Image image = MakeTail();
  // "c" is bad, "d" is good and says that "a" and "b" were synced.
  Image bad = Flipped(image, LogPath(1), ends_[2]);
  ExpectDataLoss(Flipped(bad, LogPath(1), ends_[0]), LogPath(1));
  // Without "d" nobody knows that "b" was: it is cut.
  bad = Cut(bad, LogPath(1), ends_[3]);
  OpenImage(Flipped(bad, LogPath(1), ends_[1]));
  EXPECT_EQ(CountKeys(), 1u);
}

TEST_F(RecoveryTailTest, WithoutAnyMarkAllMayBeCut) {
  const Image image = MakeTail();
  Image bad = Cut(image, LogPath(1), ends_[1]);
  OpenImage(Flipped(bad, LogPath(1), ends_[0]));
  EXPECT_EQ(CountKeys(), 0u);
  EXPECT_EQ(engine_->recovered.cut_bytes, ends_[1] - ends_[0]);
  EXPECT_EQ(disk_.Image().count(LogPath(1)), 0u);
}

TEST_F(RecoveryTailTest, ACleanStopMarksWhatItSynced) {
  Open();
  Put("a", "aa");
  Stop();
  const uint64_t stopped = LogBytes(1);
  Open();
  Put("b", "bb");
  const Image image = Kill();
  for (uint64_t at = 48; at < stopped; ++at) {
    ExpectDataLoss(Flipped(image, LogPath(1), at), LogPath(1));
  }
  OpenImage(Flipped(image, LogPath(1), stopped));
  EXPECT_EQ(CountKeys(), 1u);
}

TEST_F(RecoveryTailTest, NothingOfACleanStopIsCut) {
  Open();
  Put("a", "aa");
  Put("b", "bb");
  const Image image = Stop();
  for (uint64_t at = 48; at < image.at(LogPath(1)).size(); ++at) {
    ExpectDataLoss(Flipped(image, LogPath(1), at), LogPath(1));
  }
  OpenImage(image);
  EXPECT_EQ(CountKeys(), 2u);
}

TEST_F(RecoveryTailTest, ATransactionWithoutItsEndIsNotThere) {
  Open();
  Put("a", "aa", Durability::kDisk);
  const uint64_t start = LogBytes(1);
  Transaction both = PutTransaction("b", "bb", Durability::kOs);
  both.operations.push_back(PutOperation{"c", Value::Text("cc")});
  EXPECT_TRUE(engine_->Commit(both).Get().ok());
  const Image image = Kill();
  for (uint64_t at = start; at < image.at(LogPath(1)).size(); ++at) {
    OpenImage(Flipped(image, LogPath(1), at));
    EXPECT_EQ(CountKeys(), 1u) << "at " << at;
  }
  OpenImage(image);
  EXPECT_EQ(CountKeys(), 3u);
}

TEST_F(RecoveryTailTest, OfAGroupTheWholeTransactionsSurvive) {
  Open();
  Put("a", "aa", Durability::kDisk);
  for (const std::string key : {"b", "c", "d"}) {
    Transaction put = PutTransaction(key, key + key, Durability::kOs);
    put.more = key != "d";
    engine_->Commit(put);
  }
  const Image image = Kill();
  const uint64_t size = image.at(LogPath(1)).size();
  OpenImage(Flipped(image, LogPath(1), size - 1));
  EXPECT_EQ(CountKeys(), 3u);
  // And again, out of the copy.
  Kill();
  Open();
  EXPECT_EQ(CountKeys(), 3u);
}

TEST_F(RecoveryTailTest, PowerCutAtAnyCallOfRecoveryChangesNoOutcome) {
  Image image = MakeTail();
  image = Flipped(image, LogPath(1), ends_[3]);  // "d" is torn
  SeededRandom random(TestSeed());
  for (const PowerLoss loss :
       {PowerLoss::kNothing, PowerLoss::kUnsynced, PowerLoss::kAnySubset}) {
    for (uint64_t call = 1;; ++call) {
      disk_.SetImage(image);
      disk_.PowerOffAtCall(call);
      bool opened = false;
      {
        Options options = QuietOptions(&disk_);
        options.clock = &clock_;
        options.revision_block = 100;
        SegmentSet segments;
        Index index;
        opened = Recover(options, &segments, &index).ok();
        disk_.PowerOff();
      }
      disk_.PowerOn(loss, random);
      Open();
      ASSERT_TRUE(engine_->pipeline != nullptr) << "at call " << call;
      EXPECT_EQ(CountKeys(), 3u) << "at call " << call;
      EXPECT_GT(Put("e", "ee", Durability::kDisk), 100u);
      Kill();
      if (opened) break;
      ASSERT_LT(call, 100u);
    }
  }
}

TEST_F(RecoveryTailTest, AFailedCallOfRecoveryChangesNoOutcome) {
  const Image image = MakeTail();
  for (uint64_t nth = 1;; ++nth) {
    disk_.SetImage(image);
    FaultyFileSystem files(&disk_);
    files.FailCall({std::nullopt, nth, absl::UnavailableError("EIO")});
    bool failed = false;
    {
      Options options = QuietOptions(&files);
      options.clock = &clock_;
      SegmentSet segments;
      Index index;
      const absl::Status status = Recover(options, &segments, &index).status();
      failed = files.fault_count() > 0;
      EXPECT_NE(status.ok(), failed) << "at call " << nth;
    }
    Open();
    ASSERT_TRUE(engine_->pipeline != nullptr) << "at call " << nth;
    EXPECT_EQ(CountKeys(), 4u) << "at call " << nth;
    Kill();
    if (!failed) break;
  }
}

}  // namespace
}  // namespace rundlet

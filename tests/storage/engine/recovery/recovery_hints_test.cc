// Goal: an open by hints and checkpoint finds what an open by the segments
// finds; what is stale, damaged or another's is not believed, said, counted
// and removed; and a recovery that crashes or fails can be repeated (FORMAT.md
// section 8).
// Method: folders that an engine has left get their hints and checkpoint from
// the functions that the store calls, and are changed by hand.

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/engine/recovery/index_checkpoint.h"
#include "storage/engine/recovery/recovery.h"
#include "storage/engine/recovery/segment_hint.h"
#include "storage/format/request_extra.h"
#include "tests/storage/engine/recovery/recovery_fixture.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

class RecoveryHintsTest : public RecoveryFixture {
 protected:
  RecoveryHintsTest() { segment_bytes_ = 400; }

  static std::string HintPath(uint64_t id) {
    return absl::StrCat(kEngineFolder, "/", FormatHintName(id));
  }
  ManifestState State() { return engine_->recovered.manifest->state(); }

  // Keys in base and log segments, one of them deleted, and a synced tail.
  void Fill() {
    Open();
    for (int i = 0; i < 4; ++i) Put(absl::StrCat("k", i), "base");
    ASSERT_TRUE(engine_->Compact().ok());
    for (int i = 2; i < 8; ++i) {
      Put(absl::StrCat("k", i), std::string(120, 'l'), Durability::kDisk);
    }
    ASSERT_TRUE(engine_->Commit(DeleteTransaction("k1")).Get().ok());
    Put("tail", "t", Durability::kDisk);
  }
  void WriteHints() {
    for (const auto& [id, segment] : State().segments) {
      if (!segment.seal.has_value()) continue;
      const auto written =
          WriteHint(&disk_, kEngineFolder, State().store_id, segment.kind,
                    *segment.seal, [] { return false; });
      ASSERT_TRUE(written.ok()) << written.status();
      ++hints_;
    }
  }
  // What a crash leaves.
  Image Killed() {
    Fill();
    WriteHints();
    return Kill();
  }
  // What a clean stop leaves.
  Image Stopped() {
    Fill();
    engine_->StopCleanly();
    const absl::Status written =
        WriteCheckpoint(&disk_, kEngineFolder, State(),
                        engine_->log->ActiveSeal(), engine_->index, requests_);
    EXPECT_TRUE(written.ok()) << written;
    return Kill();
  }

  static std::string FirstHint(const Image& image) {
    const auto found = std::find_if(
        image.begin(), image.end(),
        [](const auto& file) { return absl::EndsWith(file.first, ".hint"); });
    return found->first;
  }

  // The keys with their values, of a store that has just been opened.
  std::string Content() {
    std::string content;
    for (int i = 0; i < 8; ++i) {
      const std::string value = engine_->Read(absl::StrCat("k", i));
      absl::StrAppend(&content, value.substr(0, 4), ",");
    }
    return content + engine_->Read("tail");
  }
  void ExpectContent() {
    ASSERT_TRUE(engine_->pipeline != nullptr);
    EXPECT_EQ(Content(), "base,-,llll,llll,llll,llll,llll,llll,t");
  }

  uint64_t hints_ = 0;
  std::vector<CommittedRequest> requests_;  // of the checkpoint
};

TEST_F(RecoveryHintsTest, HintsSpareReadingTheirSegments) {
  const Image image = Killed();
  ASSERT_GT(hints_, 2u);
  OpenImage(image);
  ExpectContent();
  EXPECT_EQ(engine_->recovered.hints_used, hints_);
  EXPECT_EQ(engine_->recovered.segments_read, 0u);
  EXPECT_EQ(engine_->recovered.hints_rejected, 0u);
}

TEST_F(RecoveryHintsTest, AnOpenByHintsKnowsWhatOneBySegmentsKnows) {
  const Image image = Killed();
  OpenImage(image);
  const Index::Usage by_hints = engine_->index.usage();
  const uint64_t records = engine_->recovered.record_count;
  const int64_t time_us = engine_->recovered.time_us;
  Image bare = image;
  for (const auto& [path, content] : image) {
    if (absl::EndsWith(path, ".hint")) bare.erase(path);
  }
  OpenImage(bare);
  EXPECT_EQ(engine_->recovered.hints_used, 0u);
  EXPECT_EQ(engine_->recovered.segments_read, hints_);
  EXPECT_EQ(engine_->recovered.record_count, records);
  EXPECT_EQ(engine_->recovered.time_us, time_us);
  EXPECT_EQ(engine_->index.usage().keys, by_hints.keys);
  EXPECT_EQ(engine_->index.usage().live_bytes, by_hints.live_bytes);
}

TEST_F(RecoveryHintsTest, ADamagedHintIsRemovedAndItsSegmentRead) {
  const Image image = Killed();
  for (const auto& [path, content] : image) {
    if (!absl::EndsWith(path, ".hint")) continue;
    OpenImage(Flipped(image, path, content.size() / 2));
    ExpectContent();
    EXPECT_EQ(engine_->recovered.hints_rejected, 1u);
    EXPECT_EQ(engine_->recovered.segments_read, 1u);
    EXPECT_EQ(engine_->recovered.hints_used, hints_ - 1);
    EXPECT_EQ(disk_.Image().count(path), 0u);
  }
}

TEST_F(RecoveryHintsTest, AHintOfOtherBytesIsNotBelieved) {
  Fill();
  const ManifestState state = State();
  const auto& [id, segment] = *state.segments.begin();
  SegmentSeal seal = *segment.seal;
  WriteHints();
  // As if the segment had been sealed before its last record.
  ManifestEdit binding;
  seal.record_count -= 1;
  binding.sealed.push_back(seal);
  {
    const auto writer = HintWriter::Create(
        &disk_, HintNameOf(kEngineFolder, state.store_id, id), binding);
    ASSERT_TRUE(writer.ok()) << writer.status();
    ASSERT_TRUE((*writer)->Finish().ok());
  }
  OpenImage(Kill());
  ExpectContent();
  EXPECT_EQ(engine_->recovered.hints_rejected, 1u);
}

TEST_F(RecoveryHintsTest, AVerifyingOpenFindsAHintThatDisagrees) {
  Fill();
  const ManifestState state = State();
  const auto& [id, segment] = *state.segments.begin();
  WriteHints();
  ManifestEdit binding;
  binding.sealed.push_back(*segment.seal);
  {
    const auto writer = HintWriter::Create(
        &disk_, HintNameOf(kEngineFolder, state.store_id, id), binding);
    ASSERT_TRUE(writer.ok()) << writer.status();
    Record record;
    record.key = "k0";
    record.revision = segment.seal->revision_min;
    for (uint64_t i = 0; i < segment.seal->record_count; ++i) {
      ASSERT_TRUE((*writer)->Append(record, {id, 48, 70}).ok());
    }
    ASSERT_TRUE((*writer)->Finish().ok());
  }
  const Image image = Kill();
  disk_.SetImage(image);
  Options options = QuietOptions(&disk_);
  options.clock = &clock_;
  options.verify_on_open = true;
  std::vector<std::string> events;
  options.on_event = [&events](absl::string_view line) {
    events.emplace_back(line);
  };
  SegmentSet segments;
  Index index;
  const auto recovered = Recover(options, &segments, &index);
  ASSERT_TRUE(recovered.ok()) << recovered.status();
  EXPECT_EQ(recovered->hints_rejected, 1u);
  EXPECT_EQ(recovered->segments_read, hints_);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_TRUE(absl::StrContains(events[0], HintPath(id))) << events[0];
  EXPECT_EQ(disk_.Image().count(HintPath(id)), 0u);
}

TEST_F(RecoveryHintsTest, AHintThatPointsElsewhereIsFoundByTheRead) {
  Open();
  Put("a", "the value of a");
  Put("b", "the value of b");
  ASSERT_TRUE(engine_->Compact().ok());
  const ManifestState state = State();
  // The active one came before it.
  const auto& [id, segment] = *std::prev(state.segments.end());
  ASSERT_EQ(segment.kind, FileKind::kBase);
  ManifestEdit binding;
  binding.sealed.push_back(*segment.seal);
  const Version a = *engine_->index.Find("a");
  const Version b = *engine_->index.Find("b");
  {
    const auto writer = HintWriter::Create(
        &disk_, HintNameOf(kEngineFolder, state.store_id, id), binding);
    ASSERT_TRUE(writer.ok()) << writer.status();
    Record record;
    record.version = 1;
    for (const char* key : {"a", "b"}) {
      const bool is_a = *key == 'a';
      record.key = key;
      record.revision = record.create_revision = is_a ? a.revision : b.revision;
      ASSERT_TRUE(
          (*writer)->Append(record, is_a ? b.location : a.location).ok());
    }
    ASSERT_TRUE((*writer)->Finish().ok());
  }
  OpenImage(Kill());
  EXPECT_EQ(engine_->recovered.hints_used, 1u);
  for (const char* key : {"a", "b"}) {
    EXPECT_TRUE(absl::StrContains(engine_->Read(key), "DATA_LOSS"));
  }
}

TEST_F(RecoveryHintsTest, HintsOfWhatIsNotSealedAreRemoved) {
  Image image = Killed();
  image[HintPath(90)] = "of no segment";
  image[absl::StrCat(kEngineFolder, "/notes.hint")] = "of others";
  OpenImage(image);
  ExpectContent();
  EXPECT_EQ(disk_.Image().count(HintPath(90)), 0u);
  EXPECT_EQ(disk_.Image().count("/data/notes.hint"), 1u);
}

TEST_F(RecoveryHintsTest, ACheckpointIsGoodForOneOpen) {
  OpenImage(Stopped());
  ExpectContent();
  EXPECT_TRUE(engine_->recovered.used_checkpoint);
  EXPECT_EQ(engine_->recovered.segments_read, 0u);
  EXPECT_EQ(disk_.Image().count(CheckpointPath(kEngineFolder)), 0u);
  OpenImage(Kill());
  ExpectContent();
  EXPECT_FALSE(engine_->recovered.used_checkpoint);
}

TEST_F(RecoveryHintsTest, ACheckpointCarriesRequestsThatAreRemembered) {
  const std::string extra = EncodeRequestExtra({"me", "1", 7, "receipt"});
  requests_ = {{extra, 3, 1'000'000}, {extra + "x", 900, 2'000'000}};
  OpenImage(Stopped());
  ExpectContent();
  EXPECT_TRUE(engine_->recovered.used_checkpoint);
  ASSERT_EQ(engine_->recovered.requests.size(), 2u);
  for (size_t i = 0; i < requests_.size(); ++i) {
    const CommittedRequest& found = engine_->recovered.requests[i];
    EXPECT_EQ(found.extra, requests_[i].extra);
    EXPECT_EQ(found.revision, requests_[i].revision);
    EXPECT_EQ(found.time_us, requests_[i].time_us);
  }
}

TEST_F(RecoveryHintsTest, TheLogGoesOnBehindACheckpoint) {
  OpenImage(Stopped());
  const uint64_t records = engine_->recovered.record_count;
  Put("more", "m", Durability::kDisk);
  OpenImage(Kill());
  ExpectContent();
  EXPECT_EQ(engine_->Read("more"), "m");
  EXPECT_EQ(engine_->recovered.record_count, records + 1);
}

// The second stop has the same active segment, bytes and next revision.
TEST_F(RecoveryHintsTest, TheCheckpointOfAnotherStopIsNotBelieved) {
  Image image = Stopped();
  const std::string stale = image.at(CheckpointPath(kEngineFolder));
  OpenImage(image);
  ASSERT_TRUE(engine_->Compact().ok());
  clock_.Advance(absl::Seconds(1));
  image = Stop();
  image[CheckpointPath(kEngineFolder)] = stale;
  OpenImage(image);
  ExpectContent();
  EXPECT_FALSE(engine_->recovered.used_checkpoint);
  EXPECT_EQ(disk_.Image().count(CheckpointPath(kEngineFolder)), 0u);
}

TEST_F(RecoveryHintsTest, ADamagedCheckpointIsRemovedAndTheSegmentsRead) {
  const Image image = Stopped();
  const std::string path = CheckpointPath(kEngineFolder);
  for (uint64_t at = 0; at < image.at(path).size(); at += 13) {
    OpenImage(Flipped(image, path, at));
    ExpectContent();
    EXPECT_FALSE(engine_->recovered.used_checkpoint);
    EXPECT_EQ(disk_.Image().count(path), 0u);
  }
}

TEST_F(RecoveryHintsTest, PowerCutAtAnyCallOfRecoveryChangesNoOutcome) {
  Image killed = Killed();
  killed = Flipped(killed, FirstHint(killed), 60);
  Image stopped = Stopped();
  SeededRandom random(TestSeed());
  for (const Image& image : {killed, stopped}) {
    for (const PowerLoss loss :
         {PowerLoss::kNothing, PowerLoss::kUnsynced, PowerLoss::kAnySubset}) {
      for (uint64_t call = 1;; ++call) {
        disk_.SetImage(image);
        disk_.PowerOffAtCall(call);
        bool opened = false;
        {
          Options options = QuietOptions(&disk_);
          options.clock = &clock_;
          SegmentSet segments;
          Index index;
          opened = Recover(options, &segments, &index).ok();
          disk_.PowerOff();
        }
        disk_.PowerOn(loss, random);
        Open();
        ExpectContent();
        Kill();
        if (opened || HasFailure()) break;
        ASSERT_LT(call, 100u);
      }
    }
  }
}

TEST_F(RecoveryHintsTest, AFailedCallOfRecoveryChangesNoOutcome) {
  Image killed = Killed();
  killed = Flipped(killed, FirstHint(killed), 60);
  const Image stopped = Stopped();
  for (const Image& image : {killed, stopped}) {
    for (uint64_t nth = 1;; ++nth) {
      disk_.SetImage(image);
      FaultyFileSystem files(&disk_);
      files.FailCall({std::nullopt, nth, absl::UnavailableError("EIO")});
      {
        Options options = QuietOptions(&files);
        options.clock = &clock_;
        SegmentSet segments;
        Index index;
        // A hint that cannot be read is one that is not there.
        Recover(options, &segments, &index).status().IgnoreError();
      }
      const bool failed = files.fault_count() > 0;
      Open();
      ExpectContent();
      Kill();
      if (!failed || HasFailure()) break;
    }
  }
}

}  // namespace
}  // namespace rundlet

// Goal: an open by hints finds what an open by the segments finds; what is
// stale, damaged or another's is not believed, said, counted and removed; and a
// recovery that crashes or fails can be repeated (FORMAT.md section 8).
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
#include "storage/engine/recovery/recovery.h"
#include "storage/engine/recovery/segment_hint.h"
#include "tests/storage/engine/recovery/hints_fixture.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

class RecoveryHintsTest : public HintsFixture {};

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

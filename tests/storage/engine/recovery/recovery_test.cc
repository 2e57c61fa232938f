// Goal: opening does with each state that a crash may leave what FORMAT.md
// section 6 says, and refuses what no crash leaves.
// Method: folders that an engine has left, changed by hand. The tail of the
// active segment has recovery_tail_test.

#include "storage/engine/recovery/recovery.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/storage/engine/recovery/recovery_fixture.h"
#include "tests/support/reference_crc.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;

class RecoveryTest : public RecoveryFixture {
 protected:
  ManifestState State() { return engine_->recovered.manifest->state(); }
  uint64_t ActiveId() { return engine_->log->End().segment->id(); }
};

TEST_F(RecoveryTest, AFolderWithoutAManifestBecomesAStore) {
  Open();
  EXPECT_EQ(engine_->recovered.next_revision, 1u);
  EXPECT_EQ(engine_->recovered.record_count, 0u);
  EXPECT_EQ(Put("k", "v"), 1u);
}

TEST_F(RecoveryTest, AStoreThatWasNeverFinishedIsMadeAnew) {
  Open();
  Image image = Kill();
  image.erase(ManifestPath());
  OpenImage(image);
  EXPECT_EQ(Put("k", "v"), 1u);
}

TEST_F(RecoveryTest, ALostManifestIsRefused) {
  Open();
  Put("k", "v");
  Image image = Kill();
  image.erase(ManifestPath());
  ExpectDataLoss(image, LogPath(1));
}

TEST_F(RecoveryTest, ALostManifestBesideARecoveredSegmentIsRefused) {
  Open();
  Put("k", "v");
  Kill();
  Open();
  Image image = Kill();
  image.erase(ManifestPath());
  ExpectDataLoss(image, LogPath(2));
}

TEST_F(RecoveryTest, AfterACleanStopTheSegmentGoesOn) {
  Open();
  EXPECT_EQ(Put("a", "1"), 1u);
  Stop();
  const uint64_t bytes = LogBytes(1);
  Open();
  EXPECT_EQ(engine_->recovered.next_revision, 2u);
  EXPECT_EQ(engine_->recovered.record_count, 1u);
  EXPECT_EQ(ActiveId(), 1u);
  EXPECT_EQ(engine_->index.visible(), 1u);
  EXPECT_EQ(Put("b", "2"), 2u);
  EXPECT_GT(LogBytes(1), bytes);
  Stop();
  Open();
  EXPECT_EQ(engine_->Read("a"), "1");
  EXPECT_EQ(engine_->Read("b"), "2");
  EXPECT_EQ(State().segments.size(), 1u);
}

TEST_F(RecoveryTest, AnUncleanStartGoesOnAboveTheCeiling) {
  Open();
  Put("a", "1");
  for (int start = 1; start < 5; ++start) {
    const Revision ceiling = State().revision_ceiling;
    Kill();
    Open();
    EXPECT_EQ(engine_->recovered.next_revision, ceiling + 1);
    EXPECT_GE(State().revision_ceiling, ceiling + 100);
    EXPECT_EQ(engine_->index.visible(), ceiling);
    EXPECT_EQ(Put("b", "2"), ceiling + 1);
  }
  EXPECT_EQ(engine_->Read("a"), "1");
}

TEST_F(RecoveryTest, AnEmptyActiveSegmentIsReplaced) {
  Open();
  Put("a", "1");
  Kill();
  Open();  // 1 is the old one, 2 the copy, 3 active
  const uint64_t empty = ActiveId();
  Kill();
  Open();
  EXPECT_NE(ActiveId(), empty);
  EXPECT_EQ(State().segments.count(empty), 0u);
  EXPECT_EQ(disk_.Image().count(LogPath(empty)), 0u);
  EXPECT_EQ(engine_->Read("a"), "1");
}

TEST_F(RecoveryTest, ABadLastEditIsIgnored) {
  Open();
  Put("a", "1");
  const Image before = Stop();
  Open();
  const Image image = Kill();
  const uint64_t from = before.at(ManifestPath()).size();
  const uint64_t to = image.at(ManifestPath()).size();
  ASSERT_GT(to, from);
  // The edit said that the store was open: without it, it still is stopped.
  for (uint64_t bytes = from; bytes < to; ++bytes) {
    OpenImage(Cut(image, ManifestPath(), bytes));
    EXPECT_EQ(engine_->Read("a"), "1");
    EXPECT_EQ(ActiveId() == 1, bytes < from + (to - from) / 2);
  }
  Image both = Flipped(image, ManifestPath(), from + 20);
  EXPECT_TRUE(Try(both).ok());
  EXPECT_TRUE(Try(Flipped(both, ManifestPath(), to - 1)).ok());
}

TEST_F(RecoveryTest, ABadEditBeforeAGoodOneIsRefused) {
  Open();
  const uint64_t from = Kill().at(ManifestPath()).size();
  Open();
  const uint64_t to = Kill().at(ManifestPath()).size();
  Open();
  Image image = Kill();
  for (uint64_t at = from; at < to; ++at) image.at(ManifestPath())[at] ^= 1;
  ExpectDataLoss(image, ManifestPath());
}

TEST_F(RecoveryTest, UnlistedFilesAreRemovedAndThoseOfOthersAreNot) {
  segment_bytes_ = 300;
  Open();
  for (int i = 0; i < 4; ++i) Put("k", std::string(100, 'v'));
  ASSERT_GT(State().segments.size(), 2u);
  Image image = Kill();
  const std::string base = absl::StrCat(
      kEngineFolder, "/", FormatSegmentName({90, FileKind::kBase}));
  const std::string recovered = LogPath(91);
  image[base] = image.at(LogPath(1));
  image[recovered] = image.at(LogPath(1)).substr(0, 48);
  image[absl::StrCat(kEngineFolder, "/MANIFEST.new")] = "half";
  const std::string other = absl::StrCat(kEngineFolder, "/notes.txt");
  image[other] = "mine";
  OpenImage(image);
  EXPECT_EQ(disk_.Image().count(base), 0u);
  EXPECT_EQ(disk_.Image().count(recovered), 0u);
  EXPECT_EQ(disk_.Image().count("/data/MANIFEST.new"), 0u);
  EXPECT_EQ(disk_.Image().at(other), "mine");
}

TEST_F(RecoveryTest, ASegmentOfALostEditIsRefused) {
  segment_bytes_ = 300;
  Open();
  Put("a", std::string(200, 'v'));
  const std::string manifest = disk_.Image().at(ManifestPath());
  Put("b", std::string(200, 'v'));
  Image image = Kill();
  ASSERT_EQ(image.count(LogPath(2)), 1u);
  image[ManifestPath()] = manifest;
  ExpectDataLoss(image, LogPath(2));
}

TEST_F(RecoveryTest, AListedSegmentHasToBeThereAndWhole) {
  segment_bytes_ = 300;
  Open();
  for (int i = 0; i < 3; ++i) Put("k", std::string(100, 'v'));
  Image image = Kill();
  ASSERT_EQ(image.count(LogPath(2)), 1u);
  const uint64_t size = image.at(LogPath(1)).size();
  for (uint64_t at = 0; at < size; ++at) {
    const absl::Status status = Try(Flipped(image, LogPath(1), at));
    // A flip may name a newer version, too.
    EXPECT_TRUE(absl::IsDataLoss(status) || absl::IsFailedPrecondition(status))
        << "at " << at << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(LogPath(1)));
  }
  ExpectDataLoss(Flipped(image, LogPath(1), size - 1), "records are at risk");
  ExpectDataLoss(Cut(image, LogPath(1), size - 1), LogPath(1));
  ExpectDataLoss(Cut(image, LogPath(1), 10), LogPath(1));
  Image longer = image;
  longer.at(LogPath(1)) += "what stands behind is ignored";
  EXPECT_TRUE(Try(longer).ok());
  image.erase(LogPath(1));
  ExpectDataLoss(image, LogPath(1));
}

TEST_F(RecoveryTest, TheActiveSegmentOfACleanStopHasToBeWhole) {
  Open();
  Put("k", "v");
  const Image image = Stop();
  const uint64_t size = image.at(LogPath(1)).size();
  for (uint64_t bytes = 0; bytes < size; ++bytes) {
    ExpectDataLoss(Cut(image, LogPath(1), bytes), LogPath(1));
  }
  for (uint64_t at = 48; at < size; ++at) {
    ExpectDataLoss(Flipped(image, LogPath(1), at), LogPath(1));
  }
}

TEST_F(RecoveryTest, ANewerFormatIsRefusedAndLeftAlone) {
  Open();
  Image image = Kill();
  std::string& manifest = image.at(ManifestPath());
  manifest[8] = 2;
  const uint32_t crc = ReferenceCrc(0, manifest.substr(0, 44));
  manifest.replace(44, 4, reinterpret_cast<const char*>(&crc), 4);
  EXPECT_EQ(Try(image).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(disk_.Image(), image);
}

TEST_F(RecoveryTest, TimeIsAtLeastWhatIsOnTheDisk) {
  Open();
  clock_.Advance(absl::Hours(1));
  Put("k", "v");
  const int64_t written = engine_->time->now_us();
  Kill();
  clock_.StepWall(-absl::Hours(30));
  Open();
  EXPECT_EQ(engine_->time->now_us(), written);
  clock_.Advance(absl::Hours(2));
  Stop();
  clock_.StepWall(-absl::Hours(30));
  Open();
  EXPECT_EQ(engine_->time->now_us(),
            written + absl::ToInt64Microseconds(absl::Hours(2)));
}

TEST_F(RecoveryTest, DeletedKeysStayDeleted) {
  Open();
  Put("a", "1");
  Put("b", "1");
  engine_->Commit(DeleteTransaction("a", Durability::kOs));
  for (int start = 0; start < 3; ++start) {
    if (start == 1) Stop();
    Kill();
    Open();
    EXPECT_EQ(engine_->Read("a"), "-");
    EXPECT_EQ(engine_->Read("b"), "1");
    EXPECT_EQ(engine_->index.usage().keys, 1u);
  }
}

TEST_F(RecoveryTest, OneProcessAtATime) {
  Open();
  Options options = QuietOptions(&disk_);
  options.clock = &clock_;
  SegmentSet segments;
  Index index;
  EXPECT_EQ(Recover(options, &segments, &index).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(RecoveryTest, ARewriteTakesThePlaceOfAnUnfinishedOne) {
  Open();
  Put("k", "v");
  Image image = Stop();
  image[absl::StrCat(kEngineFolder, "/MANIFEST.new")] = "half";
  disk_.SetImage(image);
  Options options = QuietOptions(&disk_);
  options.clock = &clock_;
  options.manifest_bytes = 1;  // by the recovery's own edit
  SegmentSet segments;
  Index index;
  const absl::Status recovered = Recover(options, &segments, &index).status();
  EXPECT_TRUE(recovered.ok()) << recovered;
  EXPECT_EQ(disk_.Image().count("/data/MANIFEST.new"), 0u);
}

}  // namespace
}  // namespace rundlet

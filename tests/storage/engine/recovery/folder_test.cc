// Goal: what stands in a folder beside what the MANIFEST lists is removed where
// it was never relied on, and refused where it shows a loss; what is listed is
// there as a whole (FORMAT.md section 6, cases 1, 4 and 5).
// Method: folders made by hand.

#include "storage/engine/recovery/folder.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/format/checksum.h"
#include "storage/format/file_names.h"
#include "storage/log/log_writer.h"
#include "tests/support/crashable_file_system.h"

namespace rundlet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

const char kFolder[] = "/data";
const char kStoreId[] = "0123456789abcdef";

enum class Content { kHeaderOnly, kOneGroup };

class FolderTest : public ::testing::Test {
 protected:
  FolderTest() { EXPECT_TRUE(disk_.MakeDirectory(kFolder).ok()); }

  // Makes a segment and returns its path.
  std::string MakeSegment(SegmentName name, Content content,
                          bool recovered = false) {
    auto segment = Segment::Create(&disk_, kFolder, name, kStoreId, recovered);
    EXPECT_TRUE(segment.ok()) << segment.status();
    const std::string path = (*segment)->path();
    if (content == Content::kOneGroup) {
      Record record;
      record.revision = 1;
      record.key = "key";
      LogWriter writer(*segment, SegmentSeal());
      std::vector<Location> locations;
      EXPECT_TRUE(writer.Append({record}, 1, 48, &locations).ok());
    }
    return path;
  }

  void MakeFile(const std::string& name, const std::string& content) {
    auto file = disk_.CreateFile(absl::StrCat(kFolder, "/", name));
    ASSERT_TRUE(file.ok()) << file.status();
    ASSERT_TRUE((*file)->WriteAt(0, content).ok());
  }

  absl::Status Make() {
    return MakeStore(&disk_, kFolder, kStoreId, /*time_us=*/9).status();
  }
  // DATA_LOSS that changes nothing.
  void ExpectRefused(const std::string& path) {
    const auto before = disk_.Image();
    const absl::Status refused = Make();
    EXPECT_EQ(refused.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(refused.message()), HasSubstr(path));
    EXPECT_EQ(disk_.Image(), before);
  }

  absl::StatusOr<std::vector<std::string>> Unlisted() {
    ManifestState state;
    state.store_id = kStoreId;
    state.segments[1] = {FileKind::kLog, std::nullopt};
    state.segment_id_max = 5;
    return FindUnlisted(&disk_, kFolder, state);
  }

  CrashableFileSystem disk_;
};

TEST_F(FolderTest, AnEmptyFolderBecomesAStore) {
  ASSERT_TRUE(Make().ok());
  EXPECT_THAT(*disk_.ListDirectory(kFolder),
              UnorderedElementsAre("MANIFEST", "0000000000000001.log"));
  const auto manifest = Manifest::Open(&disk_, kFolder);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  const ManifestState state = (*manifest)->state();
  EXPECT_EQ(state.store_id, kStoreId);
  EXPECT_EQ(state.time_us, 9);
  EXPECT_TRUE(state.stopped_cleanly);
  EXPECT_EQ(state.clean_stop->next_revision, 1u);
}

TEST_F(FolderTest, WhatWasNeverFinishedIsRemoved) {
  MakeSegment({1, FileKind::kLog}, Content::kHeaderOnly);
  MakeFile("0000000000000002.log", "half a head");
  MakeFile("0000000000000003.log", std::string(100, 'x'));
  MakeFile("MANIFEST.new", "half");
  MakeFile("notes.txt", "somebody else's");
  ASSERT_TRUE(Make().ok());
  EXPECT_THAT(
      *disk_.ListDirectory(kFolder),
      UnorderedElementsAre("MANIFEST", "0000000000000001.log", "notes.txt"));
}

TEST_F(FolderTest, ALogWithAGroupShowsThatTheManifestIsGone) {
  MakeSegment({1, FileKind::kLog}, Content::kHeaderOnly);
  ExpectRefused(MakeSegment({2, FileKind::kLog}, Content::kOneGroup));
}

TEST_F(FolderTest, SoDoesASegmentThatARecoveryHasMade) {
  MakeSegment({1, FileKind::kLog}, Content::kHeaderOnly);
  ExpectRefused(MakeSegment({2, FileKind::kLog}, Content::kOneGroup, true));
}

TEST_F(FolderTest, SoDoesABaseSegment) {
  ExpectRefused(MakeSegment({2, FileKind::kBase}, Content::kHeaderOnly));
}

TEST_F(FolderTest, ANewerFormatIsLeftAlone) {
  const std::string path =
      MakeSegment({1, FileKind::kLog}, Content::kHeaderOnly);
  auto image = disk_.Image();
  std::string& bytes = image[path];
  bytes[8] = 2;
  bytes = bytes.substr(0, 44);
  const uint32_t crc = Crc32(0, bytes);
  bytes.append(reinterpret_cast<const char*>(&crc), 4);
  disk_.SetImage(image);
  EXPECT_EQ(Make().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(disk_.Image(), image);
}

TEST_F(FolderTest, UnlistedFilesOfOursMayGo) {
  const std::vector<std::string> ours = {
      MakeSegment({2, FileKind::kLog}, Content::kOneGroup),  // once listed
      MakeSegment({6, FileKind::kLog}, Content::kHeaderOnly),
      MakeSegment({7, FileKind::kLog}, Content::kOneGroup, true),
      MakeSegment({8, FileKind::kBase}, Content::kHeaderOnly),
  };
  MakeSegment({1, FileKind::kLog}, Content::kOneGroup);  // listed
  MakeFile("000000000000000A.log", "not a name of ours");
  MakeFile("LOCK", "");
  MakeFile("MANIFEST", "");
  const auto unlisted = Unlisted();
  ASSERT_TRUE(unlisted.ok()) << unlisted.status();
  EXPECT_THAT(*unlisted, ::testing::UnorderedElementsAreArray(ours));
  MakeFile("MANIFEST.new", "half");
  EXPECT_EQ(Unlisted()->size(), ours.size() + 1);
}

TEST_F(FolderTest, ABaseWithTheIdOfAListedLogIsUnlisted) {
  const std::string path =
      MakeSegment({1, FileKind::kBase}, Content::kHeaderOnly);
  EXPECT_THAT(*Unlisted(), ElementsAre(path));
}

TEST_F(FolderTest, AnUnlistedLogWithCommitsShowsALostEdit) {
  const std::string path = MakeSegment({6, FileKind::kLog}, Content::kOneGroup);
  const absl::Status refused = Unlisted().status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(refused.message()), HasSubstr(path));
}

TEST_F(FolderTest, AListedSegmentHasToBeWhole) {
  const auto open = [this](uint64_t id, ManifestState::SegmentState listed) {
    return OpenListed(&disk_, kFolder, kStoreId, id, listed).status();
  };
  const auto sealed = [](uint64_t bytes) {
    SegmentSeal seal;
    seal.bytes = bytes;
    return ManifestState::SegmentState{FileKind::kLog, seal};
  };
  const std::string path = MakeSegment({1, FileKind::kLog}, Content::kOneGroup);
  const uint64_t size = disk_.Image().at(path).size();
  EXPECT_TRUE(open(1, {FileKind::kLog, std::nullopt}).ok());
  EXPECT_TRUE(open(1, sealed(size)).ok());
  EXPECT_TRUE(open(1, sealed(48)).ok());  // bytes behind are ignored
  const absl::Status longer = open(1, sealed(size + 1));
  EXPECT_EQ(longer.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(longer.message()), HasSubstr(path));
  EXPECT_EQ(open(2, sealed(48)).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(open(1, {FileKind::kBase, std::nullopt}).code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(
      OpenListed(&disk_, kFolder, "another store---", 1, {}).status().code(),
      absl::StatusCode::kDataLoss);
}

TEST_F(FolderTest, ASealedSegmentHasAsManyBytesAsWereSealed) {
  MakeSegment({1, FileKind::kLog}, Content::kOneGroup);
  SegmentSeal seal;
  seal.bytes = 60;
  const auto segment =
      OpenListed(&disk_, kFolder, kStoreId, 1, {FileKind::kLog, seal});
  ASSERT_TRUE(segment.ok());
  EXPECT_EQ((*segment)->bytes(), 60u);
}

}  // namespace
}  // namespace rundlet

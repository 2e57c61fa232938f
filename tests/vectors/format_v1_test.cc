// Goal: every build opens the data folders that version 1 has ever left: after
// a clean stop, a kill, a torn tail, a recovery; with hints and checkpoint and
// without; and refuses a version that it does not know.
// Method: the folders of format_v1/, written once, are opened as copies in
// memory, and what the store holds is compared with the text beside them.

#include "tests/vectors/format_v1.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "storage/format/file_header.h"
#include "storage/format/group_header.h"
#include "storage/format/record.h"
#include "storage/open.h"
#include "tests/support/reference_crc.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kVectors[] = "tests/vectors/format_v1";

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

class FormatV1Test : public ::testing::TestWithParam<std::string> {
 protected:
  static std::string PathOf(const std::string& name) {
    return absl::StrCat(kVectorFolder, "/", name);
  }

  FolderImage Load() {
    FolderImage image;
    const std::string folder = absl::StrCat(kVectors, "/", GetParam());
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      image[PathOf(file.path().filename().string())] = ReadFile(file.path());
    }
    return image;
  }

  static FolderImage WithoutHints(FolderImage image) {
    for (auto it = image.begin(); it != image.end();) {
      const bool hint = absl::EndsWith(it->first, ".hint") ||
                        absl::EndsWith(it->first, "/CHECKPOINT");
      it = hint ? image.erase(it) : std::next(it);
    }
    return image;
  }

  static bool HasRecoveredSegment(const FolderImage& image) {
    for (const auto& [path, content] : image) {
      if (absl::EndsWith(path, ".log") && content[13] == 1) return true;
    }
    return false;
  }

  std::string Expected() {
    return ReadFile(absl::StrCat(kVectors, "/", GetParam(), ".txt"));
  }

  void ExpectContent(const FolderImage& image, bool verify) {
    CrashableFileSystem disk;
    disk.SetImage(image);
    // Twice: what the first open leaves is a folder of this build.
    for (int opening = 0; opening < 2; ++opening) {
      const FakeClock clock(VectorTime());
      Options options = VectorOptions(&disk, &clock);
      options.verify_on_open = verify;
      const auto store = Open(std::move(options));
      ASSERT_TRUE(store.ok()) << store.status();
      const auto text = TextOf(store->get());
      ASSERT_TRUE(text.ok()) << text.status();
      EXPECT_EQ(*text, Expected());
    }
  }
};

TEST_P(FormatV1Test, HoldsWhatItHeld) { ExpectContent(Load(), false); }

TEST_P(FormatV1Test, HoldsItWhenAllIsVerified) { ExpectContent(Load(), true); }

TEST_P(FormatV1Test, HoldsItWithoutHints) {
  const FolderImage image = Load();
  EXPECT_LT(WithoutHints(image).size(), image.size());
  ExpectContent(WithoutHints(image), false);
}

TEST_P(FormatV1Test, UsesHintsAndCheckpoint) {
  CrashableFileSystem disk;
  disk.SetImage(Load());
  const FakeClock clock(VectorTime());
  const auto store = Open(VectorOptions(&disk, &clock));
  ASSERT_TRUE(store.ok()) << store.status();
  const StoreStats stats = (*store)->Stats();
  EXPECT_EQ(stats.recovery_used_checkpoint, GetParam() == "clean");
  EXPECT_EQ(stats.recovery_hints_used > 0, GetParam() != "clean");
  EXPECT_EQ(stats.recovery_hints_rejected, 0u);
  EXPECT_EQ(stats.recovery_segments_read, 0u);
  EXPECT_EQ(stats.recovery_cut_bytes > 0, GetParam() == "torn");
  EXPECT_EQ(stats.store_id.size(), 32u);
  EXPECT_EQ(HasRecoveredSegment(Load()), GetParam() == "recovered");
  EXPECT_GT(stats.base_segment_count, 0u);
  EXPECT_GT(stats.log_segment_count, 2u);
}

TEST_P(FormatV1Test, HasWhatItWasMadeToHave) {
  EXPECT_THAT(Expected(), HasSubstr("expiring 1 "));
  EXPECT_THAT(Expected(), HasSubstr("tail:1 1 written"));
  EXPECT_EQ(absl::StrContains(Expected(), "tail:2"),
            GetParam() != "torn" && GetParam() != "recovered");
  EXPECT_THAT(Expected(), Not(HasSubstr("expired ")));
  EXPECT_THAT(Expected(), Not(HasSubstr("deleted ")));
  std::string log;
  for (const auto& [path, content] : Load()) {
    if (absl::EndsWith(path, ".log")) log += content;
  }
  EXPECT_THAT(log, HasSubstr("expiredafter a second"));
  EXPECT_THAT(log, HasSubstr("deleted"));
}

// Byte 14 of each record (FORMAT.md 3.3), in the log and in base segments.
TEST_P(FormatV1Test, IsCompressedWhereItsNameSaysSo) {
  std::set<Compression> seen;
  for (const auto& [path, content] : Load()) {
    const bool is_log = absl::EndsWith(path, ".log");
    if (!is_log && !absl::EndsWith(path, ".base")) continue;
    size_t at = kFileHeaderBytes;
    while (at + kRecordHeaderBytes < content.size()) {
      const absl::string_view rest = absl::string_view(content).substr(at);
      if (is_log && rest.substr(kGroupMagicAt, 4) == kGroupMagic) {
        at += kGroupHeaderBytes;
        continue;
      }
      seen.insert(static_cast<Compression>(rest[14]));
      at += PeekRecordBytes(rest);
    }
  }
  std::set<Compression> expected = {Compression::kNone};
  if (GetParam() == "snappy") expected.insert(Compression::kSnappy);
  if (GetParam() == "zstd") expected.insert(Compression::kZstd);
  // A torn record says nothing.
  if (GetParam() != "torn") {
    EXPECT_EQ(seen, expected);
  }
  CrashableFileSystem disk;
  disk.SetImage(Load());
  const FakeClock clock(VectorTime());
  const auto store = Open(VectorOptions(&disk, &clock));
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ((*store)->Stats().compression.dictionary_count,
            GetParam() == "zstd" ? 1u : 0u);
}

TEST_P(FormatV1Test, GoesOn) {
  CrashableFileSystem disk;
  disk.SetImage(Load());
  const FakeClock clock(VectorTime());
  const auto store = Open(VectorOptions(&disk, &clock));
  ASSERT_TRUE(store.ok()) << store.status();
  BlockingStore db(store->get());
  const Revision before = (*store)->Stats().visible_revision;
  const auto put = db.Put("greeting", Value::Text("again"));
  ASSERT_TRUE(put.ok()) << put.status();
  EXPECT_GT(put->revision, before);
  ASSERT_TRUE(db.Compact().ok());
  const auto entry = db.Get("greeting");
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_EQ((*entry)->version, 3u);
}

TEST_P(FormatV1Test, IsRefusedWhereItsVersionIsNewer) {
  for (const auto& [path, content] : Load()) {
    if (absl::EndsWith(path, ".hint")) continue;  // a shortcut, no more
    if (absl::EndsWith(path, "CHECKPOINT")) continue;
    FolderImage image = Load();
    std::string& newer = image[path];
    newer[8] = 2;
    const uint32_t crc = ReferenceCrc(0, newer.substr(0, 44));
    newer.replace(44, 4, reinterpret_cast<const char*>(&crc), 4);
    CrashableFileSystem disk;
    disk.SetImage(image);
    const FakeClock clock(VectorTime());
    const absl::Status status = Open(VectorOptions(&disk, &clock)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << path;
    EXPECT_THAT(status.message(),
                HasSubstr("format version 2 is newer than 1"));
    EXPECT_THAT(status.message(), HasSubstr(path));
  }
}

TEST_P(FormatV1Test, AHintOfANewerVersionIsNotBelieved) {
  FolderImage image = Load();
  uint64_t changed = 0;
  for (auto& [path, content] : image) {
    if (!absl::EndsWith(path, ".hint") && !absl::EndsWith(path, "CHECKPOINT")) {
      continue;
    }
    content[8] = 2;
    const uint32_t crc = ReferenceCrc(0, content.substr(0, 44));
    content.replace(44, 4, reinterpret_cast<const char*>(&crc), 4);
    ++changed;
  }
  EXPECT_GT(changed, 0u);
  ExpectContent(image, false);
}

INSTANTIATE_TEST_SUITE_P(Folders, FormatV1Test,
                         ::testing::Values("clean", "killed", "torn",
                                           "recovered", "snappy", "zstd"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace rundlet

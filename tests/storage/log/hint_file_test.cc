// Goal: a hint file that is read is the one that was written, whole; anything
// else is refused before its first entry is used.
// Method: files over a disk in memory, there and back; every bit flipped, every
// length cut, of another store, segment and kind; entries that point out of
// their segment.

#include "storage/log/hint_file.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/faulty_file_system.h"

namespace rundlet {
namespace {

constexpr char kPath[] = "/data/0000000000000007.hint";

class HintFileTest : public ::testing::Test {
 protected:
  HintFileTest() { EXPECT_TRUE(disk_.MakeDirectory("/data").ok()); }

  static HintFileName Name() {
    return {kPath, FileKind::kHint, std::string(16, 's'), 7};
  }
  static ManifestEdit Binding() {
    ManifestEdit binding;
    binding.sealed.push_back({7, 1 << 20, 1, 100'000, 3});
    return binding;
  }
  static Record RecordOf(const std::string& key, Revision revision) {
    Record record;
    record.key = key;
    record.revision = record.create_revision = revision;
    record.version = 1;
    return record;
  }

  absl::Status Write(const std::vector<std::string>& keys,
                     uint64_t first_offset = 48) {
    const auto writer = HintWriter::Create(&disk_, Name(), Binding());
    if (!writer.ok()) return writer.status();
    uint64_t offset = first_offset;
    Revision revision = 0;
    for (const std::string& key : keys) {
      const absl::Status added =
          (*writer)->Append(RecordOf(key, ++revision), {7, offset, 80});
      if (!added.ok()) return added;
      offset += 80;
    }
    return (*writer)->Finish();
  }

  absl::StatusOr<std::vector<std::string>> Read(HintFileName name = Name()) {
    const auto reader = HintReader::Open(&disk_, name);
    if (!reader.ok()) return reader.status();
    std::vector<std::string> entries;
    const absl::Status visited = (*reader)->Visit(
        [&entries](const Record& record, const Location& location) {
          entries.push_back(absl::StrCat(record.key, "@", location.segment_id,
                                         ":", location.offset));
          return absl::OkStatus();
        });
    if (!visited.ok()) return visited;
    return entries;
  }

  std::string Content() { return disk_.Image().at(kPath); }
  void SetContent(const std::string& content) {
    disk_.SetImage({{kPath, content}});
  }

  CrashableFileSystem disk_;
};

TEST_F(HintFileTest, ThereAndBack) {
  ASSERT_TRUE(Write({"a", "b", "c"}).ok());
  const auto entries = Read();
  ASSERT_TRUE(entries.ok()) << entries.status();
  EXPECT_EQ(*entries,
            (std::vector<std::string>{"a@7:48", "b@7:128", "c@7:208"}));
  const auto reader = HintReader::Open(&disk_, Name());
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ((*reader)->end().entry_count, 3u);
  ASSERT_EQ((*reader)->binding().sealed.size(), 1u);
  EXPECT_EQ((*reader)->binding().sealed.front().bytes, 1u << 20);
}

TEST_F(HintFileTest, ManyFramesHoldWhatOneDoes) {
  std::vector<std::string> keys;
  for (int i = 0; i < 5000; ++i) keys.push_back(absl::StrCat("some key ", i));
  ASSERT_TRUE(Write(keys).ok());
  EXPECT_GT(Content().size(), 200'000u);
  const auto entries = Read();
  ASSERT_TRUE(entries.ok()) << entries.status();
  ASSERT_EQ(entries->size(), keys.size());
  EXPECT_EQ(entries->back(), absl::StrCat(keys.back(), "@7:", 48 + 4999 * 80));
}

TEST_F(HintFileTest, TheDigestIsThatOfTheEntries) {
  ASSERT_TRUE(Write({"a", "b"}).ok());
  const auto reader = HintReader::Open(&disk_, Name());
  ASSERT_TRUE(reader.ok());
  HintDigest digest;
  digest.Add(RecordOf("a", 1), {7, 48, 80});
  EXPECT_NE(digest.end().digest, (*reader)->end().digest);
  digest.Add(RecordOf("b", 2), {7, 128, 80});
  EXPECT_EQ(digest.end().digest, (*reader)->end().digest);
  EXPECT_EQ(digest.end().entry_count, 2u);
}

TEST_F(HintFileTest, AMissingFileIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(Read().status()));
}

TEST_F(HintFileTest, EveryBitCounts) {
  ASSERT_TRUE(Write({"a", "b"}).ok());
  std::string content = Content();
  for (size_t bit = 0; bit < 8 * content.size(); ++bit) {
    content[bit / 8] ^= 1 << bit % 8;
    SetContent(content);
    EXPECT_FALSE(Read().ok()) << "bit " << bit;
    content[bit / 8] ^= 1 << bit % 8;
  }
  SetContent(content);
  EXPECT_TRUE(Read().ok());
}

TEST_F(HintFileTest, AnotherLengthIsRefused) {
  ASSERT_TRUE(Write({"a", "b"}).ok());
  const std::string content = Content();
  for (size_t size = 0; size < content.size(); ++size) {
    SetContent(content.substr(0, size));
    EXPECT_TRUE(absl::IsDataLoss(Read().status())) << size;
  }
  SetContent(content + std::string(1, '\0'));
  EXPECT_TRUE(absl::IsDataLoss(Read().status()));
  SetContent(content + content.substr(48));
  EXPECT_TRUE(absl::IsDataLoss(Read().status()));
}

TEST_F(HintFileTest, TheFileOfAnotherIsRefused) {
  ASSERT_TRUE(Write({"a"}).ok());
  HintFileName name = Name();
  name.segment_id = 8;
  EXPECT_TRUE(absl::IsDataLoss(Read(name).status()));
  name = Name();
  name.store_id = std::string(16, 't');
  EXPECT_TRUE(absl::IsDataLoss(Read(name).status()));
  name = Name();
  name.kind = FileKind::kCheckpoint;
  EXPECT_TRUE(absl::IsDataLoss(Read(name).status()));
}

TEST_F(HintFileTest, AnEntryOutsideItsSegmentIsRefused) {
  ASSERT_TRUE(Write({"a"}, /*first_offset=*/47).ok());
  EXPECT_TRUE(absl::IsDataLoss(Read().status()));
  ASSERT_TRUE(Write({"a"}, /*first_offset=*/(1 << 20) - 79).ok());
  EXPECT_TRUE(absl::IsDataLoss(Read().status()));
  ASSERT_TRUE(Write({"a"}, /*first_offset=*/(1 << 20) - 80).ok());
  EXPECT_TRUE(Read().ok());
}

TEST_F(HintFileTest, ACheckpointNamesTheSegmentsItPointsInto) {
  HintFileName name = Name();
  name.kind = FileKind::kCheckpoint;
  name.segment_id = 0;
  for (const uint64_t segment : {7, 8}) {
    const auto writer = HintWriter::Create(&disk_, name, Binding());
    ASSERT_TRUE(writer.ok()) << writer.status();
    ASSERT_TRUE((*writer)->Append(RecordOf("a", 1), {segment, 48, 80}).ok());
    ASSERT_TRUE((*writer)->Finish().ok());
    const auto entries = Read(name);
    if (segment == 7) {
      ASSERT_TRUE(entries.ok()) << entries.status();
      EXPECT_EQ(entries->front(), "a@7:48");
    } else {
      EXPECT_TRUE(absl::IsDataLoss(entries.status()));
    }
  }
}

TEST_F(HintFileTest, OneThatWasNotFinishedIsRemoved) {
  {
    const auto writer = HintWriter::Create(&disk_, Name(), Binding());
    ASSERT_TRUE(writer.ok());
    EXPECT_EQ(disk_.Image().count(kPath), 1u);
  }
  EXPECT_EQ(disk_.Image().count(kPath), 0u);
}

TEST_F(HintFileTest, AFailedWriteLeavesNoFile) {
  FaultyFileSystem files(&disk_);
  for (uint64_t nth = 1; nth <= 4; ++nth) {
    files.FailCall({Call::kWrite, nth, absl::ResourceExhaustedError("ENOSPC"),
                    /*for_good=*/false, /*written_share=*/128});
    const auto writer = HintWriter::Create(&files, Name(), Binding());
    absl::Status status = writer.status();
    if (status.ok()) status = (*writer)->Append(RecordOf("a", 1), {7, 48, 80});
    if (status.ok()) status = (*writer)->Finish();
    EXPECT_TRUE(absl::IsResourceExhausted(status)) << nth;
  }
  EXPECT_EQ(disk_.Image().count(kPath), 0u);
}

}  // namespace
}  // namespace rundlet

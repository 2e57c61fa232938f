// Goal: our files are known by their names, and nobody else's are.
// Method: names made and parsed again, and names that differ from ours by a
// little.

#include "storage/format/file_names.h"

#include <limits>
#include <string>

#include "gtest/gtest.h"

namespace rundlet {
namespace {

void ExpectNone(absl::string_view name) {
  EXPECT_FALSE(ParseSegmentName(name).has_value()) << name;
}

TEST(FileNamesTest, FormatsSixteenHexDigits) {
  EXPECT_EQ(FormatSegmentName({1, FileKind::kLog}), "0000000000000001.log");
  EXPECT_EQ(FormatSegmentName({0xAB, FileKind::kBase}),
            "00000000000000ab.base");
  EXPECT_EQ(
      FormatSegmentName({std::numeric_limits<uint64_t>::max(), FileKind::kLog}),
      "ffffffffffffffff.log");
}

TEST(FileNamesTest, ParsesWhatItFormats) {
  for (const uint64_t id :
       {uint64_t{1}, uint64_t{15}, uint64_t{16}, uint64_t{0x123456789abcdef0},
        std::numeric_limits<uint64_t>::max()}) {
    for (const FileKind kind : {FileKind::kLog, FileKind::kBase}) {
      const auto parsed = ParseSegmentName(FormatSegmentName({id, kind}));
      ASSERT_TRUE(parsed.has_value());
      EXPECT_EQ(parsed->segment_id, id);
      EXPECT_EQ(parsed->kind, kind);
    }
  }
}

TEST(FileNamesTest, NamesOfOthersAreNotOurs) {
  ExpectNone("");
  ExpectNone(".log");
  ExpectNone("0000000000000001");
  ExpectNone("0000000000000001.");
  ExpectNone("0000000000000001.lo");
  ExpectNone("0000000000000001.logs");
  ExpectNone("0000000000000001.log ");
  ExpectNone("0000000000000001.LOG");
  ExpectNone("0000000000000001_log");
  ExpectNone("000000000000001.log");
  ExpectNone("00000000000000001.log");
  ExpectNone("00000000000000AB.log");
  ExpectNone("000000000000000g.log");
  ExpectNone("-000000000000001.log");
  ExpectNone(" 000000000000001.log");
  ExpectNone("0x00000000000001.log");
  ExpectNone(std::string("0000000000000001\0.log", 21));
  ExpectNone(kLockName);
  ExpectNone(kManifestName);
  ExpectNone(kNewManifestName);
}

TEST(FileNamesTest, SegmentZeroIsTheManifestAndHasNoSuchName) {
  ExpectNone("0000000000000000.log");
  ExpectNone("0000000000000000.base");
}

}  // namespace
}  // namespace rundlet

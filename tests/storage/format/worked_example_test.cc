// Goal: the worked example of FORMAT.md 3.4 is what the code writes, and what
// it reads.
// Method: encode a segment of one group with one record, print it field by
// field, and compare that text with the page; then decode the page's bytes.

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "storage/format/checksum.h"
#include "storage/format/file_header.h"
#include "storage/format/group_header.h"
#include "storage/format/record.h"

namespace rundlet {
namespace {

constexpr uint64_t kSegmentId = 1;
constexpr int64_t kTimeUs = 1767225600000000;  // 2026-01-01T00:00:00Z

std::string StoreId() {
  return absl::HexStringToBytes("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");
}

std::string ExampleSegment() {
  const uint32_t salt = SegmentSalt(StoreId(), kSegmentId);
  std::string bytes =
      EncodeFileHeader({FileKind::kLog, false, StoreId(), kSegmentId});
  Record record;
  record.kind = ValueKind::kText;
  record.revision = record.create_revision = record.version = 1;
  record.created_us = record.modified_us = kTimeUs;
  record.expiry_us = kTimeUs + 60000000;
  record.key = "greeting";
  record.value = "hello";
  GroupHeader group;
  group.payload_bytes = static_cast<uint32_t>(record.EncodedBytes());
  group.record_count = 1;
  group.synced_bytes = bytes.size();
  group.first_revision = group.last_revision = 1;
  group.time_us = kTimeUs;
  const uint64_t group_at = bytes.size();
  bytes.append(kGroupHeaderBytes, '\0');
  EncodeGroupHeader(group, PlaceSeed(salt, group_at), &bytes[group_at]);
  AppendRecord(record, PlaceSeed(salt, bytes.size()), &bytes);
  return bytes;
}

struct Field {
  size_t bytes;
  const char* meaning;
};

constexpr Field kFields[] = {
    {8, "magic RUNDSEG1"},
    {4, "format version 1"},
    {1, "kind: log"},
    {1, "flags: none"},
    {2, "zero"},
    {16, "store id"},
    {8, "segment id 1"},
    {4, "zero"},
    {4, "CRC-32 of bytes 0x00 to 0x2b"},
    {4, "CRC-32 of bytes 0x34 to 0x5f, seeded with salt and 0x30"},
    {4, "magic GRUP"},
    {4, "77 payload bytes"},
    {4, "1 record"},
    {8, "48 bytes were synced: the segment header"},
    {8, "first revision 1"},
    {8, "last revision 1"},
    {8, "engine time 2026-01-01 00:00:00 UTC"},
    {4, "CRC-32 of bytes 0x64 to 0xac, seeded with salt and 0x60"},
    {4, "5 value bytes"},
    {2, "8 key bytes"},
    {2, "0 extra bytes"},
    {1, "type: put"},
    {1, "value kind: text"},
    {1, "compression: none"},
    {1, "flags: last record of its transaction"},
    {8, "revision 1"},
    {8, "create revision 1"},
    {8, "version 1"},
    {8, "created 2026-01-01 00:00:00 UTC"},
    {8, "modified 2026-01-01 00:00:00 UTC"},
    {8, "expiry 2026-01-01 00:01:00 UTC"},
    {8, "key greeting"},
    {5, "value hello"},
};

std::string Dump(const std::string& bytes) {
  std::string text;
  size_t at = 0;
  for (const Field& field : kFields) {
    std::string hex;
    for (size_t i = 0; i < field.bytes; ++i) {
      absl::StrAppendFormat(&hex, "%02x ",
                            static_cast<unsigned char>(bytes.at(at + i)));
    }
    absl::StrAppendFormat(&text, "%02x  %-24s %s\n", at, hex, field.meaning);
    at += field.bytes;
  }
  EXPECT_EQ(at, bytes.size());
  return text;
}

// The first block of code in section 3.4 of FORMAT.md.
std::string PublishedDump() {
  std::ifstream file("storage/FORMAT.md");
  EXPECT_TRUE(file.is_open());
  std::stringstream page;
  page << file.rdbuf();
  const std::string text = page.str();
  const size_t section = text.find("### 3.4 ");
  const size_t start = text.find("```\n", section);
  const size_t end = text.find("```", start + 4);
  if (section == text.npos || start == text.npos || end == text.npos) return "";
  return text.substr(start + 4, end - start - 4);
}

// The bytes of a dump: as many pairs of digits a line as its field has.
std::string BytesOf(const std::string& dump) {
  const std::vector<std::string> lines = absl::StrSplit(dump, '\n');
  std::string bytes;
  size_t line = 0;
  for (const Field& field : kFields) {
    if (line == lines.size()) break;
    for (size_t i = 0; i < field.bytes && lines[line].size() > 4; ++i) {
      const auto pair = absl::string_view(lines[line]).substr(4 + 3 * i, 2);
      absl::StrAppend(&bytes, absl::HexStringToBytes(pair));
    }
    ++line;
  }
  return bytes;
}

TEST(WorkedExampleTest, ThePageShowsWhatTheCodeWrites) {
  EXPECT_EQ(PublishedDump(), Dump(ExampleSegment()));
}

TEST(WorkedExampleTest, TheCodeReadsWhatThePageShows) {
  const std::string bytes = BytesOf(PublishedDump());
  ASSERT_EQ(bytes.size(), ExampleSegment().size());
  const auto header = DecodeFileHeader(bytes);
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ(header->store_id, StoreId());
  EXPECT_EQ(header->segment_id, kSegmentId);
  const uint32_t salt = SegmentSalt(header->store_id, header->segment_id);
  const auto group = DecodeGroupHeader(absl::string_view(bytes).substr(0x30),
                                       PlaceSeed(salt, 0x30));
  ASSERT_TRUE(group.ok()) << group.status();
  EXPECT_EQ(group->payload_bytes, 77u);
  EXPECT_EQ(group->time_us, kTimeUs);
  const auto record = DecodeRecord(absl::string_view(bytes).substr(0x60),
                                   PlaceSeed(salt, 0x60));
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->key, "greeting");
  EXPECT_EQ(record->value, "hello");
  EXPECT_EQ(record->EncodedBytes(), bytes.size() - 0x60);
}

}  // namespace
}  // namespace rundlet

// Goal: a walk visits every record that verifies and names every byte that does
// not, whatever is damaged; values that look like records fool nobody.
// Method: segments made by hand, with each bit flipped in turn, with pieces
// overwritten or cut off, and with bytes that cannot be read.

#include "storage/log/segment_walk.h"

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/format/file_header.h"
#include "tests/storage/log/segment_builder.h"
#include "tests/support/faulty_file_system.h"

namespace rundlet {
namespace {

class Seen : public SegmentVisitor {
 public:
  absl::Status OnGroup(const GroupHeader&, uint64_t offset) override {
    Cover(offset, kGroupHeaderBytes);
    groups.insert(offset);
    return absl::OkStatus();
  }
  absl::Status OnRecord(const Record& record,
                        const Location& location) override {
    Cover(location.offset, location.bytes);
    records[location.offset] = absl::StrCat(record.key, "=", record.value);
    return absl::OkStatus();
  }
  absl::Status OnDamage(const SegmentDamage& piece) override {
    EXPECT_GT(piece.bytes, 0u);
    EXPECT_FALSE(piece.what.empty());
    Cover(piece.offset, piece.bytes);
    damage.push_back(piece);
    return absl::OkStatus();
  }

  uint64_t end = kFileHeaderBytes;
  std::set<uint64_t> groups;
  std::map<uint64_t, std::string> records;
  std::vector<SegmentDamage> damage;

 private:
  // Nothing is left out and nothing visited twice.
  void Cover(uint64_t offset, uint64_t bytes) {
    EXPECT_EQ(offset, end);
    end = offset + bytes;
  }
};

class SegmentWalkTest : public ::testing::TestWithParam<FileKind> {
 protected:
  SegmentWalkTest() : builder_(GetParam()) {
    for (int group = 0; group < 3; ++group) {
      std::vector<Record> records;
      for (int i = 0; i < 3; ++i) {
        keys_.push_back(absl::StrCat("key", group, i));
        values_.push_back(std::string(group * 20 + i, 'v'));
      }
      for (int i = 0; i < 3; ++i) {
        const size_t n = group * 3 + i;
        records.push_back(TestPut(n + 1, keys_[n], values_[n]));
      }
      Add(records);
    }
  }

  void Add(const std::vector<Record>& records) {
    if (GetParam() == FileKind::kLog) {
      builder_.AddGroup(records, 0);
      return;
    }
    for (const Record& record : records) builder_.AddRecord(record);
  }
  Seen Walk(const std::string& bytes, uint64_t to = 0) {
    const auto segment = builder_.Open(&disk_, bytes);
    Seen seen;
    if (to == 0) to = bytes.size();
    EXPECT_TRUE(WalkSegment(*segment, to, seen).ok());
    EXPECT_EQ(seen.end, to);
    return seen;
  }

  SegmentBuilder builder_;
  std::deque<std::string> keys_;
  std::deque<std::string> values_;
  CrashableFileSystem disk_;
};

TEST_P(SegmentWalkTest, AGoodSegmentHasNoDamage) {
  const Seen seen = Walk(builder_.bytes());
  EXPECT_EQ(seen.records.size(), 9u);
  EXPECT_EQ(seen.groups.size(), GetParam() == FileKind::kLog ? 3u : 0u);
  EXPECT_TRUE(seen.damage.empty());
}

TEST_P(SegmentWalkTest, AFlippedBitCostsOneRecordAtMost) {
  const Seen good = Walk(builder_.bytes());
  for (size_t bit = 8 * kFileHeaderBytes; bit < 8 * builder_.end(); ++bit) {
    SCOPED_TRACE(absl::StrCat("byte ", bit / 8, " bit ", bit % 8));
    std::string bytes = builder_.bytes();
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    const Seen seen = Walk(bytes);
    ASSERT_EQ(seen.damage.size(), 1u);
    const SegmentDamage& damage = seen.damage[0];
    EXPECT_LE(damage.offset, bit / 8);
    EXPECT_GT(damage.offset + damage.bytes, bit / 8);
    const auto hit = good.records.find(damage.offset);
    EXPECT_EQ(seen.records.size(), hit == good.records.end() ? 9u : 8u);
    for (const auto& [offset, text] : seen.records) {
      EXPECT_EQ(good.records.at(offset), text);
    }
    // A value's bit leaves the key and its length readable.
    if (hit != good.records.end() &&
        bit / 8 >= damage.offset + kRecordHeaderBytes + 5) {
      EXPECT_EQ(damage.claimed_key, hit->second.substr(0, 5));
      EXPECT_GT(damage.claimed_revision, 0u);
    }
    if (HasFailure()) return;
  }
}

TEST_P(SegmentWalkTest, AnOverwrittenStretchIsOnePiece) {
  const Seen good = Walk(builder_.bytes());
  for (const char filler : {'\0', '\xff', 'x', '\1'}) {
    std::string bytes = builder_.bytes();
    bytes.replace(200, 300, 300, filler);
    const Seen seen = Walk(bytes);
    EXPECT_LE(seen.damage.size(), 2u);
    for (const auto& [offset, text] : good.records) {
      const uint64_t end = offset + kRecordHeaderBytes + text.size() - 1;
      const bool hit = offset < 500 && end > 200;
      EXPECT_EQ(seen.records.count(offset), hit ? 0u : 1u) << offset;
    }
  }
}

TEST_P(SegmentWalkTest, WhatTheFileLacksIsDamage) {
  for (uint64_t cut = kFileHeaderBytes; cut < builder_.end(); ++cut) {
    const Seen seen = Walk(builder_.bytes().substr(0, cut), builder_.end());
    ASSERT_GE(seen.damage.size(), 1u);
    EXPECT_EQ(seen.damage.back().offset + seen.damage.back().bytes,
              builder_.end());
    if (HasFailure()) return;
  }
}

TEST_P(SegmentWalkTest, ACopyOfASegmentInAValueIsNoRecord) {
  const std::string copy = builder_.bytes();
  const uint64_t at = builder_.end();
  Add({TestPut(10, "fake", copy), TestPut(11, "next", "n")});
  std::string bytes = builder_.bytes();
  // The header of the record that holds the copy.
  const uint64_t header =
      at + (GetParam() == FileKind::kLog ? kGroupHeaderBytes : 0);
  bytes[header] = static_cast<char>(bytes[header] ^ 1);
  const Seen seen = Walk(bytes);
  ASSERT_EQ(seen.damage.size(), 1u);
  EXPECT_EQ(seen.damage[0].bytes, kRecordHeaderBytes + 4 + copy.size());
  EXPECT_EQ(seen.records.size(), 10u);
}

TEST_P(SegmentWalkTest, WhatCannotBeReadIsDamageAndTheRestIsNot) {
  const std::string big(20'000, 'b');
  Add({TestPut(10, "big", big), TestPut(11, "last", "l")});
  builder_.Open(&disk_);
  FaultyFileSystem faulty(&disk_);
  const auto segment =
      Segment::Open(&faulty, kTestFolder, {7, GetParam()}, kTestStoreId);
  ASSERT_TRUE(segment.ok());
  // One that fails once is read again, block by block.
  faulty.FailCall({Call::kRead, 1, absl::UnknownError("EIO")});
  Seen seen;
  ASSERT_TRUE(WalkSegment(**segment, builder_.end(), seen).ok());
  EXPECT_TRUE(seen.damage.empty());
  EXPECT_EQ(seen.records.size(), 11u);

  faulty.FailCall({Call::kRead, 1, absl::UnknownError("EIO"), true});
  Seen none;
  ASSERT_TRUE(WalkSegment(**segment, builder_.end(), none).ok());
  ASSERT_EQ(none.damage.size(), 1u);
  EXPECT_EQ(none.damage[0].what.rfind("cannot be read: EIO", 0), 0u);
}

INSTANTIATE_TEST_SUITE_P(Kinds, SegmentWalkTest,
                         ::testing::Values(FileKind::kLog, FileKind::kBase),
                         [](const auto& info) {
                           return info.param == FileKind::kLog ? "Log" : "Base";
                         });

}  // namespace
}  // namespace rundlet

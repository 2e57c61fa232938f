// Goal: a replay gives every record of a range, in order and verified, or says
// where the first bad byte is.
// Method: segments made by hand, larger than the read buffer too; every bit
// flipped, every cut; records moved, and segments that are too short.

#include "storage/log/segment_replay.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/format/file_header.h"
#include "storage/format/fixed_int.h"
#include "tests/storage/log/segment_builder.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/reference_crc.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SegmentReplayTest : public ::testing::Test {
 protected:
  // The records of [from, to) as "revision key", with their places checked.
  absl::StatusOr<std::vector<std::string>> Replay(const Segment& segment,
                                                  uint64_t from, uint64_t to) {
    std::vector<std::string> seen;
    const absl::Status status = ReplaySegment(
        segment, from, to, [&](const Record& record, const Location& location) {
          std::string buffer;
          const auto read = segment.Read(location, &buffer);
          EXPECT_TRUE(read.ok()) << read.status();
          EXPECT_EQ(read->key, record.key);
          EXPECT_EQ(read->value, record.value);
          seen.push_back(absl::StrCat(record.revision, " ", record.key));
          return absl::OkStatus();
        });
    if (!status.ok()) return status;
    return seen;
  }

  void ExpectDamage(const SegmentBuilder& builder, const std::string& bytes,
                    uint64_t to, uint64_t offset_min, uint64_t offset_max) {
    const auto segment = builder.Open(&disk_, bytes);
    ASSERT_NE(segment, nullptr);
    const absl::Status status = Replay(*segment, kFileHeaderBytes, to).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(status.message(), HasSubstr(builder.path()));
    bool named = false;
    for (uint64_t at = offset_min; at <= offset_max && !named; ++at) {
      named =
          absl::StrContains(status.message(), absl::StrCat("offset ", at, ":"));
    }
    EXPECT_TRUE(named) << status << " is not in " << offset_min << ".."
                       << offset_max;
  }

  CrashableFileSystem disk_;
};

TEST_F(SegmentReplayTest, GivesTheRecordsOfALogInOrder) {
  SegmentBuilder builder;
  builder.AddGroup(
      {TestPut(1, "a", "x"), TestPut(2, "b", "y", false), TestPut(2, "c", "z")},
      48);
  builder.AddGroup({}, 48);
  const uint64_t third = builder.AddGroup({TestPut(3, "a", "")}, 48);
  const auto segment = builder.Open(&disk_);
  EXPECT_THAT(*Replay(*segment, 48, builder.end()),
              ElementsAre("1 a", "2 b", "2 c", "3 a"));
  EXPECT_THAT(*Replay(*segment, third, builder.end()), ElementsAre("3 a"));
  EXPECT_THAT(*Replay(*segment, 48, third), ElementsAre("1 a", "2 b", "2 c"));
  EXPECT_THAT(*Replay(*segment, 48, 48), ElementsAre());
  EXPECT_THAT(*Replay(*segment, third, third), ElementsAre());
}

TEST_F(SegmentReplayTest, EndsInTheMiddleOfAGroupWhenToldTo) {
  SegmentBuilder builder;
  const Record first = TestPut(1, "a", "x");
  builder.AddGroup({first, TestPut(2, "b", "y")}, 48);
  const auto segment = builder.Open(&disk_);
  const uint64_t end = 48 + kGroupHeaderBytes + first.EncodedBytes();
  EXPECT_THAT(*Replay(*segment, 48, end), ElementsAre("1 a"));
}

TEST_F(SegmentReplayTest, GivesTheRecordsOfABaseInOrder) {
  SegmentBuilder builder(FileKind::kBase);
  builder.AddRecord(TestPut(9, "a", "x"));
  const uint64_t second = builder.AddRecord(TestPut(3, "b", "y"));
  const auto segment = builder.Open(&disk_);
  EXPECT_THAT(*Replay(*segment, 48, builder.end()), ElementsAre("9 a", "3 b"));
  EXPECT_THAT(*Replay(*segment, second, builder.end()), ElementsAre("3 b"));
  EXPECT_THAT(*Replay(*segment, 48, second), ElementsAre("9 a"));
}

TEST_F(SegmentReplayTest, ReadsSegmentsLargerThanItsBuffer) {
  SeededRandom random(TestSeed());
  for (const FileKind kind : {FileKind::kLog, FileKind::kBase}) {
    SegmentBuilder builder(kind);
    const std::string value = random.Bytes(1 << 20);
    std::vector<std::string> want;
    for (Revision revision = 1; revision <= 60; ++revision) {
      const uint64_t bytes =
          random.OneIn(10) ? value.size() : random.Below(40000);
      const Record record =
          TestPut(revision, "key", absl::string_view(value).substr(0, bytes));
      if (kind == FileKind::kLog) {
        builder.AddGroup({record}, 48);
      } else {
        builder.AddRecord(record);
      }
      want.push_back(absl::StrCat(revision, " key"));
    }
    const auto segment = builder.Open(&disk_);
    EXPECT_EQ(*Replay(*segment, 48, builder.end()), want);
  }
}

TEST_F(SegmentReplayTest, TheVisitorEndsIt) {
  SegmentBuilder builder;
  builder.AddGroup({TestPut(1, "a", "x"), TestPut(2, "b", "y")}, 48);
  const auto segment = builder.Open(&disk_);
  int visits = 0;
  const absl::Status status = ReplaySegment(
      *segment, 48, builder.end(), [&](const Record&, const Location&) {
        ++visits;
        return absl::CancelledError("enough");
      });
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(visits, 1);
}

TEST_F(SegmentReplayTest, EveryBitFlipAndCutIsDamageThatNamesItsPlace) {
  for (const FileKind kind : {FileKind::kLog, FileKind::kBase}) {
    SegmentBuilder builder(kind);
    std::vector<uint64_t> starts;  // of what a checksum covers
    for (Revision revision = 1; revision <= 3; ++revision) {
      const Record record = TestPut(revision, "key", "value");
      if (kind == FileKind::kLog) {
        starts.push_back(builder.AddGroup({record}, 48));
        starts.push_back(starts.back() + kGroupHeaderBytes);
      } else {
        starts.push_back(builder.AddRecord(record));
      }
    }
    starts.push_back(builder.end());
    for (size_t i = 0; i + 1 < starts.size(); ++i) {
      for (uint64_t bit = starts[i] * 8; bit < starts[i + 1] * 8; ++bit) {
        std::string bad = builder.bytes();
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
        ExpectDamage(builder, bad, bad.size(), starts[i], starts[i]);
      }
      for (uint64_t cut = starts[i]; cut < starts[i + 1]; ++cut) {
        const std::string bad = builder.bytes().substr(0, cut);
        ExpectDamage(builder, bad, builder.end(), cut, cut);
        if (cut > starts[i]) ExpectDamage(builder, bad, cut, starts[i], cut);
      }
    }
  }
}

TEST_F(SegmentReplayTest, RecordsInTheWrongPlaceAreDamage) {
  SegmentBuilder builder(FileKind::kBase);
  builder.AddRecord(TestPut(1, "a", "x"));
  const uint64_t second = builder.AddRecord(TestPut(2, "b", "y"));
  const std::string bytes = builder.bytes();
  const std::string swapped = bytes.substr(0, 48) + bytes.substr(second) +
                              bytes.substr(48, second - 48);
  ExpectDamage(builder, swapped, swapped.size(), 48, 48);
  const std::string twice = bytes + bytes.substr(second);
  ExpectDamage(builder, twice, twice.size(), bytes.size(), bytes.size());
}

TEST_F(SegmentReplayTest, APayloadThatLiesAboutItsLengthIsDamage) {
  SegmentBuilder builder;
  const uint64_t group = builder.AddGroup({TestPut(1, "a", "x")}, 48);
  builder.AddGroup({TestPut(2, "b", "y")}, 48);
  for (const uint32_t length : {uint32_t{1}, uint32_t{63}, uint32_t{65},
                                uint32_t{67}, uint32_t{0xFFFFFFFF}}) {
    std::string bad = builder.bytes();
    EncodeFixed(length, &bad[group + 8]);
    FixCrc(PlaceSeed(builder.salt(), group), group, kGroupHeaderBytes, &bad);
    ExpectDamage(builder, bad, bad.size(), group + kGroupHeaderBytes,
                 bad.size());
  }
}

TEST_F(SegmentReplayTest, ATransactionThatEndsEarlyIsDamage) {
  SegmentBuilder builder;
  builder.AddGroup({TestPut(1, "a", "x"), TestPut(2, "b", "y", false)}, 48);
  const uint64_t end = builder.end();
  ExpectDamage(builder, builder.bytes(), end, end, end);
  builder.AddGroup({TestPut(2, "c", "z")}, 48);
  ExpectDamage(builder, builder.bytes(), builder.end(), end, end);
}

TEST_F(SegmentReplayTest, AFailingReadIsNoDamage) {
  SegmentBuilder builder;
  builder.AddGroup({TestPut(1, "a", "x")}, 48);
  disk_.SetImage({{builder.path(), builder.bytes()}});
  FaultyFileSystem files(&disk_);
  const auto segment =
      *Segment::Open(&files, kTestFolder, {7, FileKind::kLog}, kTestStoreId);
  for (const Call call : {Call::kRead, Call::kSize}) {
    files.FailCall({call, 1, absl::UnknownError("EIO"), true, 0});
    EXPECT_EQ(Replay(*segment, 48, builder.end()).status().code(),
              absl::StatusCode::kUnknown);
    EXPECT_EQ(InspectTail(*segment, 0).status().code(),
              absl::StatusCode::kUnknown);
    EXPECT_EQ(HoldsGroup(*segment).status().code(), absl::StatusCode::kUnknown);
  }
}

}  // namespace
}  // namespace rundlet

// Goal: what was appended can be read where the writer says it is; what failed
// leaves nothing behind.
// Method: groups of random records read back; writes that fail after any part,
// a repair, a power cut, and a writer that goes on.

#include "storage/log/log_writer.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "storage/format/file_header.h"
#include "storage/format/group_header.h"
#include "storage/log/segment_replay.h"
#include "tests/storage/log/segment_builder.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

class LogWriterTest : public ::testing::Test {
 protected:
  LogWriterTest() {
    EXPECT_TRUE(disk_.MakeDirectory(kTestFolder).ok());
    segment_ = *Segment::Create(&files_, kTestFolder, {7, FileKind::kLog},
                                kTestStoreId, false);
    EXPECT_TRUE(disk_.SyncDirectory(kTestFolder).ok());
  }

  std::string FileBytes() { return disk_.Image().at(segment_->path()); }

  void Fail(Call call, uint8_t written_share = 0) {
    files_.FailCall({call, 1, absl::ResourceExhaustedError("no room"), false,
                     written_share});
  }

  CrashableFileSystem disk_;
  FaultyFileSystem files_{&disk_};
  std::shared_ptr<Segment> segment_;
  SeededRandom random_{TestSeed()};
};

TEST_F(LogWriterTest, WritesTheBytesOfAGroup) {
  LogWriter writer(segment_, SegmentSeal());
  std::vector<Location> locations;
  const std::vector<Record> records = {
      TestPut(4, "a", "x", false), TestPut(4, "b", "yy"), TestPut(6, "c", "")};
  ASSERT_TRUE(writer.Append(records, 99, 48, &locations).ok());
  SegmentBuilder builder;
  builder.AddGroup(records, 48, 99);
  EXPECT_EQ(FileBytes(), builder.bytes());
  EXPECT_EQ(writer.encoded(), builder.bytes().substr(48));
  EXPECT_EQ(writer.group_offset(), 48u);
  ASSERT_EQ(locations.size(), 3u);
  EXPECT_TRUE(locations[0] == (Location{7, 96, 66}));
  EXPECT_TRUE(locations[1] == (Location{7, 162, 67}));
  EXPECT_TRUE(locations[2] == (Location{7, 229, 65}));
  EXPECT_EQ(segment_->bytes(), builder.end());
  EXPECT_EQ(builder.end() - 48, LogWriter::GroupBytes(66 + 67 + 65));
}

TEST_F(LogWriterTest, SaysWhatASealHasToKnow) {
  LogWriter writer(segment_, SegmentSeal());
  EXPECT_EQ(writer.Seal().segment_id, 7u);
  EXPECT_EQ(writer.Seal().bytes, kFileHeaderBytes);
  EXPECT_EQ(writer.Seal().record_count, 0u);
  std::vector<Location> locations;
  ASSERT_TRUE(writer.Append({}, 1, 48, &locations).ok());
  EXPECT_EQ(writer.Seal().bytes, 96u);
  EXPECT_EQ(writer.Seal().record_count, 0u);
  ASSERT_TRUE(
      writer
          .Append({TestPut(5, "a", ""), TestPut(8, "b", "")}, 1, 48, &locations)
          .ok());
  ASSERT_TRUE(writer.Append({TestPut(9, "c", "")}, 1, 48, &locations).ok());
  ASSERT_TRUE(writer.Append({}, 1, 48, &locations).ok());
  const SegmentSeal seal = writer.Seal();
  EXPECT_EQ(seal.revision_min, 5u);
  EXPECT_EQ(seal.revision_max, 9u);
  EXPECT_EQ(seal.record_count, 3u);
  EXPECT_EQ(seal.bytes, FileBytes().size());
  EXPECT_EQ(locations.size(), 3u);
}

TEST_F(LogWriterTest, GoesOnBehindWhatIsThere) {
  std::vector<Location> locations;
  {
    LogWriter writer(segment_, SegmentSeal());
    ASSERT_TRUE(writer.Append({TestPut(1, "a", "")}, 1, 48, &locations).ok());
  }
  SegmentSeal seal;
  seal.revision_min = seal.revision_max = seal.record_count = 1;
  LogWriter writer(segment_, seal);
  ASSERT_TRUE(writer.Append({TestPut(2, "b", "")}, 1, 48, &locations).ok());
  EXPECT_EQ(writer.Seal().revision_min, 1u);
  EXPECT_EQ(writer.Seal().revision_max, 2u);
  EXPECT_EQ(writer.Seal().record_count, 2u);
  const auto tail = InspectTail(*segment_, 0);
  ASSERT_TRUE(tail.ok()) << tail.status();
  EXPECT_EQ(tail->end, FileBytes().size());
}

TEST_F(LogWriterTest, RandomGroupsAreReadWhereItSays) {
  LogWriter writer(segment_, SegmentSeal());
  std::vector<Location> locations;
  std::vector<std::string> values;
  for (Revision revision = 1; revision <= 100; ++revision) {
    std::vector<std::string> group;
    for (uint64_t i = random_.Below(5); i > 0; --i) {
      const bool large = random_.OneIn(50);
      group.push_back(random_.Bytes(large ? 2 << 20 : random_.Below(3000)));
    }
    std::vector<Record> records;
    for (size_t i = 0; i < group.size(); ++i) {
      records.push_back(
          TestPut(revision, "key", group[i], i + 1 == group.size()));
    }
    ASSERT_TRUE(
        writer.Append(records, static_cast<int64_t>(revision), 48, &locations)
            .ok());
    values.insert(values.end(), group.begin(), group.end());
  }
  ASSERT_EQ(locations.size(), values.size());
  std::string buffer;
  for (size_t i = 0; i < values.size(); ++i) {
    const auto record = segment_->Read(locations[i], &buffer);
    ASSERT_TRUE(record.ok()) << record.status();
    EXPECT_EQ(record->value, values[i]);
  }
}

TEST_F(LogWriterTest, AFailedWriteCountsForNothing) {
  LogWriter writer(segment_, SegmentSeal());
  std::vector<Location> locations;
  ASSERT_TRUE(writer.Append({TestPut(1, "a", "x")}, 1, 48, &locations).ok());
  const std::string before = FileBytes();
  for (const uint8_t share : {0, 1, 100, 255}) {
    Fail(Call::kWrite, share);
    EXPECT_EQ(writer.Append({TestPut(2, "b", "y")}, 1, 48, &locations).code(),
              absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(locations.size(), 1u);
    EXPECT_EQ(segment_->bytes(), before.size());
    EXPECT_EQ(writer.Seal().record_count, 1u);
    EXPECT_EQ(writer.Seal().revision_max, 1u);
    ASSERT_TRUE(writer.Repair().ok());
    EXPECT_EQ(FileBytes(), before);
  }
  ASSERT_TRUE(writer.Append({TestPut(3, "c", "z")}, 1, 48, &locations).ok());
  EXPECT_EQ(locations.back().offset, before.size() + kGroupHeaderBytes);
  EXPECT_EQ(InspectTail(*segment_, 0)->end, FileBytes().size());
}

TEST_F(LogWriterTest, WhatWasRepairedDoesNotComeBackAfterPowerLoss) {
  LogWriter writer(segment_, SegmentSeal());
  std::vector<Location> locations;
  ASSERT_TRUE(writer.Append({TestPut(1, "a", "x")}, 1, 48, &locations).ok());
  Fail(Call::kWrite, 255);
  const std::string value(2000, 'y');
  ASSERT_FALSE(writer.Append({TestPut(2, "b", value)}, 1, 48, &locations).ok());
  ASSERT_TRUE(writer.Repair().ok());
  const std::string repaired = FileBytes();
  disk_.PowerOff();
  disk_.PowerOn(PowerLoss::kUnsynced, random_);
  EXPECT_EQ(FileBytes(), repaired);
}

TEST_F(LogWriterTest, ARepairThatFailsSaysSo) {
  LogWriter writer(segment_, SegmentSeal());
  for (const Call call : {Call::kTruncate, Call::kSync}) {
    Fail(call);
    EXPECT_FALSE(writer.Repair().ok());
  }
  EXPECT_TRUE(writer.Repair().ok());
}

TEST_F(LogWriterTest, GroupsTakeThePlaceOfZerosAhead) {
  LogWriter writer(segment_, SegmentSeal());
  ASSERT_TRUE(writer.Extend(300 << 10).ok());
  EXPECT_EQ(writer.ahead_bytes(), 300u << 10);
  EXPECT_EQ(segment_->bytes(), kFileHeaderBytes);
  const size_t file_bytes = kFileHeaderBytes + (300 << 10);
  std::vector<Location> locations;
  ASSERT_TRUE(writer.Append({TestPut(1, "a", "x")}, 1, 48, &locations).ok());
  ASSERT_TRUE(writer.Append({TestPut(2, "b", "y")}, 1, 48, &locations).ok());
  SegmentBuilder builder;
  builder.AddGroup({TestPut(1, "a", "x")}, 48, 1);
  builder.AddGroup({TestPut(2, "b", "y")}, 48, 1);
  std::string expected = builder.bytes();
  expected.resize(file_bytes, '\0');
  EXPECT_EQ(FileBytes(), expected);
  EXPECT_EQ(writer.ahead_bytes(), file_bytes - builder.end());
  EXPECT_EQ(writer.Seal().bytes, builder.end());

  ASSERT_TRUE(writer.Trim().ok());
  EXPECT_EQ(FileBytes(), builder.bytes());
  EXPECT_EQ(writer.ahead_bytes(), 0u);
}

TEST_F(LogWriterTest, AGroupMayGoBeyondTheZeros) {
  LogWriter writer(segment_, SegmentSeal());
  ASSERT_TRUE(writer.Extend(100).ok());
  std::vector<Location> locations;
  const std::string value(2000, 'y');
  ASSERT_TRUE(writer.Append({TestPut(1, "a", value)}, 1, 48, &locations).ok());
  EXPECT_EQ(writer.ahead_bytes(), 0u);
  EXPECT_EQ(FileBytes().size(), segment_->bytes());
}

TEST_F(LogWriterTest, ZerosThatFoundNoRoomAreTrimmed) {
  LogWriter writer(segment_, SegmentSeal());
  const std::string before = FileBytes();
  Fail(Call::kWrite, /*written_share=*/128);
  EXPECT_EQ(writer.Extend(1000).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_GT(FileBytes().size(), before.size());
  Fail(Call::kTruncate);
  EXPECT_FALSE(writer.Trim().ok());
  ASSERT_TRUE(writer.Trim().ok());
  EXPECT_EQ(FileBytes(), before);
  const uint64_t calls = files_.call_count();
  ASSERT_TRUE(writer.Trim().ok());
  EXPECT_EQ(files_.call_count(), calls);
}

TEST_F(LogWriterTest, ARepairTakesTheZerosToo) {
  LogWriter writer(segment_, SegmentSeal());
  ASSERT_TRUE(writer.Extend(1000).ok());
  Fail(Call::kWrite, 255);
  std::vector<Location> locations;
  ASSERT_FALSE(writer.Append({TestPut(1, "a", "x")}, 1, 48, &locations).ok());
  ASSERT_TRUE(writer.Repair().ok());
  EXPECT_EQ(writer.ahead_bytes(), 0u);
  EXPECT_EQ(FileBytes().size(), kFileHeaderBytes);
}

}  // namespace
}  // namespace rundlet

// Goal: a copied tail holds the same records, whole transactions in their
// groups, durably, and says what it is.
// Method: segments written group by group; the copy replayed beside its source.

#include "storage/engine/recovery/tail_copy.h"

#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/format/file_header.h"
#include "storage/log/log_writer.h"
#include "storage/log/segment_replay.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/faulty_file_system.h"

namespace rundlet {
namespace {

const char kFolder[] = "/data";
const char kStoreId[] = "0123456789abcdef";

class TailCopyTest : public ::testing::Test {
 protected:
  // All that a record says, its place apart.
  using Said = std::tuple<Revision, std::string, std::string, std::string, bool,
                          bool, int64_t, uint64_t>;

  TailCopyTest() {
    EXPECT_TRUE(disk_.MakeDirectory(kFolder).ok());
    source_ = *Segment::Create(&files_, kFolder, {1, FileKind::kLog}, kStoreId,
                               /*recovered=*/false);
    writer_ = std::make_unique<LogWriter>(source_, SegmentSeal());
  }

  // A group of transactions of two records each.
  void WriteGroup(Revision first, int transactions, size_t value_bytes) {
    std::vector<Record> records;
    std::vector<std::string> values;
    values.reserve(transactions);
    for (int i = 0; i < transactions; ++i) {
      values.emplace_back(value_bytes, static_cast<char>('a' + i % 26));
      Record record;
      record.revision = first + i;
      record.create_revision = 1;
      record.version = 3;
      record.modified_us = 1000 + static_cast<int64_t>(first) + i;
      record.key = "put";
      record.value = values.back();
      record.ends_transaction = false;
      records.push_back(record);
      record.type = RecordType::kDelete;
      record.expired = true;
      record.key = "deleted";
      record.value = "";
      record.ends_transaction = true;
      records.push_back(record);
    }
    std::vector<Location> locations;
    ASSERT_TRUE(writer_->Append(records, 5, 48, &locations).ok());
  }

  static std::vector<Said> Replay(const Segment& segment, uint64_t from) {
    std::vector<Said> said;
    const absl::Status replayed = ReplaySegment(
        segment, from, segment.bytes(), [&](const Record& r, const Location&) {
          said.emplace_back(r.revision, std::string(r.key),
                            std::string(r.value), std::string(r.extra),
                            r.ends_transaction, r.expired, r.modified_us,
                            r.version);
          return absl::OkStatus();
        });
    EXPECT_TRUE(replayed.ok()) << replayed;
    return said;
  }

  absl::StatusOr<CopiedTail> Copy(uint64_t from) {
    return CopyTail(&files_, kFolder, kStoreId, *source_, from,
                    source_->bytes(), /*new_segment_id=*/9);
  }

  CrashableFileSystem disk_;
  FaultyFileSystem files_{&disk_};
  std::shared_ptr<Segment> source_;
  std::unique_ptr<LogWriter> writer_;
};

TEST_F(TailCopyTest, CopiesWhatStandsBehindTheMark) {
  WriteGroup(1, 2, 10);
  const uint64_t mark = source_->bytes();
  WriteGroup(3, 1, 10);
  WriteGroup(4, 3, 0);
  const auto copied = Copy(mark);
  ASSERT_TRUE(copied.ok()) << copied.status();
  EXPECT_TRUE(copied->segment->recovered());
  EXPECT_EQ(copied->segment->id(), 9u);
  EXPECT_EQ(copied->seal.segment_id, 9u);
  EXPECT_EQ(copied->seal.bytes, copied->segment->bytes());
  EXPECT_EQ(copied->seal.revision_min, 3u);
  EXPECT_EQ(copied->seal.revision_max, 6u);
  EXPECT_EQ(copied->seal.record_count, 8u);
  EXPECT_EQ(Replay(*copied->segment, kFileHeaderBytes), Replay(*source_, mark));
}

TEST_F(TailCopyTest, ATailOfManyGroupsIsCopiedInWholeTransactions) {
  for (Revision first = 1; first < 40; first += 4) {
    WriteGroup(first, 4, 100 << 10);
  }
  const auto copied = Copy(kFileHeaderBytes);
  ASSERT_TRUE(copied.ok()) << copied.status();
  EXPECT_EQ(Replay(*copied->segment, kFileHeaderBytes),
            Replay(*source_, kFileHeaderBytes));
  const auto tail = InspectTail(*copied->segment, 0);
  ASSERT_TRUE(tail.ok()) << tail.status();
  EXPECT_EQ(tail->end, copied->seal.bytes);
  EXPECT_EQ(tail->torn_end, tail->end);
}

TEST_F(TailCopyTest, GroupsWithoutRecordsLeaveNothing) {
  std::vector<Location> locations;
  ASSERT_TRUE(writer_->Append({}, 5, 48, &locations).ok());
  const auto copied = Copy(kFileHeaderBytes);
  ASSERT_TRUE(copied.ok()) << copied.status();
  EXPECT_EQ(copied->seal.record_count, 0u);
}

TEST_F(TailCopyTest, TheBytesOfTheCopyAreSynced) {
  WriteGroup(1, 2, 3000);
  const auto copied = Copy(kFileHeaderBytes);
  ASSERT_TRUE(copied.ok());
  const std::string path = copied->segment->path();
  const std::string before = disk_.Image().at(path);
  ASSERT_TRUE(disk_.SyncDirectory(kFolder).ok());
  SeededRandom random(TestSeed());
  disk_.PowerOff();
  disk_.PowerOn(PowerLoss::kUnsynced, random);
  EXPECT_EQ(disk_.Image().at(path), before);
}

TEST_F(TailCopyTest, DamageAndFaultsAreSaid) {
  WriteGroup(1, 2, 10);
  for (const Call call : {Call::kCreate, Call::kRead, Call::kWrite}) {
    files_.FailCall({call, 1, absl::ResourceExhaustedError("no room")});
    EXPECT_EQ(Copy(kFileHeaderBytes).status().code(),
              absl::StatusCode::kResourceExhausted);
    files_.Heal();
    disk_.RemoveFile("/data/0000000000000009.log").IgnoreError();
  }
  ASSERT_TRUE(source_->file().WriteAt(source_->bytes() - 1, "x").ok());
  EXPECT_EQ(Copy(kFileHeaderBytes).status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace rundlet

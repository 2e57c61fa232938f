// Goal: base segments hold what was appended, in segments of the size asked
// for, durably; an abandoned writer leaves nothing.
// Method: records written and replayed, with sizes around the limit; each call
// failing in turn; a power cut behind Finish.

#include "storage/log/base_writer.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/log/segment_replay.h"
#include "tests/storage/log/segment_builder.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BaseWriterTest : public ::testing::Test {
 protected:
  BaseWriterTest() { EXPECT_TRUE(disk_.MakeDirectory(kTestFolder).ok()); }

  std::unique_ptr<BaseWriter> Make(uint64_t segment_bytes) {
    return std::make_unique<BaseWriter>(&files_, kTestFolder, kTestStoreId,
                                        segment_bytes,
                                        [this] { return next_id_++; });
  }

  static std::vector<std::string> Keys(const BaseWriter::Output& output) {
    std::vector<std::string> keys;
    EXPECT_TRUE(ReplaySegment(*output.segment, 48, output.seal.bytes,
                              [&](const Record& record, const Location&) {
                                EXPECT_TRUE(record.ends_transaction);
                                keys.emplace_back(record.key);
                                return absl::OkStatus();
                              })
                    .ok());
    return keys;
  }

  CrashableFileSystem disk_;
  FaultyFileSystem files_{&disk_};
  uint64_t next_id_ = 20;
};

TEST_F(BaseWriterTest, NothingAppendedIsNoSegment) {
  const auto outputs = Make(1000)->Finish();
  ASSERT_TRUE(outputs.ok());
  EXPECT_THAT(*outputs, IsEmpty());
  EXPECT_THAT(disk_.Image(), IsEmpty());
}

TEST_F(BaseWriterTest, SealsSayWhatTheSegmentsHold) {
  const auto writer = Make(1000);
  ASSERT_TRUE(writer->Append(TestPut(9, "a", "x", false)).ok());
  ASSERT_TRUE(writer->Append(TestPut(3, "b", "y")).ok());
  ASSERT_TRUE(writer->Append(TestPut(5, "c", "z")).ok());
  const auto outputs = writer->Finish();
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  ASSERT_EQ(outputs->size(), 1u);
  const SegmentSeal& seal = outputs->front().seal;
  EXPECT_EQ(seal.segment_id, 20u);
  EXPECT_EQ(seal.revision_min, 3u);
  EXPECT_EQ(seal.revision_max, 9u);
  EXPECT_EQ(seal.record_count, 3u);
  EXPECT_EQ(seal.bytes, 48u + 3 * 66);
  EXPECT_EQ(outputs->front().segment->bytes(), seal.bytes);
  EXPECT_EQ(outputs->front().segment->kind(), FileKind::kBase);
  SegmentBuilder builder(FileKind::kBase, 20);
  builder.AddRecord(TestPut(9, "a", "x"));
  builder.AddRecord(TestPut(3, "b", "y"));
  builder.AddRecord(TestPut(5, "c", "z"));
  EXPECT_EQ(disk_.Image().at(builder.path()), builder.bytes());
}

TEST_F(BaseWriterTest, RollsBeforeASegmentWouldBeTooLarge) {
  // Two records of 66 bytes fit exactly, a third does not.
  const auto writer = Make(48 + 2 * 66);
  const std::vector<std::string> keys = {"a", "b", "c", "d", "e"};
  for (const std::string& key : keys) {
    ASSERT_TRUE(writer->Append(TestPut(1, key, "x")).ok());
  }
  const auto outputs = writer->Finish();
  ASSERT_EQ(outputs->size(), 3u);
  EXPECT_THAT(Keys((*outputs)[0]), ElementsAre("a", "b"));
  EXPECT_THAT(Keys((*outputs)[1]), ElementsAre("c", "d"));
  EXPECT_THAT(Keys((*outputs)[2]), ElementsAre("e"));
  EXPECT_EQ((*outputs)[2].seal.segment_id, 22u);
  EXPECT_EQ((*outputs)[2].seal.record_count, 1u);
}

TEST_F(BaseWriterTest, ARecordLargerThanASegmentHasOneOfItsOwn) {
  const auto writer = Make(100);
  const std::string large(600 << 10, 'x');  // larger than the buffer, too
  ASSERT_TRUE(writer->Append(TestPut(1, "a", "")).ok());
  ASSERT_TRUE(writer->Append(TestPut(2, "b", large)).ok());
  ASSERT_TRUE(writer->Append(TestPut(3, "c", "")).ok());
  const auto outputs = writer->Finish();
  ASSERT_EQ(outputs->size(), 3u);
  EXPECT_THAT(Keys((*outputs)[1]), ElementsAre("b"));
}

TEST_F(BaseWriterTest, RandomRecordsComeBackWithinTheLimit) {
  SeededRandom random(TestSeed());
  for (const uint64_t limit : {uint64_t{256}, uint64_t{100000}}) {
    const auto writer = Make(limit);
    std::vector<std::string> want;
    const std::string value = random.Bytes(40000);
    for (int i = 0; i < 500; ++i) {
      want.push_back(absl::StrCat("key ", i));
      const auto part =
          absl::string_view(value).substr(0, random.Below(value.size()));
      ASSERT_TRUE(writer->Append(TestPut(1, want.back(), part)).ok());
    }
    const auto outputs = writer->Finish();
    ASSERT_TRUE(outputs.ok());
    std::vector<std::string> got;
    for (const BaseWriter::Output& output : *outputs) {
      EXPECT_TRUE(output.seal.bytes <= limit || output.seal.record_count == 1);
      EXPECT_EQ(Keys(output).size(), output.seal.record_count);
      for (std::string& key : Keys(output)) got.push_back(std::move(key));
    }
    EXPECT_EQ(got, want);
  }
}

TEST_F(BaseWriterTest, WhatIsFinishedSurvivesPowerLoss) {
  SeededRandom random(TestSeed());
  const auto writer = Make(200);
  for (Revision revision = 1; revision <= 9; ++revision) {
    ASSERT_TRUE(writer->Append(TestPut(revision, "k", "value")).ok());
  }
  ASSERT_TRUE(writer->Finish().ok());
  const auto before = disk_.Image();
  disk_.PowerOff();
  disk_.PowerOn(PowerLoss::kUnsynced, random);
  EXPECT_EQ(disk_.Image(), before);
  EXPECT_EQ(before.size(), 5u);
}

TEST_F(BaseWriterTest, AnAbandonedWriterLeavesNothing) {
  {
    const auto writer = Make(100);
    ASSERT_TRUE(writer->Append(TestPut(1, "a", "x")).ok());
    ASSERT_TRUE(writer->Append(TestPut(2, "b", "y")).ok());
    EXPECT_EQ(disk_.Image().size(), 2u);
  }
  EXPECT_THAT(disk_.Image(), IsEmpty());
}

TEST_F(BaseWriterTest, WhatWasFinishedIsNotRemoved) {
  {
    const auto writer = Make(100);
    ASSERT_TRUE(writer->Append(TestPut(1, "a", "x")).ok());
    ASSERT_TRUE(writer->Finish().ok());
  }
  EXPECT_EQ(disk_.Image().size(), 1u);
}

TEST_F(BaseWriterTest, AnyFailingCallIsSeenAndLeavesNothing) {
  uint64_t failed = 0;
  for (const Call call :
       {Call::kCreate, Call::kWrite, Call::kSync, Call::kSyncDirectory}) {
    for (uint64_t nth = 1;; ++nth) {
      absl::Status status;
      {
        const auto writer = Make(200);
        files_.FailCall({call, nth, absl::ResourceExhaustedError("no room"),
                         false, /*written_share=*/128});
        for (int i = 0; i < 6 && status.ok(); ++i) {
          status = writer->Append(TestPut(1, "key", "value"));
        }
        if (status.ok()) status = writer->Finish().status();
        files_.Heal();
      }
      if (status.ok()) break;
      ++failed;
      EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
      EXPECT_THAT(disk_.Image(), IsEmpty());
    }
    disk_.SetImage({});
    ASSERT_TRUE(disk_.MakeDirectory(kTestFolder).ok());
  }
  // Three segments: each made, its header and its records written and synced;
  // one sync of the folder.
  EXPECT_EQ(failed, 3u + 6 + 6 + 1);
}

}  // namespace
}  // namespace rundlet

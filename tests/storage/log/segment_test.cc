// Goal: a segment is opened only as what it is, and gives only records that
// verify.
// Method: made, opened under other names, ids and stores, damaged and cut;
// each call failing in turn; a power cut before and after its name is synced.

#include "storage/log/segment.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/format/checksum.h"
#include "storage/format/file_header.h"
#include "tests/storage/log/segment_builder.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr SegmentName kName{7, FileKind::kLog};

class SegmentTest : public ::testing::Test {
 protected:
  SegmentTest() { EXPECT_TRUE(disk_.MakeDirectory(kTestFolder).ok()); }

  absl::Status OpenAs(SegmentName name, absl::string_view store_id) {
    return Segment::Open(&disk_, kTestFolder, name, store_id).status();
  }

  CrashableFileSystem disk_;
  FaultyFileSystem files_{&disk_};
};

TEST_F(SegmentTest, IsOpenedAsItWasMade) {
  for (const FileKind kind : {FileKind::kLog, FileKind::kBase}) {
    const bool recovered = kind == FileKind::kLog;
    const auto made = Segment::Create(&disk_, kTestFolder, {7, kind},
                                      kTestStoreId, recovered);
    ASSERT_TRUE(made.ok()) << made.status();
    const auto opened =
        Segment::Open(&disk_, kTestFolder, {7, kind}, kTestStoreId);
    ASSERT_TRUE(opened.ok()) << opened.status();
    for (const auto& segment : {*made, *opened}) {
      EXPECT_EQ(segment->id(), 7u);
      EXPECT_EQ(segment->kind(), kind);
      EXPECT_EQ(segment->recovered(), recovered);
      EXPECT_EQ(segment->salt(), SegmentSalt(kTestStoreId, 7));
      EXPECT_EQ(segment->bytes(), kFileHeaderBytes);
      EXPECT_EQ(segment->path(), SegmentBuilder(kind).path());
    }
  }
}

TEST_F(SegmentTest, IsNotMadeOverAnotherOne) {
  ASSERT_TRUE(
      Segment::Create(&disk_, kTestFolder, kName, kTestStoreId, false).ok());
  EXPECT_EQ(Segment::Create(&disk_, kTestFolder, kName, kTestStoreId, false)
                .status()
                .code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(OpenAs(kName, kTestStoreId).ok());
}

TEST_F(SegmentTest, ItsHeaderIsDurableBeforeItsNameIs) {
  SeededRandom random(TestSeed());
  ASSERT_TRUE(
      Segment::Create(&disk_, kTestFolder, kName, kTestStoreId, false).ok());
  ASSERT_TRUE(disk_.SyncDirectory(kTestFolder).ok());
  disk_.PowerOff();
  disk_.PowerOn(PowerLoss::kUnsynced, random);
  EXPECT_TRUE(OpenAs(kName, kTestStoreId).ok());
}

TEST_F(SegmentTest, AFailedCreateLeavesNoFile) {
  for (const Call call : {Call::kCreate, Call::kWrite, Call::kSync}) {
    files_.FailCall({call, 1, absl::ResourceExhaustedError("no room"), false,
                     /*written_share=*/100});
    EXPECT_EQ(Segment::Create(&files_, kTestFolder, kName, kTestStoreId, false)
                  .status()
                  .code(),
              absl::StatusCode::kResourceExhausted);
    EXPECT_THAT(disk_.Image(), IsEmpty());
  }
}

TEST_F(SegmentTest, AFailingOpenIsNoDamage) {
  ASSERT_TRUE(
      Segment::Create(&disk_, kTestFolder, kName, kTestStoreId, false).ok());
  for (const Call call : {Call::kOpen, Call::kSize, Call::kRead}) {
    files_.FailCall({call, 1, absl::UnknownError("EIO"), false, 0});
    EXPECT_EQ(Segment::Open(&files_, kTestFolder, kName, kTestStoreId)
                  .status()
                  .code(),
              absl::StatusCode::kUnknown);
  }
  EXPECT_EQ(OpenAs({8, FileKind::kLog}, kTestStoreId).code(),
            absl::StatusCode::kNotFound);
}

TEST_F(SegmentTest, AnotherStoresOrSegmentsHeaderIsRefused) {
  SegmentBuilder builder;
  const std::string bytes = builder.bytes();
  disk_.SetImage({{builder.path(), bytes},
                  {SegmentBuilder(FileKind::kLog, 8).path(), bytes},
                  {SegmentBuilder(FileKind::kBase, 7).path(), bytes}});
  EXPECT_TRUE(OpenAs(kName, kTestStoreId).ok());
  for (const absl::Status& status : {OpenAs({8, FileKind::kLog}, kTestStoreId),
                                     OpenAs({7, FileKind::kBase}, kTestStoreId),
                                     OpenAs(kName, "another store id")}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(status.message(), HasSubstr(kTestFolder));
  }
}

TEST_F(SegmentTest, ADamagedOrShortHeaderIsRefused) {
  SegmentBuilder builder;
  for (size_t at = 0; at < kFileHeaderBytes; ++at) {
    disk_.SetImage({{builder.path(), builder.bytes().substr(0, at)}});
    EXPECT_EQ(OpenAs(kName, kTestStoreId).code(), absl::StatusCode::kDataLoss);
    std::string bad = builder.bytes();
    bad[at] = static_cast<char>(~bad[at]);
    disk_.SetImage({{builder.path(), bad}});
    EXPECT_EQ(OpenAs(kName, kTestStoreId).code(), absl::StatusCode::kDataLoss);
  }
}

TEST_F(SegmentTest, ReadsARecordWhereItStands) {
  SegmentBuilder builder(FileKind::kBase);
  builder.AddRecord(TestPut(1, "a", "x"));
  const std::string value(100000, 'y');
  const Record record = TestPut(2, "b", value);
  const uint64_t at = builder.AddRecord(record);
  const auto segment = builder.Open(&disk_);
  const Location location{7, at, static_cast<uint32_t>(record.EncodedBytes())};
  std::string buffer = "old";
  const auto read = segment->Read(location, &buffer);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->key, "b");
  EXPECT_EQ(read->value, value);
  EXPECT_GE(read->key.data(), buffer.data());
  const auto decoded = segment->Decode(location, buffer);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->revision, 2u);
}

TEST_F(SegmentTest, RefusesRecordsThatAreNotThere) {
  SegmentBuilder builder(FileKind::kBase);
  const uint64_t first = builder.AddRecord(TestPut(1, "a", "x"));
  const uint64_t second = builder.AddRecord(TestPut(2, "b", "y"));
  const auto segment = builder.Open(&disk_);
  std::string buffer;
  for (const Location& location :
       {Location{7, first + 1, 66}, Location{7, first, 65},
        Location{7, first, 0}, Location{7, second, 67},
        Location{7, second + 66, 66}, Location{7, uint64_t{1} << 40, 66}}) {
    const absl::Status status = segment->Read(location, &buffer).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << location.offset;
    EXPECT_THAT(status.message(), HasSubstr(builder.path()));
    EXPECT_THAT(status.message(),
                HasSubstr(absl::StrCat("offset ", location.offset)));
  }
  // Right bytes, wrong place: what a cache might hand in.
  ASSERT_TRUE(segment->Read({7, first, 66}, &buffer).ok());
  EXPECT_EQ(segment->Decode({7, second, 66}, buffer).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(SegmentTest, AFailingReadIsNoDamage) {
  SegmentBuilder builder(FileKind::kBase);
  const uint64_t at = builder.AddRecord(TestPut(1, "a", "x"));
  disk_.SetImage({{builder.path(), builder.bytes()}});
  const auto segment =
      *Segment::Open(&files_, kTestFolder, {7, FileKind::kBase}, kTestStoreId);
  files_.FailCall({Call::kRead, 1, absl::UnknownError("EIO"), false, 0});
  std::string buffer;
  EXPECT_EQ(segment->Read({7, at, 66}, &buffer).status().code(),
            absl::StatusCode::kUnknown);
  EXPECT_TRUE(segment->Read({7, at, 66}, &buffer).ok());
}

}  // namespace
}  // namespace rundlet

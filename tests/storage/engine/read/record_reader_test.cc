// Goal: what a reader gets has been verified and is this key's at this revision
// (P4), from memory, cache or segment; a moved record is said to be moved.
// Method: an engine of few records, with bytes changed under the reader.

#include "storage/engine/read/record_reader.h"

#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "storage/engine/record_version.h"
#include "tests/storage/engine/commit/pipeline_fixture.h"

namespace rundlet {
namespace {

using Caching = RecordReader::Caching;

class RecordReaderTest : public PipelineFixture {
 protected:
  RecordReaderTest() {
    Start();
    Put("key", "value", Durability::kOs);
    Put("kez", "other", Durability::kOs);
    version_ = *engine_->index.Find("key");
    reader_ = std::make_unique<RecordReader>(&engine_->segments, &cache_);
  }

  // The value, "moved", or the error's code.
  std::string Read(const std::string& key, const Version& version,
                   Caching caching = Caching::kUse) {
    const auto value = reader_->ReadValue(key, version, caching);
    if (!value.ok()) return absl::StatusCodeToString(value.status().code());
    return value->value_or("moved");
  }

  RecordCache cache_{100, 1 << 20};
  std::unique_ptr<RecordReader> reader_;
  Version version_;
};

TEST_F(RecordReaderTest, FromMemory) {
  Version version;
  version.value = std::make_shared<const std::string>("in memory");
  EXPECT_EQ(Read("any", version), "in memory");
  EXPECT_EQ(reader_->counts().misses, 0u);
}

TEST_F(RecordReaderTest, FromTheSegmentThenFromTheCache) {
  EXPECT_EQ(Read("key", version_), "value");
  EXPECT_EQ(reader_->counts().misses, 1u);
  const uint64_t reads = faulty_.call_count(Call::kRead);
  EXPECT_EQ(Read("key", version_), "value");
  EXPECT_EQ(reader_->counts().hits, 1u);
  EXPECT_EQ(faulty_.call_count(Call::kRead), reads);
}

TEST_F(RecordReaderTest, ABypassLeavesTheCacheAlone) {
  EXPECT_EQ(Read("key", version_, Caching::kBypass), "value");
  EXPECT_EQ(cache_.usage().entries, 0u);
  EXPECT_EQ(reader_->counts().hits + reader_->counts().misses, 0u);
}

TEST_F(RecordReaderTest, AMovedRecordIsNoError) {
  engine_->segments.Remove({version_.location.segment_id});
  EXPECT_EQ(Read("key", version_), "moved");
}

TEST_F(RecordReaderTest, ARecordOfAnotherKeyOrRevisionIsDamage) {
  EXPECT_EQ(Read("kez", version_), "DATA_LOSS");
  EXPECT_EQ(cache_.usage().entries, 0u);
  ++version_.revision;
  EXPECT_EQ(Read("key", version_), "DATA_LOSS");
}

TEST_F(RecordReaderTest, EveryBitIsVerified) {
  auto segment = engine_->segments.All().front();
  for (uint64_t at = 0; at < version_.location.bytes; ++at) {
    char byte = 0;
    const uint64_t offset = version_.location.offset + at;
    ASSERT_TRUE(segment->file().ReadAt(offset, 1, &byte).ok());
    const char flipped = byte ^ 4;
    ASSERT_TRUE(segment->file().WriteAt(offset, {&flipped, 1}).ok());
    EXPECT_EQ(Read("key", version_), "DATA_LOSS") << "at " << at;
    ASSERT_TRUE(segment->file().WriteAt(offset, {&byte, 1}).ok());
  }
  EXPECT_EQ(Read("key", version_), "value");
}

TEST_F(RecordReaderTest, ACacheHitIsVerifiedToo) {
  std::string bytes(version_.location.bytes, '\0');
  ASSERT_TRUE(engine_->segments.All()
                  .front()
                  ->file()
                  .ReadAt(version_.location.offset, bytes.size(), &bytes[0])
                  .ok());
  bytes.back() ^= 1;
  cache_.Insert("key", version_.location, bytes);
  EXPECT_EQ(Read("key", version_), "DATA_LOSS");
}

TEST_F(RecordReaderTest, AFailedReadIsTheReadersError) {
  faulty_.FailCall({Call::kRead, 1, absl::UnavailableError("EIO")});
  EXPECT_EQ(Read("key", version_), "UNAVAILABLE");
  EXPECT_EQ(Read("key", version_), "value");
}

TEST(EntryOfTest, SaysAllButTheValue) {
  Version version;
  version.revision = 9;
  version.create_revision = 4;
  version.version = 3;
  version.created_us = 100;
  version.modified_us = 200;
  version.kind = ValueKind::kData;
  Entry entry = EntryOf("key", version);
  EXPECT_EQ(entry.key, "key");
  EXPECT_EQ(entry.revision, 9u);
  EXPECT_EQ(entry.create_revision, 4u);
  EXPECT_EQ(entry.version, 3u);
  EXPECT_EQ(entry.created, absl::FromUnixMicros(100));
  EXPECT_EQ(entry.modified, absl::FromUnixMicros(200));
  EXPECT_EQ(entry.value.kind, ValueKind::kData);
  EXPECT_EQ(entry.expiry, absl::InfiniteFuture());
  version.expiry_us = 300;
  EXPECT_EQ(EntryOf("key", version).expiry, absl::FromUnixMicros(300));
}

TEST(VersionOfTest, SaysWhatTheRecordSays) {
  Record record;
  record.type = RecordType::kDelete;
  record.kind = ValueKind::kJson;
  record.revision = 9;
  record.create_revision = 4;
  record.version = 3;
  record.created_us = 100;
  record.modified_us = 200;
  record.expiry_us = 300;
  const Version version = VersionOf(record, {7, 48, 70});
  EXPECT_TRUE(version.deleted);
  EXPECT_EQ(version.revision, 9u);
  EXPECT_EQ(version.create_revision, 4u);
  EXPECT_EQ(version.version, 3u);
  EXPECT_EQ(version.created_us, 100);
  EXPECT_EQ(version.modified_us, 200);
  EXPECT_EQ(version.expiry_us, 300);
  EXPECT_EQ(version.kind, ValueKind::kJson);
  EXPECT_TRUE((version.location == Location{7, 48, 70}));
  EXPECT_EQ(version.value, nullptr);
}

}  // namespace
}  // namespace rundlet

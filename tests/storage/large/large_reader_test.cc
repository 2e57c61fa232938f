// Goal: a read shows one version of a value, whatever happens meanwhile, any
// part of it that is asked for, and never bytes that were not put.
// Method: values that are replaced, deleted, expire and are collected between
// two parts; every part of a value; chunks that were taken away or exchanged.

#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "storage/large/large_keys.h"
#include "storage/large_value.h"
#include "tests/storage/large/large_fixture.h"

namespace rundlet {
namespace {

class LargeReaderTest : public LargeFixture {
 protected:
  std::shared_ptr<LargeReader> OpenFirstPart(std::string* part) {
    auto reader = large_->StartRead(ReadOf("k"));
    EXPECT_TRUE(OpenReader(*reader).ok());
    const auto first = NextPart(*reader);
    EXPECT_TRUE(first.ok()) << first.status();
    *part = *first;
    return reader;
  }
  std::string UploadOf(const std::string& key) {
    return DecodeLargeValue(large().Get(key)->value().value.bytes)->upload_id;
  }
};

TEST_F(LargeReaderTest, ShowsOneVersionWhateverIsWritten) {
  const std::string old = LargeBytes(1000, 1);
  ASSERT_TRUE(Put("k", old).ok());
  std::string part;
  const auto reader = OpenFirstPart(&part);
  ASSERT_TRUE(Put("k", LargeBytes(1000, 2)).ok());
  EXPECT_EQ(Collect(), 1u);
  ASSERT_TRUE(large().Compact().ok());
  const auto rest = Rest(*reader);
  ASSERT_TRUE(rest.ok()) << rest.status();
  EXPECT_EQ(part + *rest, old);
  EXPECT_EQ(*Get("k"), LargeBytes(1000, 2));
}

TEST_F(LargeReaderTest, ShowsWhatIsDeletedOrExpiresMeanwhile) {
  ASSERT_TRUE(
      Put("k", LargeBytes(1000), PutOf("k", Expiry::After(absl::Seconds(10))))
          .ok());
  std::string part;
  const auto reader = OpenFirstPart(&part);
  clock_.Advance(absl::Seconds(20));
  EXPECT_TRUE(absl::IsNotFound(Get("k").status()));
  EXPECT_EQ(Collect(), 1u);
  EXPECT_EQ(LargeKeyCount(), 0u);
  const auto rest = Rest(*reader);
  ASSERT_TRUE(rest.ok()) << rest.status();
  EXPECT_EQ(part + *rest, LargeBytes(1000));
}

TEST_F(LargeReaderTest, ReadsAtTheCallersSnapshot) {
  ASSERT_TRUE(Put("k", LargeBytes(500, 1)).ok());
  const auto snapshot = large().OpenSnapshot();
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  ASSERT_TRUE(large().Delete("k").ok());
  EXPECT_EQ(Collect(), 1u);
  LargeReadRequest request;
  request.key = "k";
  request.at = snapshot->revision;
  request.at_time = snapshot->read_time;
  const auto got = Get(request);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(*got, LargeBytes(500, 1));
  ASSERT_TRUE(large().ReleaseSnapshot(snapshot->id).ok());
  EXPECT_TRUE(absl::IsOutOfRange(Get(request).status()));
}

TEST_F(LargeReaderTest, KeepsItsSnapshotWhileItIsAskedAndNoLonger) {
  ASSERT_TRUE(Put("k", LargeBytes(320)).ok());
  std::string bytes;
  {
    const auto reader = OpenFirstPart(&bytes);
    ASSERT_TRUE(Put("k", "short").ok());
    for (int i = 0; i < 9; ++i) {
      clock_.Advance(large_->limits().snapshot_lease * 0.9);
      const auto part = NextPart(*reader);
      ASSERT_TRUE(part.ok()) << part.status();
      bytes += *part;
    }
    EXPECT_EQ(bytes, LargeBytes(320));
    EXPECT_EQ(large_->Stats().snapshot_count, 1u);
  }
  EXPECT_EQ(large_->Stats().snapshot_count, 0u);
}

TEST_F(LargeReaderTest, EndsWithItsLease) {
  ASSERT_TRUE(Put("k", LargeBytes(320)).ok());
  std::string part;
  const auto reader = OpenFirstPart(&part);
  clock_.Advance(large_->limits().snapshot_lease * 2);
  EXPECT_TRUE(absl::IsOutOfRange(NextPart(*reader).status()));
}

TEST_F(LargeReaderTest, GivesAnyPart) {
  for (const size_t size : {64, 100}) {
    const std::string bytes = LargeBytes(size);
    ASSERT_TRUE(Put("k", bytes).ok());
    for (size_t offset = 0; offset <= size + 1; ++offset) {
      for (const uint64_t bytes_max : {0, 1, 32, 33, 1000}) {
        LargeReadRequest request;
        request.key = "k";
        request.offset = offset;
        request.bytes_max = bytes_max;
        const auto got = Get(request);
        ASSERT_TRUE(got.ok()) << got.status();
        const std::string rest = offset < size ? bytes.substr(offset) : "";
        EXPECT_EQ(*got, bytes_max == 0 ? rest : rest.substr(0, bytes_max))
            << offset << " " << bytes_max;
      }
    }
  }
}

TEST_F(LargeReaderTest, TellsTheWholeAtFirst) {
  const std::string bytes = LargeBytes(100);
  ASSERT_TRUE(Put("k", bytes).ok());
  const auto large_result = OpenReader(*large_->StartRead(ReadOf("k")));
  ASSERT_TRUE(large().Put("k", Value::Data(bytes.substr(0, 64))).ok());
  const auto plain = OpenReader(*large_->StartRead(ReadOf("k")));
  ASSERT_TRUE(large().Put("k", Value::Json("{}")).ok());
  const auto json = OpenReader(*large_->StartRead(ReadOf("k")));
  EXPECT_EQ(large_result->bytes, 100u);
  EXPECT_EQ(large_result->kind, ValueKind::kData);
  EXPECT_EQ(plain->bytes, 64u);
  EXPECT_NE(plain->crc32, large_result->crc32);
  EXPECT_EQ(json->kind, ValueKind::kJson);
  EXPECT_FALSE(
      OpenReader(*large_->StartRead(ReadOf("none")))->entry.has_value());
}

TEST_F(LargeReaderTest, FindsChunksThatAreNotItsOwn) {
  ASSERT_TRUE(Put("k", LargeBytes(100, 1)).ok());
  const std::string third = ChunkKey(UploadOf("k"), 2);
  ASSERT_TRUE(raw().Put(third, Value::Data(LargeBytes(32, 2))).ok());
  EXPECT_EQ(Get("k").status(),
            absl::DataLossError(
                "the value of k: all chunks together have another checksum"));
  ASSERT_TRUE(raw().Put(third, Value::Data("short")).ok());
  EXPECT_EQ(Get("k").status(),
            absl::DataLossError("the value of k: chunk 2 has 5 bytes, not 32"));
  ASSERT_TRUE(raw().Delete(third).ok());
  EXPECT_EQ(Get("k").status(),
            absl::DataLossError("the value of k: chunk 2 is missing"));
}

TEST_F(LargeReaderTest, LeavesTheCacheToOthers) {
  ASSERT_TRUE(large().Put("a", Value::Text("often read")).ok());
  ASSERT_TRUE(Put("k", LargeBytes(4096)).ok());
  ASSERT_TRUE(raw().Sync(Durability::kDisk).ok());
  ASSERT_TRUE(large().Get("a").ok());
  const uint64_t before = large_->Stats().keys_in_cache;
  ASSERT_TRUE(Get("k").ok());
  EXPECT_LE(large_->Stats().keys_in_cache, before + 1);  // its description
}

}  // namespace
}  // namespace rundlet

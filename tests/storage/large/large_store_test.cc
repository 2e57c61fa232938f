// Goal: a value of any size comes back as it was put; what it is stored as
// follows its size; and clients see no key but their own, whatever they ask.
// Method: values of sizes around each limit, in parts of several sizes; every
// method that lists, counts, deletes or watches keys, beside large values.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "storage/large/large_keys.h"
#include "storage/large_value.h"
#include "tests/storage/large/large_fixture.h"
#include "tests/support/watch_reader.h"

namespace rundlet {
namespace {

class LargeStoreTest : public LargeFixture {};

TEST_F(LargeStoreTest, ComesBackWhateverItsSize) {
  for (const size_t size :
       {0, 1, 31, 32, 63, 64, 65, 95, 96, 97, 128, 1000, 4095, 4096}) {
    for (const size_t part : {1, 32, 33, 5000}) {
      const std::string bytes = LargeBytes(size);
      const auto put = Put("k", bytes, PutOf("k"), part);
      ASSERT_TRUE(put.ok()) << size << " by " << part << ": " << put.status();
      EXPECT_GT(put->revision, 0u);
      const auto got = Get("k");
      ASSERT_TRUE(got.ok()) << size << " by " << part << ": " << got.status();
      EXPECT_EQ(*got, bytes);
      const auto entry = large().Get("k");
      ASSERT_TRUE(entry.ok() && entry->has_value());
      EXPECT_EQ((*entry)->value.kind == ValueKind::kLarge,
                size > kValueBytesMax);
    }
  }
}

TEST_F(LargeStoreTest, TakesAsManyKeysAsItHasChunks) {
  ASSERT_TRUE(Put("k", LargeBytes(100)).ok());
  ExpectLargeKeys(5u);  // a head, and 32, 32, 32 and 4 bytes
  const auto entry = large().Get("k");
  const auto value = DecodeLargeValue((*entry)->value.bytes);
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(value->bytes, 100u);
  EXPECT_EQ(value->chunk_bytes, kChunkBytes);
  EXPECT_EQ(value->chunk_count(), 4u);
  EXPECT_EQ(value->kind, ValueKind::kData);
}

TEST_F(LargeStoreTest, RefusesWhatIsTooLarge) {
  const auto put = Put("k", LargeBytes(kLargeBytesMax + 1));
  EXPECT_EQ(put.status(),
            absl::InvalidArgumentError(
                "value bytes is 4097, large_value_bytes_max is 4096"));
  EXPECT_TRUE(absl::IsNotFound(Get("k").status()));
  ExpectLargeKeys(0u);
}

TEST_F(LargeStoreTest, RefusesOtherKeysAndKinds) {
  for (const ValueKind kind : {ValueKind::kJson, ValueKind::kLarge}) {
    EXPECT_TRUE(
        absl::IsInvalidArgument(large_->StartUpload("k", kind).status()));
  }
  for (const std::string& key :
       {std::string(), std::string("\xff\x01"), std::string(5000, 'k')}) {
    EXPECT_TRUE(absl::IsInvalidArgument(
        large_->StartUpload(key, ValueKind::kData).status()));
  }
}

TEST_F(LargeStoreTest, ShowsNoKeyButThoseOfClients) {
  ASSERT_TRUE(large().Put("a", Value::Text("plain")).ok());
  ASSERT_TRUE(Put("b", LargeBytes(100)).ok());
  for (const bool reverse : {false, true}) {
    for (const std::string end : {"", "\xff\xff"}) {
      ScanRequest scan;
      scan.range.end = end;
      scan.reverse = reverse;
      const auto page = large().Scan(scan);
      ASSERT_TRUE(page.ok()) << page.status();
      ASSERT_EQ(page->entries.size(), 2u);
      EXPECT_EQ(page->entries[reverse ? 1 : 0].key, "a");
      scan.projection = ScanRequest::Projection::kCount;
      EXPECT_EQ(large().Scan(scan)->count, 2u);
    }
  }
  ScanRequest chunks;
  chunks.range = AllLargeKeys();
  EXPECT_TRUE(large().Scan(chunks)->entries.empty());
  EXPECT_EQ(large_->Stats().keys_in_index, 2u);
  EXPECT_EQ(store_->Stats().keys_in_index, 7u);
  Start();
  EXPECT_EQ(large_->Stats().keys_in_index, 2u);
}

TEST_F(LargeStoreTest, LetsNobodyNameAChunk) {
  ASSERT_TRUE(Put("b", LargeBytes(100)).ok());
  const auto entry = large().Get("b");
  const auto value = DecodeLargeValue((*entry)->value.bytes);
  const std::string chunk = ChunkKey(value->upload_id, 0);
  ASSERT_TRUE(raw().Get(chunk)->has_value());
  EXPECT_TRUE(absl::IsInvalidArgument(large().Get(chunk).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(large().Delete(chunk).status()));
  Transaction otherwise;
  otherwise.has_otherwise = true;
  otherwise.otherwise.push_back(DeleteOperation{chunk});
  EXPECT_TRUE(absl::IsInvalidArgument(large().Commit(otherwise).status()));
  Transaction condition = PutOf("c");
  condition.conditions.push_back(Condition::Exists(chunk));
  EXPECT_TRUE(absl::IsInvalidArgument(large().Commit(condition).status()));
  ExpectLargeKeys(5u);
}

TEST_F(LargeStoreTest, DeletesARangeOfClientsKeysAlone) {
  ASSERT_TRUE(large().Put("a", Value::Text("plain")).ok());
  ASSERT_TRUE(Put("b", LargeBytes(100)).ok());
  const auto deleted = large().DeleteRange(KeyRange::All());
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_EQ(deleted->results[0].number, 2);
  ExpectLargeKeys(5u);
}

TEST_F(LargeStoreTest, WatchesClientsKeysAlone) {
  WatchRequest request = WatchAll(1);
  request.metadata_only = true;
  ASSERT_TRUE(Put("b", LargeBytes(100)).ok());
  ASSERT_TRUE(large().Delete("b").ok());
  EXPECT_EQ(Collect(), 1u);
  ASSERT_TRUE(large().Put("c", Value::Text("end")).ok());
  WatchReader reader(large_.get(), request);
  ASSERT_TRUE(reader.status().ok()) << reader.status();
  std::vector<Change> changes;
  while (changes.size() < 3) {
    const auto batch = reader.Next();
    ASSERT_TRUE(batch.ok()) << batch.status();
    changes.insert(changes.end(), batch->changes.begin(), batch->changes.end());
  }
  EXPECT_EQ(changes[0].entry.key, "b");
  EXPECT_TRUE(DecodeLargeValue(changes[0].entry.value.bytes).ok());
  EXPECT_EQ(changes[1].cause, Change::Cause::kDelete);
  EXPECT_EQ(changes[2].entry.key, "c");
}

TEST_F(LargeStoreTest, TellsWhatItIsWithoutTheValue) {
  ASSERT_TRUE(Put("b", LargeBytes(100)).ok());
  ReadRequest read;
  read.keys = {"b"};
  read.metadata_only = true;
  const auto found = large().Read(read);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_TRUE(DecodeLargeValue(found->entries[0]->value.bytes).ok());
  ScanRequest scan;
  scan.projection = ScanRequest::Projection::kMetadata;
  const auto page = large().Scan(scan);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_TRUE(DecodeLargeValue(page->entries[0].value.bytes).ok());
}

TEST_F(LargeStoreTest, ToldOfDamageByTheOwnersKey) {
  ASSERT_TRUE(Put("b", LargeBytes(100)).ok());
  Stop();
  auto image = disk_.Image();
  for (auto& [path, bytes] : image) {
    const size_t at = bytes.find(LargeBytes(100).substr(32, 32));
    if (at != std::string::npos) bytes[at] ^= 1;
  }
  StartFrom(image);
  const auto report = large().Verify();
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->damage.size(), 1u);
  EXPECT_EQ(report->damage[0].keys_at_risk, std::vector<std::string>{"b"});
  EXPECT_TRUE(absl::IsDataLoss(Get("b").status()));
}

// A store that keeps the callback of a verification until it is to answer.
class HeldVerification final : public LargeStore {
 public:
  using LargeStore::LargeStore;

  void Verify(VerifyCallback done) override { held_ = std::move(done); }
  void Answer(VerifyReport report) { held_(std::move(report)); }

 private:
  VerifyCallback held_;
};

TEST_F(LargeStoreTest, AVerificationMayEndWhenItIsGone) {
  HeldVerification held(store_.get(), LargeOptions());
  auto large = std::make_unique<LargeStore>(&held, LargeOptions());
  VerifyReport told;
  large->Verify([&told](absl::StatusOr<VerifyReport> report) {
    ASSERT_TRUE(report.ok()) << report.status();
    told = *std::move(report);
  });
  large.reset();
  VerifyReport report;
  report.damage.emplace_back().keys_at_risk = {
      "a", ChunkKey(std::string(LargeValue::kUploadIdBytes, 'u'), 3)};
  held.Answer(std::move(report));
  ASSERT_EQ(told.damage.size(), 1u);
  ASSERT_EQ(told.damage[0].keys_at_risk.size(), 2u);
  EXPECT_EQ(told.damage[0].keys_at_risk[0], "a");
  EXPECT_TRUE(IsClientKey(told.damage[0].keys_at_risk[1]));
}

// A store whose keys cannot be counted.
class UncountedStore final : public LargeStore {
 public:
  using LargeStore::LargeStore;

  void Scan(ScanRequest, ScanCallback done) override {
    done(absl::UnavailableError("not now"));
  }
};

TEST_F(LargeStoreTest, SaysThatItCouldNotCountItsKeys) {
  UncountedStore uncounted(store_.get(), LargeOptions());
  std::string said;
  LargeOptions options;
  options.on_event = [&said](absl::string_view line) {
    said = std::string(line);
  };
  const LargeStore large(&uncounted, std::move(options));
  EXPECT_NE(said.find("not now"), said.npos) << said;
}

}  // namespace
}  // namespace rundlet

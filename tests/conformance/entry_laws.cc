// Goal: a key holds what was last written to it, and its history in numbers.
// Method: single writes and reads, through every door.

#include "gtest/gtest.h"
#include "tests/conformance/store_laws.h"

namespace rundlet {
namespace {

TEST_P(EntryLaws, ReadsItsWrite) {
  const Receipt receipt = Put("user:1", "Alice");
  EXPECT_GT(receipt.revision, 0u);
  EXPECT_EQ(receipt.read_revision, receipt.revision);
  EXPECT_EQ(receipt.branch, Receipt::Branch::kOperations);
  const Entry entry = Existing("user:1");
  EXPECT_EQ(entry.key, "user:1");
  EXPECT_EQ(entry.value, Value::Text("Alice"));
  EXPECT_EQ(entry.revision, receipt.revision);
  EXPECT_EQ(entry.create_revision, receipt.revision);
  EXPECT_EQ(entry.version, 1u);
  EXPECT_EQ(entry.expiry, absl::InfiniteFuture());
}

TEST_P(EntryLaws, MissingKeyIsNoEntryAndNoError) {
  EXPECT_FALSE(Get("nobody").has_value());
  Put("nobody2", "x");
  EXPECT_FALSE(Get("nobody").has_value());
}

TEST_P(EntryLaws, OverwriteReplacesAndCounts) {
  const Receipt first = Put("k", "1");
  const Entry created = Existing("k");
  PassTime(absl::Seconds(3));
  const Receipt second = Put("k", "2");
  EXPECT_GT(second.revision, first.revision);
  const Entry entry = Existing("k");
  EXPECT_EQ(entry.value.bytes, "2");
  EXPECT_EQ(entry.version, 2u);
  EXPECT_EQ(entry.revision, second.revision);
  EXPECT_EQ(entry.create_revision, first.revision);
  EXPECT_EQ(entry.created, created.created);
  EXPECT_EQ(entry.modified - created.modified, absl::Seconds(3));
}

TEST_P(EntryLaws, TimesAreEngineTime) {
  Put("k", "1");
  const Entry entry = Existing("k");
  EXPECT_EQ(entry.created, entry.modified);
  PassTime(absl::Seconds(1) + absl::Nanoseconds(1500));
  Put("k", "2");
  EXPECT_EQ(Existing("k").modified - entry.modified,
            absl::Seconds(1) + absl::Microseconds(1));
}

TEST_P(EntryLaws, DeleteRemovesAndTellsWhatWasThere) {
  Put("k", "1");
  const Receipt receipt = Delete("k");
  EXPECT_GT(receipt.revision, 0u);
  ASSERT_EQ(receipt.results.size(), 1u);
  EXPECT_TRUE(receipt.results[0].existed);
  EXPECT_FALSE(receipt.results[0].entry.has_value());
  EXPECT_FALSE(Get("k").has_value());
}

TEST_P(EntryLaws, DeletingAMissingKeyTakesNoRevision) {
  const Receipt put = Put("other", "1");
  const Receipt receipt = Delete("k");
  EXPECT_EQ(receipt.revision, 0u);
  EXPECT_GE(receipt.read_revision, put.revision);
  EXPECT_EQ(receipt.branch, Receipt::Branch::kOperations);
  ASSERT_EQ(receipt.results.size(), 1u);
  EXPECT_FALSE(receipt.results[0].existed);
}

TEST_P(EntryLaws, AKeyMadeAgainStartsAnew) {
  Put("k", "1");
  Put("k", "2");
  Delete("k");
  const Receipt receipt = Put("k", "3");
  const Entry entry = Existing("k");
  EXPECT_EQ(entry.version, 1u);
  EXPECT_EQ(entry.create_revision, receipt.revision);
  EXPECT_EQ(entry.created, entry.modified);
}

TEST_P(EntryLaws, KindsAndBytesComeBack) {
  const std::string all_bytes = [] {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) bytes.push_back(byte);
    return bytes;
  }();
  for (const Value& value :
       {Value::Text(""), Value::Text("a\r\nb \t"), Value::Data(all_bytes),
        Value::Data(""), Value::Json("{\"a\":[1,2]}"), Value::Json("null")}) {
    ASSERT_TRUE(store().Put("k", value).ok());
    EXPECT_EQ(Existing("k").value, value);
  }
}

TEST_P(EntryLaws, RevisionsGrowOverAllKeys) {
  Revision last = 0;
  for (int i = 0; i < 50; ++i) {
    const Receipt receipt = Put("k" + std::to_string(i % 7), "v");
    EXPECT_GT(receipt.revision, last);
    last = receipt.revision;
  }
}

TEST_P(EntryLaws, ReadGivesOneEntryPerKeyInOrder) {
  Put("a", "1");
  Put("c", "3");
  ReadRequest request;
  request.keys = {"c", "b", "a", "c"};
  const auto result = store().Read(request);
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->entries.size(), 4u);
  EXPECT_EQ(result->entries[0]->value.bytes, "3");
  EXPECT_FALSE(result->entries[1].has_value());
  EXPECT_EQ(result->entries[2]->value.bytes, "1");
  EXPECT_EQ(result->entries[3]->value.bytes, "3");
  EXPECT_GE(result->read_revision, result->entries[0]->revision);
}

TEST_P(EntryLaws, MetadataAloneLeavesTheBytesOut) {
  const Receipt put = Put("a", "text");
  ReadRequest request;
  request.keys = {"a"};
  request.metadata_only = true;
  const auto result = store().Read(request);
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_TRUE(result->entries[0].has_value());
  EXPECT_EQ(result->entries[0]->value.bytes, "");
  EXPECT_EQ(result->entries[0]->revision, put.revision);
  EXPECT_EQ(result->entries[0]->version, 1u);
}

TEST_P(EntryLaws, ReadFromBeforeARevisionThatIsNotReachedFails) {
  const Receipt put = Put("a", "1");
  ReadRequest request;
  request.keys = {"a"};
  request.not_before = put.revision;
  EXPECT_TRUE(store().Read(request).ok());
  request.not_before = put.revision + (uint64_t{1} << 40);
  EXPECT_EQ(store().Read(request).status().code(),
            absl::StatusCode::kOutOfRange);
}

TEST_P(EntryLaws, ALongValueAndManyKeysComeBack) {
  const std::string value(200'000, 'v');
  for (int i = 0; i < 12; ++i) Put("k" + std::to_string(i), value);
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(Existing("k" + std::to_string(i)).value.bytes, value);
  }
}

}  // namespace
}  // namespace rundlet

// Goal: what Store can be asked and no door can ask: any bytes as keys, bytes
// of pages, requests that make no sense. Method: keys of zeros and of 0xFF, the
// bytes that strings and ranges trip on; pages around their limit.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/conformance/store_laws.h"

namespace rundlet {
namespace {

using ::testing::ElementsAre;

ScanRequest PrefixRequest(absl::string_view prefix) {
  ScanRequest request;
  request.range = KeyRange::Prefix(prefix);
  return request;
}

TEST_P(EmbeddedLaws, AnyByteIsAKey) {
  const std::vector<std::string> keys = {std::string(1, '\0'),
                                         std::string("a\0b", 3),
                                         "a\xff",
                                         "\x80",
                                         "\xff",
                                         "\xff\xff"};
  for (const std::string& key : keys) Put(key, "v");
  for (const std::string& key : keys) EXPECT_EQ(Existing(key).key, key);
  std::vector<std::string> found;
  for (const Entry& entry : Scan({}).entries) found.push_back(entry.key);
  EXPECT_EQ(found, keys);
}

TEST_P(EmbeddedLaws, APrefixThatEndsWith0xFFHasAnEnd) {
  for (const char* key : {"a", "a\xfe", "a\xff", "a\xff\x01", "a\xff\xff", "b",
                          "\xff", "\xff\xff"}) {
    Put(key, "");
  }
  EXPECT_THAT(Texts(Scan(PrefixRequest("a\xff")).entries),
              ElementsAre("a\xff=", "a\xff\x01=", "a\xff\xff="));
  EXPECT_THAT(Texts(Scan(PrefixRequest("\xff")).entries),
              ElementsAre("\xff=", "\xff\xff="));
  EXPECT_THAT(Texts(Scan(PrefixRequest("\xff\xff")).entries),
              ElementsAre("\xff\xff="));
}

TEST_P(EmbeddedLaws, BytesMaxIsKeptButForTheFirstEntry) {
  Put("a", std::string(100, '1'));
  Put("b", std::string(100, '2'));
  Put("c", std::string(100, '3'));
  ScanRequest request;
  request.bytes_max = 202;
  ScanPage page = Scan(request);
  EXPECT_EQ(page.entries.size(), 2u);
  EXPECT_TRUE(page.more);
  request.bytes_max = 201;
  EXPECT_EQ(Scan(request).entries.size(), 1u);
  request.bytes_max = 1;
  page = Scan(request);
  EXPECT_EQ(page.entries.size(), 1u);
  EXPECT_TRUE(page.more);
}

TEST_P(EmbeddedLaws, APageHasAtLeastOneEntry) {
  ScanRequest request;
  request.entries_max = 0;
  EXPECT_EQ(store().Scan(request).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_P(EmbeddedLaws, ValuesHaveNoOrder) {
  for (Condition::Comparison comparison :
       {Condition::Comparison::kLess, Condition::Comparison::kGreater}) {
    Condition condition = Condition::ValueIs("k", Value::Text("1"));
    condition.comparison = comparison;
    Transaction transaction;
    transaction.conditions.push_back(condition);
    EXPECT_EQ(store().Commit(transaction).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST_P(EmbeddedLaws, ALastCheckMayRefuseATransaction) {
  int asked = 0;
  Transaction put;
  put.operations.push_back(PutOperation{"k", Value::Text("v")});
  put.last_check = [&asked] {
    ++asked;
    return absl::AbortedError("not now");
  };
  EXPECT_EQ(store().Commit(put).status(), absl::AbortedError("not now"));
  EXPECT_EQ(asked, 1);
  EXPECT_FALSE(Get("k").has_value());
  // It is not asked about what is not to run.
  put.conditions.push_back(Condition::Exists("none"));
  EXPECT_EQ(Commit(put).branch, Receipt::Branch::kNone);
  EXPECT_EQ(asked, 1);
}

TEST_P(EmbeddedLaws, ALastCheckIsNotAskedAboutARepeat) {
  int asked = 0;
  Transaction put;
  put.operations.push_back(PutOperation{"k", Value::Text("v")});
  put.request = RequestId{"", "once"};
  put.last_check = [&asked] {
    return ++asked == 1 ? absl::OkStatus() : absl::AbortedError("again");
  };
  const Receipt first = Commit(put);
  const Receipt repeat = Commit(put);
  EXPECT_TRUE(repeat.replayed);
  EXPECT_EQ(repeat.revision, first.revision);
  EXPECT_EQ(asked, 1);
}

TEST_P(EmbeddedLaws, ReadsAtAPagesRevisionAgreeWithThePage) {
  Put("a", "old");
  Put("b", "old");
  BlockingStore store(steady_store());
  ScanRequest scan;
  scan.entries_max = 1;
  const auto page = store.Scan(scan);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_TRUE(store.Put("a", Value::Text("new")).ok());
  ReadRequest request;
  request.keys = {"a"};
  request.at = page->read_revision;
  request.at_time = page->read_time;
  auto result = store.Read(request);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->entries[0]->value.bytes, "old");
  EXPECT_EQ(result->read_revision, page->read_revision);

  request.at += uint64_t{1} << 40;
  EXPECT_EQ(store.Read(request).status().code(), absl::StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace rundlet

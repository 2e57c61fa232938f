// Goal: a range delete removes the keys of its range, all at once, and no
// other.
// Method: every range over a few keys against what it should leave; keys that
// are deleted, expired or changed by the same transaction; the limits from both
// sides; repeats under a request id.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/conformance/store_laws.h"

namespace rundlet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Transaction RangeOf(KeyRange range, uint64_t keys_max = 0) {
  Transaction transaction;
  transaction.operations.push_back(
      DeleteRangeOperation{std::move(range), keys_max});
  return transaction;
}

int64_t CountOf(const Receipt& receipt) {
  EXPECT_EQ(receipt.results.size(), 1u);
  if (receipt.results.size() != 1) return -1;
  return receipt.results[0].number.value_or(-1);
}

std::vector<std::string> KeysOf(const ScanPage& page) {
  std::vector<std::string> keys;
  for (const Entry& entry : page.entries) keys.push_back(entry.key);
  return keys;
}

TEST_P(RangeDeleteLaws, RemovesWhatTheRangeHasAndNothingElse) {
  const std::vector<std::string> bounds = {"", "a", "b", "bb", "c", "d"};
  for (const std::string& start : bounds) {
    for (const std::string& end : bounds) {
      const KeyRange range{start, end};
      std::vector<std::string> left;
      for (const char* key : {"a", "b", "ba", "c"}) {
        Put(key, "1");
        if (!range.Contains(key)) left.push_back(key);
      }
      SCOPED_TRACE(absl::StrCat("[", start, ", ", end, ")"));
      EXPECT_EQ(CountOf(Commit(RangeOf(range))),
                static_cast<int64_t>(4 - left.size()));
      EXPECT_EQ(KeysOf(Scan({})), left);
    }
  }
}

TEST_P(RangeDeleteLaws, APrefixIsARange) {
  for (const char* key : {"a", "user", "user:1", "user:2", "user;"}) {
    Put(key, "1");
  }
  EXPECT_EQ(CountOf(Commit(RangeOf(KeyRange::Prefix("user:")))), 2);
  EXPECT_THAT(KeysOf(Scan({})), ElementsAre("a", "user", "user;"));
}

TEST_P(RangeDeleteLaws, OneRevisionOrNone) {
  Put("a", "1");
  Put("b", "1");
  const Receipt receipt = Commit(RangeOf(KeyRange::All()));
  EXPECT_GT(receipt.revision, 0u);
  EXPECT_TRUE(receipt.results[0].existed);
  const Receipt again = Commit(RangeOf(KeyRange::All()));
  EXPECT_EQ(again.revision, 0u);
  EXPECT_EQ(CountOf(again), 0);
  EXPECT_FALSE(again.results[0].existed);
  EXPECT_GE(again.read_revision, receipt.revision);
}

TEST_P(RangeDeleteLaws, DeletedAndExpiredKeysAreNotThere) {
  Put("deleted", "1");
  Delete("deleted");
  Put("expired", "1", Expiry::After(absl::Seconds(1)));
  Put("there", "1", Expiry::After(absl::Seconds(2)));
  PassTime(absl::Seconds(1));
  EXPECT_EQ(CountOf(Commit(RangeOf(KeyRange::All()))), 1);
  EXPECT_THAT(KeysOf(Scan({})), IsEmpty());
}

TEST_P(RangeDeleteLaws, OnlyTheFirstKeysIfSoAsked) {
  for (const char* key : {"a", "b", "c", "d", "e"}) Put(key, "1");
  EXPECT_EQ(CountOf(Commit(RangeOf({"b", ""}, 2))), 2);
  EXPECT_THAT(KeysOf(Scan({})), ElementsAre("a", "d", "e"));
  EXPECT_EQ(CountOf(Commit(RangeOf({"b", ""}, 3))), 2);
  EXPECT_THAT(KeysOf(Scan({})), ElementsAre("a"));
}

TEST_P(RangeDeleteLaws, SeesTheOperationsBeforeIt) {
  Put("a", "1");
  Put("b", "1");
  Transaction transaction;
  transaction.operations = {DeleteOperation{"a"},
                            PutOperation{"c", Value::Text("1")},
                            DeleteRangeOperation{{"a", "z"}},
                            GetOperation{"c"},
                            PutOperation{"b", Value::Text("2")},
                            DeleteRangeOperation{{"c", "z"}}};
  const Receipt receipt = Commit(std::move(transaction));
  ASSERT_EQ(receipt.results.size(), 6u);
  EXPECT_EQ(receipt.results[2].number, 2);
  EXPECT_FALSE(receipt.results[3].existed);
  EXPECT_FALSE(receipt.results[4].existed);
  EXPECT_EQ(receipt.results[5].number, 0);
  EXPECT_EQ(Existing("b").version, 1u);
  EXPECT_THAT(KeysOf(Scan({})), ElementsAre("b"));
}

TEST_P(RangeDeleteLaws, ThePreviousEntriesAreTold) {
  Put("b", "2");
  Put("a", "1");
  Put("c", "3");
  Transaction transaction = RangeOf({"a", "c"});
  transaction.return_previous = true;
  const Receipt receipt = Commit(std::move(transaction));
  EXPECT_THAT(Texts(receipt.results[0].entries), ElementsAre("a=1", "b=2"));
}

TEST_P(RangeDeleteLaws, MoreThanATransactionHoldsIsRefused) {
  Limits limits;
  limits.transaction_operations_max = 4;
  Open(limits);
  for (const char* key : {"a", "b", "c", "d", "e"}) Put(key, "1");
  const absl::Status refused = store().DeleteRange(KeyRange::All()).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("transaction_operations_max is 4"));
  EXPECT_EQ(Scan({}).entries.size(), 5u);
  EXPECT_FALSE(store().Commit(RangeOf(KeyRange::All(), 5)).ok());
  EXPECT_EQ(CountOf(Commit(RangeOf(KeyRange::All(), 4))), 4);
  EXPECT_EQ(CountOf(Commit(RangeOf(KeyRange::All(), 4))), 1);
}

TEST_P(RangeDeleteLaws, AllRangesOfATransactionShareTheLimit) {
  Limits limits;
  limits.transaction_operations_max = 4;
  Open(limits);
  for (const char* key : {"a", "b", "c", "d", "e"}) Put(key, "1");
  Transaction transaction = RangeOf({"a", "d"});
  transaction.operations.push_back(DeleteRangeOperation{{"d", "z"}});
  EXPECT_EQ(store().Commit(transaction).status().code(),
            absl::StatusCode::kInvalidArgument);
  transaction.operations[1] = DeleteRangeOperation{{"d", "z"}, 1};
  EXPECT_EQ(Commit(transaction).results[1].number, 1);
  EXPECT_THAT(KeysOf(Scan({})), ElementsAre("e"));
}

TEST_P(RangeDeleteLaws, ARepeatRemovesNothingAndGetsTheFirstCount) {
  for (const char* key : {"a", "b", "c"}) Put(key, "1");
  Transaction transaction = RangeOf(KeyRange::All());
  transaction.request = RequestId{"", "1"};
  EXPECT_EQ(CountOf(Commit(transaction)), 3);
  Put("d", "1");
  const Receipt again = Commit(transaction);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(CountOf(again), 3);
  EXPECT_THAT(KeysOf(Scan({})), ElementsAre("d"));
}

}  // namespace
}  // namespace rundlet

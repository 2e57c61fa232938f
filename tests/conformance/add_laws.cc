// Goal: Add adds to a number exactly once, and to nothing else.
// Method: sums around zero and both ends of int64, texts that are nearly
// numbers, keys that are missing, deleted and expired; adds with conditions, in
// transactions with other operations, and repeated under a request id.

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "tests/conformance/store_laws.h"

namespace rundlet {
namespace {

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

Transaction AddOf(const std::string& key, int64_t delta, int64_t initial = 0,
                  Expiry expiry = Expiry::Never()) {
  Transaction transaction;
  transaction.operations.push_back(AddOperation{key, delta, initial, expiry});
  return transaction;
}

int64_t SumOf(const Receipt& receipt) {
  EXPECT_EQ(receipt.results.size(), 1u);
  if (receipt.results.size() != 1) return 0;
  EXPECT_TRUE(receipt.results[0].number.has_value());
  return receipt.results[0].number.value_or(0);
}

TEST_P(AddLaws, AMissingKeyCountsAsZeroOrAsInitial) {
  EXPECT_EQ(SumOf(Commit(AddOf("a", 5))), 5);
  EXPECT_EQ(SumOf(Commit(AddOf("b", -5, 100))), 95);
  const Receipt third = Commit(AddOf("b", 1, 100));
  EXPECT_EQ(SumOf(third), 96);
  EXPECT_TRUE(third.results[0].existed);
  const Entry entry = Existing("b");
  EXPECT_EQ(entry.value, Value::Text("96"));
  EXPECT_EQ(entry.version, 2u);
  EXPECT_EQ(entry.revision, third.revision);
}

TEST_P(AddLaws, DeletedAndExpiredKeysAreMissing) {
  Put("deleted", "7");
  Delete("deleted");
  Put("expired", "7", Expiry::After(absl::Seconds(1)));
  PassTime(absl::Seconds(1));
  for (const char* key : {"deleted", "expired"}) {
    const Receipt receipt = Commit(AddOf(key, 3));
    EXPECT_EQ(SumOf(receipt), 3) << key;
    EXPECT_FALSE(receipt.results[0].existed);
    EXPECT_EQ(Existing(key).version, 1u);
  }
}

TEST_P(AddLaws, NumbersThatWerePutAreAddedTo) {
  const struct {
    const char* text;
    int64_t sum;
  } numbers[] = {{"0", 1},
                 {"-1", 0},
                 {"-0", 1},
                 {"007", 8},
                 {"41", 42},
                 {"9223372036854775806", kMax},
                 {"-9223372036854775808", kMin + 1}};
  for (const auto& [text, sum] : numbers) {
    Put("k", text);
    EXPECT_EQ(SumOf(Commit(AddOf("k", 1))), sum) << text;
    EXPECT_EQ(Existing("k").value.bytes, std::to_string(sum));
  }
}

TEST_P(AddLaws, AnythingElseIsRefusedAndStays) {
  for (const std::string text :
       {"", " 1", "1 ", "+1", "1.0", "1e3", "0x10", "-", "--1", "one",
        "9223372036854775808", "-9223372036854775809",
        "99999999999999999999999999"}) {
    const Revision revision = Put("k", text).revision;
    const absl::Status refused = store().Add("k", 1).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << text;
    EXPECT_EQ(Existing("k").revision, revision) << text;
  }
  for (Value value : {Value::Data("1"), Value::Json("1")}) {
    ASSERT_TRUE(store().Put("k", value).ok());
    EXPECT_EQ(store().Add("k", 1).status().code(),
              absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(Existing("k").value, value);
  }
}

TEST_P(AddLaws, ASumOutOfRangeIsRefused) {
  Put("max", std::to_string(kMax));
  Put("min", std::to_string(kMin));
  EXPECT_EQ(store().Add("max", 1).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(store().Add("min", -1).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(SumOf(Commit(AddOf("max", kMin))), -1);
  EXPECT_EQ(SumOf(Commit(AddOf("min", kMax))), -1);
  EXPECT_EQ(store().Commit(AddOf("none", kMax, 1)).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(Get("none").has_value());
}

TEST_P(AddLaws, OnlyACreatedKeyGetsTheExpiry) {
  Commit(AddOf("k", 1, 0, Expiry::After(absl::Seconds(10))));
  const absl::Time expiry = Existing("k").expiry;
  EXPECT_EQ(expiry, Existing("k").modified + absl::Seconds(10));
  PassTime(absl::Seconds(5));
  Commit(AddOf("k", 1, 0, Expiry::After(absl::Seconds(10))));
  EXPECT_EQ(Existing("k").expiry, expiry);
  Put("stays", "1");
  Commit(AddOf("stays", 1, 0, Expiry::After(absl::Seconds(10))));
  EXPECT_EQ(Existing("stays").expiry, absl::InfiniteFuture());
  PassTime(absl::Seconds(5));
  EXPECT_EQ(SumOf(Commit(AddOf("k", 1))), 1);
}

TEST_P(AddLaws, ConditionsDecide) {
  Put("k", "1");
  Transaction add = AddOf("k", 1);
  add.conditions.push_back(Condition::ValueIs("k", Value::Text("1")));
  EXPECT_EQ(SumOf(Commit(add)), 2);
  const Receipt unmet = Commit(add);
  EXPECT_EQ(unmet.branch, Receipt::Branch::kNone);
  EXPECT_EQ(Existing("k").value.bytes, "2");
}

TEST_P(AddLaws, ThePreviousEntryIsTold) {
  Put("k", "1");
  Transaction add = AddOf("k", 1);
  add.return_previous = true;
  const Receipt receipt = Commit(add);
  ASSERT_TRUE(receipt.results[0].entry.has_value());
  EXPECT_EQ(receipt.results[0].entry->value.bytes, "1");
}

TEST_P(AddLaws, OperationsOfOneTransactionSeeEachOther) {
  Put("k", "10");
  Transaction transaction = AddOf("k", 1);
  transaction.operations.push_back(AddOperation{"k", 2});
  transaction.operations.push_back(GetOperation{"k"});
  transaction.operations.push_back(PutOperation{"k", Value::Text("100")});
  transaction.operations.push_back(AddOperation{"k", -1});
  transaction.operations.push_back(DeleteOperation{"k"});
  transaction.operations.push_back(AddOperation{"k", 7});
  const Receipt receipt = Commit(std::move(transaction));
  ASSERT_EQ(receipt.results.size(), 7u);
  EXPECT_EQ(receipt.results[0].number, 11);
  EXPECT_EQ(receipt.results[1].number, 13);
  EXPECT_EQ(receipt.results[2].entry->value.bytes, "13");
  EXPECT_EQ(receipt.results[4].number, 99);
  EXPECT_EQ(receipt.results[6].number, 7);
  EXPECT_EQ(Existing("k").value.bytes, "7");
}

TEST_P(AddLaws, ARefusalTakesTheWholeTransaction) {
  Put("text", "x");
  Transaction transaction = AddOf("number", 1);
  transaction.operations.push_back(PutOperation{"other", Value::Text("1")});
  transaction.operations.push_back(AddOperation{"text", 1});
  EXPECT_EQ(store().Commit(std::move(transaction)).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(Get("number").has_value());
  EXPECT_FALSE(Get("other").has_value());
}

TEST_P(AddLaws, ARepeatGetsTheFirstSum) {
  Transaction add = AddOf("k", 5);
  add.request = RequestId{"", "once"};
  EXPECT_EQ(SumOf(Commit(add)), 5);
  Commit(AddOf("k", 100));
  for (int i = 0; i < 2; ++i) {
    const Receipt again = Commit(add);
    EXPECT_TRUE(again.replayed);
    EXPECT_EQ(SumOf(again), 5);
    EXPECT_EQ(Existing("k").value.bytes, "105");
  }
  add.operations = {AddOperation{"k", 6}};
  EXPECT_EQ(store().Commit(add).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_P(AddLaws, AllNumbersOfARequestAreRemembered) {
  Put("text", "x");
  Transaction transaction;
  transaction.request = RequestId{"", "many"};
  for (int i = 0; i < 20; ++i) {
    if (i % 3 == 0) {
      transaction.operations.push_back(GetOperation{"text"});
    } else {
      transaction.operations.push_back(AddOperation{"k", kMax / 20});
    }
  }
  const Receipt first = Commit(transaction);
  const Receipt again = Commit(transaction);
  EXPECT_TRUE(again.replayed);
  ASSERT_EQ(again.results.size(), first.results.size());
  for (size_t i = 0; i < first.results.size(); ++i) {
    EXPECT_EQ(again.results[i].number.value_or(0),
              first.results[i].number.value_or(0));
    EXPECT_EQ(again.results[i].existed, first.results[i].existed);
  }
}

TEST_P(AddLaws, ARefusedAddIsNotRemembered) {
  Put("k", "x");
  Transaction add = AddOf("k", 1);
  add.request = RequestId{"", "1"};
  EXPECT_FALSE(store().Commit(add).ok());
  Put("k", "1");
  const Receipt receipt = Commit(add);
  EXPECT_FALSE(receipt.replayed);
  EXPECT_EQ(SumOf(receipt), 2);
}

}  // namespace
}  // namespace rundlet

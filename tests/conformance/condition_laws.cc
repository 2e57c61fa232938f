// Goal: conditions are judged before the operations, exactly, at keys that are
// there, missing, deleted and expired; and a failed one is told.
// Method: every target with every comparison around the true number.

#include <cstddef>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "storage/value_digest.h"
#include "tests/conformance/store_laws.h"
#include "zlib.h"

namespace rundlet {
namespace {

using Target = Condition::Target;
using Comparison = Condition::Comparison;

Condition Number(const std::string& key, Target target, Comparison comparison,
                 uint64_t number) {
  Condition condition;
  condition.key = key;
  condition.target = target;
  condition.comparison = comparison;
  condition.number = number;
  return condition;
}

Condition NotValue(const std::string& key, Value value) {
  Condition condition = Condition::ValueIs(key, std::move(value));
  condition.comparison = Comparison::kNotEqual;
  return condition;
}

TEST_P(ConditionLaws, NumbersCompareAsNumbers) {
  Put("k", "1");
  Put("k", "2");
  const Entry entry = Existing("k");
  const struct {
    Target target;
    uint64_t number;
  } targets[] = {{Target::kRevision, entry.revision},
                 {Target::kCreateRevision, entry.create_revision},
                 {Target::kVersion, 2}};
  for (const auto& [target, number] : targets) {
    SCOPED_TRACE(static_cast<int>(target));
    EXPECT_TRUE(Holds(Number("k", target, Comparison::kEqual, number)));
    EXPECT_FALSE(Holds(Number("k", target, Comparison::kEqual, number + 1)));
    EXPECT_FALSE(Holds(Number("k", target, Comparison::kNotEqual, number)));
    EXPECT_TRUE(Holds(Number("k", target, Comparison::kNotEqual, number - 1)));
    EXPECT_FALSE(Holds(Number("k", target, Comparison::kLess, number)));
    EXPECT_TRUE(Holds(Number("k", target, Comparison::kLess, number + 1)));
    EXPECT_FALSE(Holds(Number("k", target, Comparison::kGreater, number)));
    EXPECT_TRUE(Holds(Number("k", target, Comparison::kGreater, number - 1)));
  }
}

TEST_P(ConditionLaws, AMissingKeyHasZeros) {
  Put("deleted", "1");
  Delete("deleted");
  Put("expired", "1", Expiry::After(absl::Seconds(1)));
  PassTime(absl::Seconds(1));
  for (const char* key : {"never", "deleted", "expired"}) {
    SCOPED_TRACE(key);
    for (Target target :
         {Target::kRevision, Target::kCreateRevision, Target::kVersion}) {
      EXPECT_TRUE(Holds(Number(key, target, Comparison::kEqual, 0)));
      EXPECT_FALSE(Holds(Number(key, target, Comparison::kNotEqual, 0)));
      EXPECT_TRUE(Holds(Number(key, target, Comparison::kLess, 1)));
      EXPECT_FALSE(Holds(Number(key, target, Comparison::kGreater, 0)));
    }
    EXPECT_FALSE(Holds(Condition::ValueIs(key, Value::Text(""))));
    EXPECT_FALSE(Holds(Condition::ValueIs(key, Value::Text("1"))));
    EXPECT_TRUE(Holds(NotValue(key, Value::Text(""))));
    EXPECT_TRUE(Holds(Condition::Missing(key)));
    EXPECT_FALSE(Holds(Condition::Exists(key)));
  }
}

TEST_P(ConditionLaws, ValuesCompareByKindAndBytes) {
  Put("k", "1");
  EXPECT_TRUE(Holds(Condition::ValueIs("k", Value::Text("1"))));
  EXPECT_FALSE(Holds(Condition::ValueIs("k", Value::Text("2"))));
  EXPECT_FALSE(Holds(Condition::ValueIs("k", Value::Data("1"))));
  EXPECT_FALSE(Holds(NotValue("k", Value::Text("1"))));
  EXPECT_TRUE(Holds(NotValue("k", Value::Json("1"))));
}

TEST_P(ConditionLaws, DigestsCompareByKindAndBytes) {
  Put("k", "1");
  const auto differs = [](Condition condition) {
    condition.comparison = Comparison::kNotEqual;
    return condition;
  };
  const auto digest_is = [](const char* key, const Value& value) {
    return Condition::DigestIs(key, ValueDigest(value));
  };
  EXPECT_TRUE(Holds(digest_is("k", Value::Text("1"))));
  EXPECT_FALSE(Holds(digest_is("k", Value::Text("2"))));
  EXPECT_FALSE(Holds(digest_is("k", Value::Data("1"))));
  EXPECT_FALSE(Holds(differs(digest_is("k", Value::Text("1")))));
  EXPECT_TRUE(Holds(differs(digest_is("k", Value::Json("1")))));
  EXPECT_FALSE(Holds(digest_is("none", Value::Text(""))));
  EXPECT_TRUE(Holds(differs(digest_is("none", Value::Text("")))));
  Delete("k");
  EXPECT_FALSE(Holds(digest_is("k", Value::Text("1"))));
}

TEST_P(ConditionLaws, ADigestFollowsEachWrite) {
  for (int i = 0; i < 5; ++i) {
    const Value value = Value::Text(std::string(1000, 'a' + i));
    ASSERT_TRUE(store().Put("k", value).ok());
    Transaction swap;
    swap.conditions.push_back(Condition::DigestIs("k", ValueDigest(value)));
    swap.operations.push_back(PutOperation{"k", Value::Text("swapped")});
    EXPECT_EQ(Commit(swap).branch, Receipt::Branch::kOperations);
    EXPECT_EQ(Commit(swap).branch, Receipt::Branch::kNone);
  }
}

TEST_P(ConditionLaws, ADigestHasOneLengthAndNoOrder) {
  Put("k", "1");
  for (const size_t bytes : {0, 31, 33}) {
    Transaction transaction;
    transaction.conditions.push_back(
        Condition::DigestIs("k", std::string(bytes, 'x')));
    EXPECT_EQ(store().Commit(transaction).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST_P(ConditionLaws, ExistsAndMissing) {
  Put("k", "");
  EXPECT_TRUE(Holds(Condition::Exists("k")));
  EXPECT_FALSE(Holds(Condition::Missing("k")));
}

TEST_P(ConditionLaws, CompareAndSetHappensOnce) {
  const Receipt put = Put("k", "1");
  Transaction swap;
  swap.conditions.push_back(Condition::RevisionIs("k", put.revision));
  swap.operations.push_back(PutOperation{"k", Value::Text("2")});
  EXPECT_EQ(Commit(swap).branch, Receipt::Branch::kOperations);
  EXPECT_EQ(Commit(swap).branch, Receipt::Branch::kNone);
  EXPECT_EQ(Existing("k").version, 2u);
}

TEST_P(ConditionLaws, AFailedOneIsToldAndChangesNothing) {
  const Receipt a = Put("a", "value");
  Transaction transaction;
  transaction.conditions = {Condition::Exists("a"), Condition::Missing("b"),
                            Condition::VersionIs("a", 7),
                            Condition::Exists("b")};
  transaction.operations.push_back(PutOperation{"a", Value::Text("new")});
  const Receipt receipt = Commit(transaction);
  EXPECT_EQ(receipt.branch, Receipt::Branch::kNone);
  EXPECT_EQ(receipt.revision, 0u);
  EXPECT_GE(receipt.read_revision, a.revision);
  EXPECT_TRUE(receipt.results.empty());
  ASSERT_TRUE(receipt.failed_condition.has_value());
  EXPECT_EQ(receipt.failed_condition->index, 2u);
  EXPECT_TRUE(receipt.failed_condition->exists);
  EXPECT_EQ(receipt.failed_condition->revision, a.revision);
  EXPECT_EQ(receipt.failed_condition->version, 1u);
  EXPECT_EQ(receipt.failed_condition->value_crc32,
            crc32(0, reinterpret_cast<const Bytef*>("value"), 5));
  EXPECT_EQ(Existing("a").value.bytes, "value");
}

TEST_P(ConditionLaws, AFailedOneAtAMissingKeyIsTold) {
  Transaction transaction;
  transaction.conditions.push_back(Condition::Exists("b"));
  const Receipt receipt = Commit(transaction);
  ASSERT_TRUE(receipt.failed_condition.has_value());
  EXPECT_EQ(receipt.failed_condition->index, 0u);
  EXPECT_FALSE(receipt.failed_condition->exists);
  EXPECT_EQ(receipt.failed_condition->revision, 0u);
  EXPECT_EQ(receipt.failed_condition->version, 0u);
  EXPECT_EQ(receipt.failed_condition->value_crc32, 0u);
}

TEST_P(ConditionLaws, OtherwiseRunsInstead) {
  Transaction transaction;
  transaction.conditions.push_back(Condition::Exists("k"));
  transaction.operations.push_back(PutOperation{"k", Value::Text("again")});
  transaction.otherwise.push_back(PutOperation{"k", Value::Text("first")});
  transaction.otherwise.push_back(GetOperation{"k"});
  transaction.has_otherwise = true;

  const Receipt first = Commit(transaction);
  EXPECT_EQ(first.branch, Receipt::Branch::kOtherwise);
  EXPECT_TRUE(first.failed_condition.has_value());
  EXPECT_GT(first.revision, 0u);
  ASSERT_EQ(first.results.size(), 2u);
  EXPECT_EQ(first.results[1].entry->value.bytes, "first");

  const Receipt second = Commit(transaction);
  EXPECT_EQ(second.branch, Receipt::Branch::kOperations);
  EXPECT_FALSE(second.failed_condition.has_value());
  EXPECT_EQ(Existing("k").value.bytes, "again");
}

TEST_P(ConditionLaws, AnEmptyOtherwiseIsABranchToo) {
  Transaction transaction;
  transaction.conditions.push_back(Condition::Exists("k"));
  transaction.has_otherwise = true;
  const Receipt receipt = Commit(transaction);
  EXPECT_EQ(receipt.branch, Receipt::Branch::kOtherwise);
  EXPECT_EQ(receipt.revision, 0u);
}

TEST_P(ConditionLaws, JudgedBeforeTheOperations) {
  Transaction transaction;
  transaction.conditions.push_back(Condition::Missing("k"));
  transaction.operations.push_back(PutOperation{"k", Value::Text("1")});
  transaction.operations.push_back(DeleteOperation{"k"});
  EXPECT_EQ(Commit(transaction).branch, Receipt::Branch::kOperations);
  EXPECT_EQ(Commit(transaction).branch, Receipt::Branch::kOperations);
}

}  // namespace
}  // namespace rundlet

// Goal: conditions speak of the keys as they were before the transaction; the
// first that does not hold decides, and is described.
// Method: every target and comparison against a key that is there, one that is
// absent and one that has expired, held against the arithmetic of the numbers.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "storage/engine/commit/transaction_plan.h"
#include "tests/support/reference_crc.h"

namespace rundlet {
namespace {

using Target = Condition::Target;
using Comparison = Condition::Comparison;

constexpr int64_t kNow = 1000;

class TransactionConditionsTest : public ::testing::Test {
 protected:
  TransactionConditionsTest() {
    for (const char* key : {"there", "expired"}) {
      Version& version = store_[key];
      version.revision = 7;
      version.create_revision = 3;
      version.version = 2;
      version.kind = ValueKind::kJson;
      version.value = std::make_shared<const std::string>("[1]");
    }
    store_["expired"].expiry_us = kNow;
  }

  TransactionPlan Plan(Transaction transaction) {
    const auto find = [this](const HashedKey& key, FoundVersion* version) {
      const auto found = store_.find(std::string(key.key));
      if (found == store_.end()) return false;
      version->version = found->second;
      return true;
    };
    const auto list = [](const KeyRange&, VisitKey) {};
    const FetchedValues none;
    const Limits limits;
    TransactionPlan plan;
    const absl::Status planned = PlanTransaction(
        &transaction, {20, 19, kNow, &none, &limits, find, list}, &plan);
    EXPECT_TRUE(planned.ok()) << planned;
    return plan;
  }

  bool Holds(Condition condition) {
    Transaction transaction;
    transaction.conditions = {std::move(condition)};
    return !Plan(transaction).receipt.failed_condition.has_value();
  }

  std::map<std::string, Version> store_;
};

TEST_F(TransactionConditionsTest, NumbersAreCompared) {
  const std::map<Target, uint64_t> have = {{Target::kRevision, 7},
                                           {Target::kCreateRevision, 3},
                                           {Target::kVersion, 2}};
  for (const auto& [target, there] : have) {
    for (const std::string key : {"there", "absent", "expired"}) {
      const uint64_t number = key == "there" ? there : 0;
      for (uint64_t want = 0; want < 10; ++want) {
        const auto holds = [&, target = target](Comparison comparison) {
          return Holds(Condition::Number(key, target, comparison, want));
        };
        EXPECT_EQ(holds(Comparison::kEqual), number == want);
        EXPECT_EQ(holds(Comparison::kNotEqual), number != want);
        EXPECT_EQ(holds(Comparison::kLess), number < want);
        EXPECT_EQ(holds(Comparison::kGreater), number > want);
      }
    }
  }
}

TEST_F(TransactionConditionsTest, ValuesAreEqualInKindAndBytes) {
  const auto unequal = [](std::string key, Value value) {
    return Condition{std::move(key), Target::kValue, Comparison::kNotEqual, 0,
                     std::move(value)};
  };
  EXPECT_TRUE(Holds(Condition::ValueIs("there", Value::Json("[1]"))));
  EXPECT_FALSE(Holds(unequal("there", Value::Json("[1]"))));
  for (const Value& other :
       {Value::Text("[1]"), Value::Json("[2]"), Value::Json("")}) {
    EXPECT_FALSE(Holds(Condition::ValueIs("there", other)));
    EXPECT_TRUE(Holds(unequal("there", other)));
  }
  for (const char* key : {"absent", "expired"}) {
    EXPECT_FALSE(Holds(Condition::ValueIs(key, Value::Json("[1]"))));
    EXPECT_TRUE(Holds(unequal(key, Value::Json("[1]"))));
  }
}

TEST_F(TransactionConditionsTest, Shorthands) {
  EXPECT_TRUE(Holds(Condition::Exists("there")));
  EXPECT_FALSE(Holds(Condition::Exists("expired")));
  EXPECT_TRUE(Holds(Condition::Missing("absent")));
  EXPECT_FALSE(Holds(Condition::Missing("there")));
  EXPECT_TRUE(Holds(Condition::RevisionIs("there", 7)));
  EXPECT_TRUE(Holds(Condition::VersionIs("there", 2)));
}

TEST_F(TransactionConditionsTest, TheFirstThatFailsIsDescribed) {
  Transaction transaction;
  transaction.conditions = {Condition::Exists("there"),
                            Condition::VersionIs("there", 9),
                            Condition::Exists("absent")};
  transaction.operations = {DeleteOperation{"there"}};
  const TransactionPlan plan = Plan(transaction);
  EXPECT_EQ(plan.receipt.branch, Receipt::Branch::kNone);
  EXPECT_EQ(plan.receipt.revision, 0u);
  EXPECT_TRUE(plan.receipt.results.empty());
  EXPECT_TRUE(plan.changes.empty());
  const FailedCondition& failed = *plan.receipt.failed_condition;
  EXPECT_EQ(failed.index, 1u);
  EXPECT_TRUE(failed.exists);
  EXPECT_EQ(failed.revision, 7u);
  EXPECT_EQ(failed.version, 2u);
  EXPECT_EQ(failed.value_crc32, ReferenceCrc(0, "[1]"));
}

TEST_F(TransactionConditionsTest, AnAbsentKeyIsDescribedByZeros) {
  for (const char* key : {"absent", "expired"}) {
    Transaction transaction;
    transaction.conditions = {Condition::Exists(key)};
    const FailedCondition failed = *Plan(transaction).receipt.failed_condition;
    EXPECT_FALSE(failed.exists);
    EXPECT_EQ(failed.revision, 0u);
    EXPECT_EQ(failed.version, 0u);
    EXPECT_EQ(failed.value_crc32, 0u);
  }
}

TEST_F(TransactionConditionsTest, OtherwiseRunsInsteadOfTheOperations) {
  Transaction transaction;
  transaction.conditions = {Condition::Missing("there")};
  transaction.operations = {DeleteOperation{"there"}};
  transaction.otherwise = {PutOperation{"other", Value::Text("v")},
                           GetOperation{"there"}};
  transaction.has_otherwise = true;
  TransactionPlan plan = Plan(transaction);
  EXPECT_EQ(plan.receipt.branch, Receipt::Branch::kOtherwise);
  EXPECT_TRUE(plan.receipt.failed_condition.has_value());
  ASSERT_EQ(plan.changes.size(), 1u);
  EXPECT_EQ(plan.changes[0].key, "other");
  EXPECT_TRUE(plan.receipt.results[1].existed);
  transaction.conditions = {Condition::Exists("there")};
  plan = Plan(transaction);
  EXPECT_EQ(plan.receipt.branch, Receipt::Branch::kOperations);
  ASSERT_EQ(plan.changes.size(), 1u);
  EXPECT_EQ(plan.changes[0].key, "there");
}

TEST_F(TransactionConditionsTest, ConditionsSeeNothingOfTheOperations) {
  Transaction transaction;
  transaction.conditions = {Condition::Missing("absent"),
                            Condition::Exists("there")};
  transaction.operations = {PutOperation{"absent", Value::Text("v")},
                            DeleteOperation{"there"}};
  EXPECT_EQ(Plan(transaction).receipt.branch, Receipt::Branch::kOperations);
}

}  // namespace
}  // namespace rundlet

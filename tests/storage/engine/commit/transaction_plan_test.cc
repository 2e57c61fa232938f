// Goal: a plan is what transaction.h says: operations apply in order and see
// the earlier ones, and leave at most one change a key.
// Method: plans against a map of versions; nothing else is there.

#include "storage/engine/commit/transaction_plan.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/value_digest.h"

namespace rundlet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int64_t kNow = 1'000'000'000;
constexpr Revision kRevision = 50;

PutOperation PutOf(std::string key, std::string value,
                   Expiry expiry = Expiry::Never()) {
  return {std::move(key), Value::Text(std::move(value)), expiry};
}

class TransactionPlanTest : public ::testing::Test {
 protected:
  // A key of the store, its value in memory.
  Version& Have(const std::string& key, const std::string& value,
                Revision revision = 7, int64_t expiry_us = 0) {
    Version& version = store_[key];
    version.revision = revision;
    version.create_revision = 3;
    version.version = 4;
    version.created_us = 100;
    version.modified_us = 200;
    version.expiry_us = expiry_us;
    version.value = std::make_shared<const std::string>(value);
    return version;
  }

  absl::StatusOr<TransactionPlan> Try(Transaction transaction) {
    const auto find = [this](const HashedKey& key, FoundVersion* version) {
      const auto found = store_.find(std::string(key.key));
      if (found == store_.end()) return false;
      version->version = found->second;
      const auto unwritten = unwritten_.find(found->first);
      if (unwritten != unwritten_.end()) version->value = &unwritten->second;
      return true;
    };
    const auto list = [this](const KeyRange& range, VisitKey visit) {
      for (const auto& [key, version] : store_) {
        if (range.Contains(key) && !visit(key, version)) return;
      }
    };
    const PlanInput input{
        kRevision, /*read_revision=*/49, kNow, &values_, &limits_, find, list};
    TransactionPlan plan;
    const absl::Status planned = PlanTransaction(&transaction, input, &plan);
    if (!planned.ok()) return planned;
    return plan;
  }

  TransactionPlan Plan(std::vector<Operation> operations,
                       bool return_previous = false) {
    Transaction transaction;
    transaction.operations = std::move(operations);
    transaction.return_previous = return_previous;
    absl::StatusOr<TransactionPlan> plan = Try(transaction);
    EXPECT_TRUE(plan.ok()) << plan.status();
    EXPECT_THAT(plan->missing_values, IsEmpty());
    return *std::move(plan);
  }

  // What is to be written: "key=value" or "-key".
  static std::vector<std::string> Changes(const TransactionPlan& plan) {
    std::vector<std::string> changes;
    for (const PlannedChange& change : plan.changes) {
      changes.push_back(change.version.deleted
                            ? "-" + change.key
                            : change.key + "=" + change.value);
      EXPECT_EQ(change.key_hash, HashedKey(change.key).hash);
      EXPECT_EQ(change.version.revision, kRevision);
      EXPECT_EQ(change.version.modified_us, kNow);
    }
    return changes;
  }

  // The expiry that a put with this rule gives.
  int64_t ExpiryOf(Expiry expiry) {
    const TransactionPlan plan = Plan({PutOf("k", "v", expiry)});
    return plan.changes.at(0).version.expiry_us;
  }

  std::map<std::string, Version> store_;
  FetchedValues values_;
  std::map<std::string, std::string> unwritten_;
  Limits limits_;
};

TEST_F(TransactionPlanTest, APutCreates) {
  const TransactionPlan plan = Plan({PutOf("k", "v")});
  EXPECT_THAT(Changes(plan), ElementsAre("k=v"));
  const Version& version = plan.changes[0].version;
  EXPECT_EQ(version.create_revision, kRevision);
  EXPECT_EQ(version.created_us, kNow);
  EXPECT_EQ(version.version, 1u);
  EXPECT_EQ(plan.receipt.revision, kRevision);
  EXPECT_EQ(plan.receipt.read_revision, kRevision);
  EXPECT_FALSE(plan.receipt.results[0].existed);
  EXPECT_EQ(plan.put_count, 1u);
}

TEST_F(TransactionPlanTest, APutOverwritesAndKeepsTheKeysHistory) {
  Have("k", "old", 7, kNow + 5);
  const TransactionPlan plan = Plan({PutOf("k", "new")}, true);
  const Version& version = plan.changes.at(0).version;
  EXPECT_EQ(version.create_revision, 3u);
  EXPECT_EQ(version.created_us, 100);
  EXPECT_EQ(version.version, 5u);
  EXPECT_EQ(version.expiry_us, 0);
  ASSERT_TRUE(plan.receipt.results[0].entry.has_value());
  const Entry& previous = *plan.receipt.results[0].entry;
  EXPECT_EQ(previous.value.bytes, "old");
  EXPECT_EQ(previous.revision, 7u);
  EXPECT_EQ(previous.expiry, absl::FromUnixMicros(kNow + 5));
}

TEST_F(TransactionPlanTest, AnExpiredKeyIsAbsentButHasToBeDeleted) {
  Have("k", "old", 7, kNow);
  const TransactionPlan put = Plan({GetOperation{"k"}, PutOf("k", "new")});
  EXPECT_FALSE(put.receipt.results[0].existed);
  EXPECT_EQ(put.changes.at(0).version.create_revision, kRevision);
  EXPECT_EQ(put.changes.at(0).version.version, 1u);
  const TransactionPlan gone = Plan({PutOf("k", "new"), DeleteOperation{"k"}});
  EXPECT_THAT(Changes(gone), ElementsAre("-k"));
  EXPECT_THAT(Changes(Plan({DeleteOperation{"k"}})), IsEmpty());
}

// A transaction that is only a put has a way of its own.
TEST_F(TransactionPlanTest, APutAloneIsPlannedAsAmongOthers) {
  Have("live", "old", 7, kNow + 5);
  Have("expired", "old", 7, kNow);
  for (const char* key : {"absent", "live", "expired"}) {
    for (const Expiry& expiry :
         {Expiry::Never(), Expiry::Keep(), Expiry::After(absl::Seconds(2)),
          Expiry::At(absl::UnixEpoch())}) {
      SCOPED_TRACE(key);
      const TransactionPlan alone = Plan({PutOf(key, "new", expiry)});
      const TransactionPlan among =
          Plan({PutOf(key, "new", expiry), GetOperation{"elsewhere"}});
      EXPECT_EQ(Changes(alone), Changes(among));
      const Version& is = alone.changes.at(0).version;
      const Version& should_be = among.changes.at(0).version;
      EXPECT_EQ(is.create_revision, should_be.create_revision);
      EXPECT_EQ(is.version, should_be.version);
      EXPECT_EQ(is.created_us, should_be.created_us);
      EXPECT_EQ(is.expiry_us, should_be.expiry_us);
      EXPECT_EQ(is.kind, should_be.kind);
      EXPECT_EQ(is.value, nullptr);
      EXPECT_EQ(alone.receipt.results[0].existed,
                among.receipt.results[0].existed);
      EXPECT_EQ(alone.receipt.revision, among.receipt.revision);
      EXPECT_EQ(alone.receipt.read_revision, among.receipt.read_revision);
      EXPECT_EQ(alone.put_count, among.put_count);
    }
  }
}

TEST_F(TransactionPlanTest, ADeleteLeavesATombstoneOrNothing) {
  Have("k", "v");
  const TransactionPlan plan =
      Plan({DeleteOperation{"k"}, DeleteOperation{"absent"}});
  EXPECT_THAT(Changes(plan), ElementsAre("-k"));
  EXPECT_TRUE(plan.receipt.results[0].existed);
  EXPECT_FALSE(plan.receipt.results[1].existed);
  EXPECT_EQ(plan.delete_count, 2u);
  const TransactionPlan nothing = Plan({DeleteOperation{"absent"}});
  EXPECT_EQ(nothing.receipt.revision, 0u);
  EXPECT_EQ(nothing.receipt.read_revision, 49u);
}

TEST_F(TransactionPlanTest, SetExpiryKeepsTheValue) {
  Have("k", "v").kind = ValueKind::kJson;
  const TransactionPlan plan =
      Plan({SetExpiryOperation{"k", Expiry::After(absl::Microseconds(9))},
            SetExpiryOperation{"absent", Expiry::Never()}});
  EXPECT_THAT(Changes(plan), ElementsAre("k=v"));
  EXPECT_EQ(plan.changes[0].version.kind, ValueKind::kJson);
  EXPECT_EQ(plan.changes[0].version.expiry_us, kNow + 9);
  EXPECT_EQ(plan.changes[0].version.version, 5u);
  EXPECT_EQ(plan.put_count, 1u);
}

TEST_F(TransactionPlanTest, OperationsSeeTheEarlierOnes) {
  Have("a", "1");
  const TransactionPlan plan =
      Plan({PutOf("a", "2"), GetOperation{"a"}, DeleteOperation{"a"},
            GetOperation{"a"}, PutOf("a", "3"), GetOperation{"a"}});
  const auto& results = plan.receipt.results;
  EXPECT_EQ(results[1].entry->value.bytes, "2");
  EXPECT_EQ(results[1].entry->version, 5u);
  EXPECT_FALSE(results[3].existed);
  EXPECT_EQ(results[5].entry->version, 1u);
  EXPECT_EQ(results[5].entry->create_revision, kRevision);
}

TEST_F(TransactionPlanTest, AKeyHasOneChangeInTheOrderOfItsLastMutation) {
  Have("gone", "1");
  const TransactionPlan plan =
      Plan({PutOf("a", "1"), PutOf("b", "1"), PutOf("came", "1"),
            DeleteOperation{"gone"}, PutOf("a", "2"), DeleteOperation{"came"},
            GetOperation{"b"}});
  EXPECT_THAT(Changes(plan), ElementsAre("b=1", "-gone", "a=2"));
  EXPECT_EQ(plan.changes[2].version.version, 2u);
  const TransactionPlan none =
      Plan({PutOf("came", "1"), DeleteOperation{"came"}});
  EXPECT_EQ(none.receipt.revision, 0u);
}

TEST_F(TransactionPlanTest, ManyKeysAreFoundAsWellAsFew) {
  for (const int keys : {7, 8, 9, 40}) {
    std::vector<Operation> operations;
    for (int round = 0; round < 2; ++round) {
      for (int i = 0; i < keys; ++i) {
        operations.push_back(PutOf(absl::StrCat("k", i), "v"));
      }
    }
    const TransactionPlan plan = Plan(std::move(operations));
    ASSERT_EQ(plan.changes.size(), static_cast<size_t>(keys));
    for (const auto& change : plan.changes) {
      EXPECT_EQ(change.version.version, 2u);
    }
  }
}

TEST_F(TransactionPlanTest, ExpiryRules) {
  EXPECT_EQ(ExpiryOf(Expiry::Never()), 0);
  EXPECT_EQ(ExpiryOf(Expiry::Keep()), 0);
  EXPECT_EQ(ExpiryOf(Expiry::After(absl::Seconds(2))), kNow + 2'000'000);
  EXPECT_EQ(ExpiryOf(Expiry::After(absl::Nanoseconds(1))), kNow + 1);
  EXPECT_EQ(ExpiryOf(Expiry::After(-absl::Seconds(1))), kNow - 1'000'000);
  EXPECT_EQ(ExpiryOf(Expiry::After(absl::InfiniteDuration())), 0);
  EXPECT_EQ(ExpiryOf(Expiry::After(-absl::InfiniteDuration())), 1);
  EXPECT_EQ(ExpiryOf(Expiry::At(absl::FromUnixMicros(77))), 77);
  EXPECT_EQ(ExpiryOf(Expiry::At(absl::UnixEpoch())), 1);
  EXPECT_EQ(ExpiryOf(Expiry::At(absl::InfiniteFuture())), 0);
  Have("k", "v", 7, kNow + 5);
  EXPECT_EQ(ExpiryOf(Expiry::Keep()), kNow + 5);
}

TEST_F(TransactionPlanTest, APutThatExpiresAtOnceIsGoneForTheNextOperation) {
  const TransactionPlan seen =
      Plan({PutOf("k", "v", Expiry::After(absl::ZeroDuration())),
            GetOperation{"k"}});
  EXPECT_FALSE(seen.receipt.results[1].existed);
  EXPECT_THAT(Changes(seen), IsEmpty());
  Have("k", "old");
  const TransactionPlan over =
      Plan({PutOf("k", "v", Expiry::At(absl::UnixEpoch())), GetOperation{"k"}});
  EXPECT_THAT(Changes(over), ElementsAre("-k"));
}

TEST_F(TransactionPlanTest, ReceiptsAreBounded) {
  limits_.receipt_bytes_max = 10;
  Have("k", "12345");
  Transaction transaction;
  transaction.operations = {GetOperation{"k"}};
  EXPECT_TRUE(Try(transaction).ok());
  transaction.operations.push_back(DeleteOperation{"k"});
  EXPECT_TRUE(Try(transaction).ok());
  transaction.return_previous = true;
  const absl::Status refused = Try(transaction).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(refused.message().find("receipt_bytes_max"), std::string::npos);
}

TEST_F(TransactionPlanTest, ValuesThatAreNotThereAreAskedForAllAtOnce) {
  Have("a", "").value = nullptr;
  Have("b", "").value = nullptr;
  Have("put", "").value = nullptr;
  Transaction transaction;
  transaction.conditions = {Condition::ValueIs("a", Value::Text("A"))};
  transaction.operations = {GetOperation{"b"}, PutOf("put", "v"),
                            SetExpiryOperation{"a", Expiry::Never()}};
  EXPECT_THAT(ValuesNeeded(transaction), ElementsAre("a", "b", "a"));
  absl::StatusOr<TransactionPlan> plan = Try(transaction);
  ASSERT_TRUE(plan.ok());
  EXPECT_THAT(plan->missing_values, ::testing::Contains("a"));
  EXPECT_THAT(plan->changes, IsEmpty());
  const auto fetched = [](Revision revision, const char* bytes) {
    FetchedValue value;
    value.revision = revision;
    value.value = std::make_shared<const std::string>(bytes);
    return value;
  };
  // A value of another revision is none.
  values_ = {{"a", fetched(7, "A")}, {"b", fetched(6, "old")}};
  plan = Try(transaction);
  EXPECT_THAT(plan->missing_values, ElementsAre("b"));
  values_["b"] = fetched(7, "B");
  plan = Try(transaction);
  ASSERT_THAT(plan->missing_values, IsEmpty());
  EXPECT_EQ(plan->receipt.results[0].entry->value.bytes, "B");
  EXPECT_THAT(Changes(*plan), ElementsAre("put=v", "a=A"));
}

TEST_F(TransactionPlanTest, AValueThatIsNotWrittenYetIsAtHand) {
  Have("k", "").value = nullptr;
  unwritten_["k"] = "v";
  const TransactionPlan plan =
      Plan({GetOperation{"k"}, SetExpiryOperation{"k", Expiry::Never()}});
  EXPECT_EQ(plan.receipt.results[0].entry->value.bytes, "v");
  EXPECT_THAT(Changes(plan), ElementsAre("k=v"));
  EXPECT_EQ(unwritten_["k"], "v");
}

TEST_F(TransactionPlanTest, ADigestIsNeverComputedHere) {
  Have("k", "v");
  Transaction transaction;
  transaction.conditions = {
      Condition::DigestIs("k", ValueDigest(Value::Text("v")))};
  transaction.operations = {PutOf("k", "w")};
  absl::StatusOr<TransactionPlan> plan = Try(transaction);
  ASSERT_TRUE(plan.ok());
  EXPECT_THAT(plan->missing_values, ::testing::Contains("k"));
  FetchedValue& fetched = values_["k"];
  fetched.revision = 7;
  fetched.value = std::make_shared<const std::string>("v");
  fetched.digest = ValueDigest(Value::Text("v"));
  plan = Try(transaction);
  ASSERT_TRUE(plan.ok());
  EXPECT_THAT(plan->missing_values, IsEmpty());
  EXPECT_THAT(Changes(*plan), ElementsAre("k=w"));
}

}  // namespace
}  // namespace rundlet

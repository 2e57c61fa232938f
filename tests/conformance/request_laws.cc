// Goal: exactly once (T3). A transaction with a request id happens once,
// however often it is sent: a repeat gets the first one's outcome and changes
// nothing, for as long as the store promises to remember it. Method:
// transactions whose second run would show: puts over later puts, conditions
// that hold only once, deletes; repeated at once, after other writes, after
// time has passed, and from the callback of the first.

#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/conformance/store_laws.h"

namespace rundlet {
namespace {

using ::testing::ContainsRegex;

TEST_P(RequestLaws, ARepeatChangesNothingAndGetsTheFirstReceipt) {
  const Receipt first = Commit(PutOnce("1", "a", "x"));
  EXPECT_FALSE(first.replayed);
  EXPECT_GT(first.revision, 0u);
  Put("a", "y");
  for (int i = 0; i < 3; ++i) {
    const Receipt again = Commit(PutOnce("1", "a", "x"));
    EXPECT_TRUE(again.replayed);
    EXPECT_EQ(again.revision, first.revision);
    EXPECT_EQ(again.read_revision, first.read_revision);
    EXPECT_EQ(again.branch, first.branch);
    ASSERT_EQ(again.results.size(), 1u);
    EXPECT_FALSE(again.results[0].existed);
    EXPECT_EQ(Existing("a").value.bytes, "y");
  }
}

TEST_P(RequestLaws, AnotherPayloadIsRefused) {
  Commit(PutOnce("1", "a", "x"));
  for (const Transaction& other :
       {PutOnce("1", "a", "y"), PutOnce("1", "b", "x")}) {
    const absl::Status refused = store().Commit(other).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
    // A field of Store, or of the wire.
    EXPECT_THAT(std::string(refused.message()), ContainsRegex("request[._]id"));
  }
  EXPECT_EQ(Existing("a").value.bytes, "x");
  EXPECT_FALSE(Get("b").has_value());
}

TEST_P(RequestLaws, DurabilityIsNoPartOfThePayload) {
  Transaction transaction = PutOnce("1", "a", "x");
  transaction.durability = Durability::kOs;
  Commit(transaction);
  transaction.durability = Durability::kDisk;
  const Receipt again = Commit(transaction);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.durability, Durability::kDisk);
}

TEST_P(RequestLaws, AFailedConditionIsAnOutcome) {
  Put("a", "x");
  Transaction create = PutOnce("1", "a", "y");
  create.conditions.push_back(Condition::Missing("a"));
  const Receipt first = Commit(create);
  EXPECT_EQ(first.branch, Receipt::Branch::kNone);
  EXPECT_EQ(first.revision, 0u);
  Delete("a");
  const Receipt again = Commit(create);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.branch, Receipt::Branch::kNone);
  EXPECT_EQ(again.revision, 0u);
  EXPECT_EQ(again.read_revision, first.read_revision);
  ASSERT_TRUE(again.failed_condition.has_value());
  EXPECT_EQ(again.failed_condition->index, 0u);
  EXPECT_TRUE(again.failed_condition->exists);
  EXPECT_EQ(again.failed_condition->revision, first.failed_condition->revision);
  EXPECT_EQ(again.failed_condition->value_crc32,
            first.failed_condition->value_crc32);
  EXPECT_FALSE(Get("a").has_value());
}

TEST_P(RequestLaws, OfAnEntryOnlyItsExistenceIsRemembered) {
  Put("a", "x");
  Transaction transaction = PutOnce("1", "a", "y");
  transaction.return_previous = true;
  transaction.operations.push_back(GetOperation{"none"});
  transaction.operations.push_back(DeleteOperation{"a"});
  const Receipt first = Commit(transaction);
  ASSERT_TRUE(first.results[0].entry.has_value());
  EXPECT_EQ(first.results[0].entry->value.bytes, "x");
  const Receipt again = Commit(transaction);
  ASSERT_EQ(again.results.size(), 3u);
  EXPECT_TRUE(again.results[0].existed);
  EXPECT_FALSE(again.results[1].existed);
  EXPECT_TRUE(again.results[2].existed);
  for (const OperationResult& result : again.results) {
    EXPECT_FALSE(result.entry.has_value());
  }
}

TEST_P(RequestLaws, ADeletedKeyTakesNoRequestWithIt) {
  Commit(PutOnce("1", "a", "x"));
  Transaction del;
  del.operations.push_back(DeleteOperation{"a"});
  del.request = RequestId{"me", "2"};
  Commit(del);
  EXPECT_TRUE(Commit(PutOnce("1", "a", "x")).replayed);
  EXPECT_TRUE(Commit(del).replayed);
  EXPECT_FALSE(Get("a").has_value());
}

TEST_P(RequestLaws, WhatFailedIsNotRemembered) {
  Transaction bad = PutOnce("1", "", "x");
  EXPECT_FALSE(store().Commit(bad).ok());
  EXPECT_FALSE(Commit(PutOnce("1", "a", "x")).replayed);
}

TEST_P(RequestLaws, TheWindowIsGuaranteed) {
  Commit(PutOnce("1", "a", "x"));
  PassTime(absl::Minutes(10));
  EXPECT_TRUE(Commit(PutOnce("1", "a", "x")).replayed);
  PassTime(absl::Microseconds(1));
  Put("a", "y");
  EXPECT_FALSE(Commit(PutOnce("1", "a", "x")).replayed);
  EXPECT_EQ(Existing("a").value.bytes, "x");
}

TEST_P(RequestLaws, ARequestThatChangesNothingTakesARevision) {
  const Revision before = Put("a", "x").revision;
  Transaction get;
  get.operations.push_back(GetOperation{"a"});
  get.request = RequestId{"", "1"};
  const Receipt receipt = Commit(get);
  EXPECT_EQ(receipt.revision, 0u);
  EXPECT_EQ(receipt.read_revision, before);
  EXPECT_GT(Put("a", "y").revision, before + 1);
}

TEST_P(RequestLaws, ARepeatFromTheCallbackIsAnswered) {
  bool answered = false;
  Store* const steady = steady_store();
  steady->Commit(PutOnce("1", "a", "x"),
                 [&, steady](const absl::StatusOr<Receipt>& first) {
                   ASSERT_TRUE(first.ok());
                   steady->Commit(PutOnce("1", "a", "x"),
                                  [&](const absl::StatusOr<Receipt>& again) {
                                    ASSERT_TRUE(again.ok());
                                    EXPECT_TRUE(again->replayed);
                                    answered = true;
                                  });
                 });
  // Behind both.
  EXPECT_TRUE(BlockingStore(steady).Sync(Durability::kDisk).ok());
  EXPECT_TRUE(BlockingStore(steady).Sync(Durability::kDisk).ok());
  EXPECT_TRUE(answered);
}

}  // namespace
}  // namespace rundlet

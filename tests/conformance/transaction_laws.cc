// Goal: a transaction is one step, its operations run in order and see the
// earlier ones, and the receipt says what each found.
// Method: transactions of several operations, also on one key.

#include "gtest/gtest.h"
#include "tests/conformance/store_laws.h"

namespace rundlet {
namespace {

Transaction Of(std::vector<Operation> operations) {
  Transaction transaction;
  transaction.operations = std::move(operations);
  return transaction;
}

TEST_P(TransactionLaws, AllOperationsShareOneRevision) {
  Put("c", "old");
  const Receipt receipt =
      Commit(Of({PutOperation{"a", Value::Text("1")},
                 PutOperation{"b", Value::Text("2")}, DeleteOperation{"c"}}));
  EXPECT_EQ(Existing("a").revision, receipt.revision);
  EXPECT_EQ(Existing("b").revision, receipt.revision);
  EXPECT_EQ(Existing("a").modified, Existing("b").modified);
  EXPECT_FALSE(Get("c").has_value());
}

TEST_P(TransactionLaws, OperationsSeeTheEarlierOnes) {
  Put("k", "0");
  const Receipt receipt =
      Commit(Of({GetOperation{"k"}, PutOperation{"k", Value::Text("1")},
                 GetOperation{"k"}, DeleteOperation{"k"}, GetOperation{"k"},
                 DeleteOperation{"k"}, PutOperation{"k", Value::Text("2")},
                 GetOperation{"k"}}));
  ASSERT_EQ(receipt.results.size(), 8u);
  EXPECT_EQ(receipt.results[0].entry->value.bytes, "0");
  EXPECT_TRUE(receipt.results[1].existed);
  EXPECT_EQ(receipt.results[2].entry->value.bytes, "1");
  EXPECT_EQ(receipt.results[2].entry->revision, receipt.revision);
  EXPECT_TRUE(receipt.results[3].existed);
  EXPECT_FALSE(receipt.results[4].existed);
  EXPECT_FALSE(receipt.results[4].entry.has_value());
  EXPECT_FALSE(receipt.results[5].existed);
  EXPECT_FALSE(receipt.results[6].existed);
  EXPECT_EQ(receipt.results[7].entry->value.bytes, "2");
  // The delete ended the first life of the key.
  const Entry entry = Existing("k");
  EXPECT_EQ(entry.value.bytes, "2");
  EXPECT_EQ(entry.create_revision, receipt.revision);
  EXPECT_EQ(entry.version, 1u);
}

TEST_P(TransactionLaws, TheLastWriteToAKeyStands) {
  const Receipt receipt = Commit(Of({PutOperation{"k", Value::Text("1")},
                                     PutOperation{"j", Value::Text("2")},
                                     PutOperation{"k", Value::Text("3")}}));
  const Entry entry = Existing("k");
  EXPECT_EQ(entry.value.bytes, "3");
  EXPECT_EQ(entry.revision, receipt.revision);
  EXPECT_EQ(entry.create_revision, receipt.revision);
}

TEST_P(TransactionLaws, PutAndDeleteLeaveNothing) {
  Commit(Of({PutOperation{"k", Value::Text("1")}, DeleteOperation{"k"}}));
  EXPECT_FALSE(Get("k").has_value());
  Put("k", "2");
  EXPECT_EQ(Existing("k").version, 1u);
}

TEST_P(TransactionLaws, ReturnsWhatWasThereBefore) {
  Put("a", "old");
  const Entry before = Existing("a");
  Transaction transaction =
      Of({PutOperation{"a", Value::Text("new")}, DeleteOperation{"a"},
          DeleteOperation{"b"}, SetExpiryOperation{"a", Expiry::Never()}});
  transaction.return_previous = true;
  const Receipt receipt = Commit(transaction);
  ASSERT_EQ(receipt.results.size(), 4u);
  ASSERT_TRUE(receipt.results[0].entry.has_value());
  EXPECT_EQ(receipt.results[0].entry->value.bytes, "old");
  EXPECT_EQ(receipt.results[0].entry->revision, before.revision);
  EXPECT_EQ(receipt.results[0].entry->created, before.created);
  ASSERT_TRUE(receipt.results[1].entry.has_value());
  EXPECT_EQ(receipt.results[1].entry->value.bytes, "new");
  EXPECT_FALSE(receipt.results[2].entry.has_value());
  EXPECT_FALSE(receipt.results[3].entry.has_value());
}

TEST_P(TransactionLaws, WithoutTheWishNothingIsReturned) {
  Put("a", "old");
  const Receipt receipt = Commit(Of({PutOperation{"a", Value::Text("new")}}));
  ASSERT_EQ(receipt.results.size(), 1u);
  EXPECT_TRUE(receipt.results[0].existed);
  EXPECT_FALSE(receipt.results[0].entry.has_value());
}

TEST_P(TransactionLaws, ReadsAloneTakeNoRevision) {
  const Receipt put = Put("a", "1");
  const Receipt receipt = Commit(Of({GetOperation{"a"}, GetOperation{"b"}}));
  EXPECT_EQ(receipt.revision, 0u);
  EXPECT_GE(receipt.read_revision, put.revision);
  ASSERT_EQ(receipt.results.size(), 2u);
  EXPECT_EQ(receipt.results[0].entry->value.bytes, "1");
  EXPECT_FALSE(receipt.results[1].existed);
}

TEST_P(TransactionLaws, AnEmptyOneIsDoneAndChangesNothing) {
  const Receipt receipt = Commit(Transaction());
  EXPECT_EQ(receipt.branch, Receipt::Branch::kOperations);
  EXPECT_EQ(receipt.revision, 0u);
  EXPECT_TRUE(receipt.results.empty());
}

TEST_P(TransactionLaws, ReachesTheDurabilityAskedFor) {
  for (Durability durability : {Durability::kDefault, Durability::kMemory,
                                Durability::kOs, Durability::kDisk}) {
    Transaction transaction = Of({PutOperation{"k", Value::Text("1")}});
    transaction.durability = durability;
    EXPECT_GE(Commit(transaction).durability, durability);
    EXPECT_EQ(Existing("k").value.bytes, "1");
  }
}

TEST_P(TransactionLaws, OneThatIsRefusedChangesNothing) {
  Put("a", "old");
  const auto receipt =
      store().Commit(Of({PutOperation{"a", Value::Text("new")},
                         PutOperation{"", Value::Text("no key")}}));
  EXPECT_EQ(receipt.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Existing("a").value.bytes, "old");
}

TEST_P(TransactionLaws, AThousandOperationsAreOneStep) {
  Transaction transaction;
  for (int i = 0; i < 1000; ++i) {
    transaction.operations.push_back(
        PutOperation{"k" + std::to_string(i), Value::Text("v")});
  }
  const Receipt receipt = Commit(transaction);
  EXPECT_EQ(receipt.results.size(), 1000u);
  ScanRequest request;
  request.projection = ScanRequest::Projection::kCount;
  EXPECT_EQ(Scan(request).count, 1000u);
  EXPECT_EQ(Existing("k999").revision, receipt.revision);
}

}  // namespace
}  // namespace rundlet

// Goal: a store takes what its limits allow and refuses the next byte, with an
// error that names the limit and the value.
// Method: every limit, at it and one above it.

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/conformance/store_laws.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;

// An error of bad input that names both numbers.
void ExpectRefused(const absl::Status& status, uint64_t limit, uint64_t value) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_THAT(status.message(), HasSubstr(std::to_string(limit)));
  EXPECT_THAT(status.message(), HasSubstr(std::to_string(value)));
}

Transaction Puts(int count) {
  Transaction transaction;
  for (int i = 0; i < count; ++i) {
    transaction.operations.push_back(
        PutOperation{"k" + std::to_string(i), Value::Text("v")});
  }
  return transaction;
}

TEST_P(LimitLaws, KeyBytes) {
  const std::string longest(4096, 'k');
  Put(longest, "1");
  EXPECT_EQ(Existing(longest).value.bytes, "1");
  EXPECT_TRUE(Holds(Condition::Exists(longest)));
  EXPECT_TRUE(Delete(longest).results[0].existed);

  const std::string longer(4097, 'k');
  ExpectRefused(store().Put(longer, Value::Text("")).status(), 4096, 4097);
  ExpectRefused(store().Delete(longer).status(), 4096, 4097);
  ExpectRefused(store().SetExpiry(longer, Expiry::Never()).status(), 4096,
                4097);
  ExpectRefused(store().Get(longer).status(), 4096, 4097);
  Transaction transaction;
  transaction.conditions.push_back(Condition::Exists(longer));
  ExpectRefused(store().Commit(transaction).status(), 4096, 4097);
}

TEST_P(LimitLaws, AKeyHasAtLeastOneByte) {
  EXPECT_EQ(store().Put("", Value::Text("")).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store().Get("").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store().Delete("").status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_P(LimitLaws, ValueBytes) {
  Limits limits;
  limits.value_bytes_max = 1000;
  Open(limits);
  Put("k", std::string(1000, 'v'));
  EXPECT_EQ(Existing("k").value.bytes.size(), 1000u);
  ExpectRefused(store().Put("k", Value::Text(std::string(1001, 'w'))).status(),
                1000, 1001);
  EXPECT_EQ(Existing("k").version, 1u);
}

TEST_P(LimitLaws, TransactionOperations) {
  Limits limits;
  limits.transaction_operations_max = 5;
  Open(limits);
  EXPECT_TRUE(store().Commit(Puts(5)).ok());
  ExpectRefused(store().Commit(Puts(6)).status(), 5, 6);
  Transaction mixed = Puts(3);
  mixed.conditions.push_back(Condition::Missing("x"));
  mixed.has_otherwise = true;
  mixed.otherwise.push_back(GetOperation{"k0"});
  EXPECT_TRUE(store().Commit(mixed).ok());
  mixed.otherwise.push_back(GetOperation{"k0"});
  ExpectRefused(store().Commit(mixed).status(), 5, 6);
}

TEST_P(LimitLaws, TransactionBytes) {
  Limits limits;
  limits.transaction_bytes_max = 1000;
  Open(limits);
  Transaction transaction;
  transaction.operations.push_back(
      PutOperation{"a", Value::Text(std::string(499, 'v'))});
  transaction.conditions.push_back(
      Condition::ValueIs("b", Value::Text(std::string(200, 'v'))));
  transaction.has_otherwise = true;
  transaction.otherwise.push_back(
      PutOperation{"c", Value::Text(std::string(298, 'v'))});
  EXPECT_TRUE(store().Commit(transaction).ok());  // 500 + 201 + 299
  transaction.otherwise.push_back(DeleteOperation{"d"});
  ExpectRefused(store().Commit(transaction).status(), 1000, 1001);
}

TEST_P(LimitLaws, ReceiptBytes) {
  Limits limits;
  limits.receipt_bytes_max = 1000;
  Open(limits);
  Put("a", std::string(499, 'v'));
  Put("b", std::string(499, 'v'));
  Put("c", "");
  Transaction transaction;
  transaction.operations = {GetOperation{"a"}, GetOperation{"b"}};
  EXPECT_TRUE(store().Commit(transaction).ok());
  transaction.operations.push_back(PutOperation{"x", Value::Text("new")});
  transaction.operations.push_back(GetOperation{"c"});
  ExpectRefused(store().Commit(transaction).status(), 1000, 1001);
  EXPECT_FALSE(Get("x").has_value());
}

TEST_P(LimitLaws, ReadKeysAndBytes) {
  Limits limits;
  limits.read_keys_max = 3;
  limits.read_bytes_max = 1000;
  Open(limits);
  Put("a", std::string(499, 'v'));
  Put("b", std::string(499, 'v'));
  Put("c", "");
  ReadRequest request;
  request.keys = {"a", "b", "x"};
  EXPECT_TRUE(store().Read(request).ok());
  request.keys = {"a", "b", "c"};
  ExpectRefused(store().Read(request).status(), 1000, 1001);
  request.keys = {"x", "x", "x", "x"};
  ExpectRefused(store().Read(request).status(), 3, 4);
}

}  // namespace
}  // namespace rundlet

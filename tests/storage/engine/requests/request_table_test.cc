// Goal: the table admits a request once, lets repeats wait or answers them,
// forgets an outcome only when its window is over, and refuses new names rather
// than that.
// Method: a table with a clock that the test sets; requests begun, remembered
// and ended as a store does it.

#include "storage/engine/requests/request_table.h"

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/engine/requests/receipt_codec.h"
#include "storage/value_digest.h"
#include "tests/support/fake_clock.h"

namespace rundlet {
namespace {

class RequestTableTest : public ::testing::Test {
 protected:
  absl::StatusOr<bool> Begin(const std::string& id, uint32_t crc = 1) {
    replay_.reset();
    RequestTable::Callback done = [this](absl::StatusOr<Receipt>) { ++told_; };
    return table_.Begin({"me", id}, crc, &done, &replay_);
  }

  std::string ExtraOf(const std::string& id, Revision revision) {
    Receipt receipt;
    receipt.revision = revision;
    receipt.durability = Durability::kOs;
    return table_.ExtraFor({"me", id}, receipt);
  }

  // Begins, commits and ends.
  void Commit(const std::string& id, Revision revision) {
    ASSERT_TRUE(*Begin(id));
    ASSERT_TRUE(
        table_.Remember({ExtraOf(id, revision), revision, time_.now_us()})
            .ok());
    EXPECT_TRUE(table_.End({"me", id}).empty());
  }

  FakeClock clock_;
  EngineTime time_{&clock_, 0};
  RequestTable table_{{/*requests_max=*/3, absl::Seconds(10), &time_}};
  std::optional<Receipt> replay_;
  int told_ = 0;
};

TEST_F(RequestTableTest, ARepeatGetsTheOutcome) {
  Commit("a", 7);
  EXPECT_FALSE(*Begin("a"));
  ASSERT_TRUE(replay_.has_value());
  EXPECT_EQ(replay_->revision, 7u);
  EXPECT_EQ(replay_->durability, Durability::kOs);
  EXPECT_TRUE(replay_->replayed);
  EXPECT_TRUE(absl::IsInvalidArgument(Begin("a", 2).status()));
  EXPECT_EQ(table_.count(), 1u);
}

TEST_F(RequestTableTest, ARepeatInFlightJoinsTheFirst) {
  ASSERT_TRUE(*Begin("a"));
  EXPECT_FALSE(*Begin("a"));
  EXPECT_FALSE(*Begin("a"));
  EXPECT_FALSE(replay_.has_value());
  EXPECT_TRUE(absl::IsInvalidArgument(Begin("a", 2).status()));
  EXPECT_TRUE(table_.Remember({ExtraOf("a", 7), 7, time_.now_us()}).ok());
  std::vector<RequestTable::Callback> waiting = table_.End({"me", "a"});
  ASSERT_EQ(waiting.size(), 2u);
  for (RequestTable::Callback& waits : waiting) waits(Receipt());
  EXPECT_EQ(told_, 2);
}

TEST_F(RequestTableTest, ARequestIsNotForgottenBeforeItsCallbackHasRun) {
  ASSERT_TRUE(*Begin("a"));
  EXPECT_FALSE(*Begin("a"));
  EXPECT_TRUE(table_.Remember({ExtraOf("a", 7), 7, time_.now_us()}).ok());
  clock_.Advance(absl::Seconds(11));
  EXPECT_TRUE(*Begin("b"));
  EXPECT_EQ(table_.count(), 2u);
  EXPECT_EQ(table_.End({"me", "a"}).size(), 1u);
  EXPECT_TRUE(*Begin("c"));
  EXPECT_TRUE(*Begin("a"));
}

TEST_F(RequestTableTest, WhatDidNotCommitIsFree) {
  ASSERT_TRUE(*Begin("a"));
  EXPECT_TRUE(table_.End({"me", "a"}).empty());
  EXPECT_EQ(table_.count(), 0u);
  EXPECT_TRUE(*Begin("a", 2));
}

TEST_F(RequestTableTest, AFullTableRefusesAndForgetsNothingEarly) {
  Commit("a", 1);
  clock_.Advance(absl::Seconds(5));
  Commit("b", 2);
  ASSERT_TRUE(*Begin("c"));  // under way
  const absl::Status full = Begin("d").status();
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(full.message(),
            "requests that are remembered are 3, requests_max is 3; each is "
            "kept for 10s");
  clock_.Advance(absl::Seconds(5));
  EXPECT_FALSE(Begin("d").ok());
  EXPECT_FALSE(*Begin("a"));
  clock_.Advance(absl::Microseconds(1));
  EXPECT_TRUE(*Begin("d"));
  EXPECT_FALSE(*Begin("b"));
}

TEST_F(RequestTableTest, ACompactionKeepsWhatIsInTheWindow) {
  Commit("a", 1);
  clock_.Advance(absl::Seconds(6));
  Commit("b", 5);
  Commit("c", 9);
  EXPECT_EQ(table_.Until(0).size(), 0u);
  EXPECT_EQ(table_.Until(5).size(), 2u);
  EXPECT_EQ(table_.Until(9).size(), 3u);
  clock_.Advance(absl::Seconds(6));
  const std::vector<CommittedRequest> kept = table_.Until(9);
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0].revision, 5u);
  // What is kept is what a table at open is given, twice if two segments have
  // it; what is too old is not taken.
  RequestTable reopened({3, absl::Seconds(10), &time_});
  for (const CommittedRequest& request : kept) {
    EXPECT_TRUE(reopened.Remember(request).ok());
    EXPECT_TRUE(reopened.Remember(request).ok());
  }
  EXPECT_TRUE(
      reopened.Remember({kept[0].extra, 1, time_.now_us() - 10'000'001}).ok());
  EXPECT_EQ(reopened.count(), 2u);
  EXPECT_EQ(reopened.bytes(), table_.bytes() / 3 * 2);
}

TEST_F(RequestTableTest, NonsenseInARecordIsDataLoss) {
  EXPECT_TRUE(absl::IsDataLoss(table_.Remember({"short", 1, 0})));
}

TEST(ReceiptCodecTest, AReceiptComesBackWithoutItsEntries) {
  Receipt receipt;
  receipt.branch = Receipt::Branch::kOtherwise;
  receipt.revision = 5;
  receipt.read_revision = 4;
  receipt.durability = Durability::kDisk;
  receipt.failed_condition = FailedCondition{3, true, 2, 9, 0xabcdef01};
  receipt.results.resize(11);
  receipt.results[0].existed = receipt.results[9].existed = true;
  receipt.results[0].entry = Entry();
  const std::string bytes = EncodeReceipt(receipt);
  const absl::StatusOr<Receipt> decoded = DecodeReceipt(bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(EncodeReceipt(*decoded), bytes);
  EXPECT_EQ(decoded->failed_condition->value_crc32, 0xabcdef01);
  ASSERT_EQ(decoded->results.size(), 11u);
  for (size_t i = 0; i < 11; ++i) {
    EXPECT_EQ(decoded->results[i].existed, i == 0 || i == 9);
    EXPECT_FALSE(decoded->results[i].entry.has_value());
  }
  for (size_t bytes_left = 0; bytes_left < bytes.size(); ++bytes_left) {
    EXPECT_FALSE(DecodeReceipt(bytes.substr(0, bytes_left)).ok());
  }
  EXPECT_FALSE(DecodeReceipt(bytes + "x").ok());
}

TEST(ReceiptCodecTest, NumbersGoThereAndBack) {
  Receipt receipt;
  receipt.results.resize(10);
  receipt.results[1].number = -5;
  receipt.results[9].number = std::numeric_limits<int64_t>::max();
  receipt.results[9].existed = true;
  const std::string bytes = EncodeReceipt(receipt);
  const absl::StatusOr<Receipt> decoded = DecodeReceipt(bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  for (size_t i = 0; i < receipt.results.size(); ++i) {
    EXPECT_EQ(decoded->results[i].number, receipt.results[i].number) << i;
    EXPECT_EQ(decoded->results[i].existed, i == 9);
  }
  for (size_t bytes_left = 0; bytes_left < bytes.size(); ++bytes_left) {
    EXPECT_FALSE(DecodeReceipt(bytes.substr(0, bytes_left)).ok());
  }
  EXPECT_FALSE(DecodeReceipt(bytes + "x").ok());
}

TEST(ReceiptCodecTest, EachPartOfATransactionIsInItsChecksum) {
  std::vector<Transaction> all(21);
  all[1].operations = {PutOperation{"a", Value::Text("v")}};
  all[2].operations = {PutOperation{"a", Value::Data("v")}};
  all[3].operations = {PutOperation{"av", Value::Text("")}};
  all[4].operations = {
      PutOperation{"a", Value::Text("v"), Expiry::After(absl::Seconds(1))}};
  all[5].operations = {DeleteOperation{"a"}};
  all[6].otherwise = {DeleteOperation{"a"}};
  all[7].has_otherwise = true;
  all[8].return_previous = true;
  all[9].conditions = {Condition::Missing("a")};
  all[10].operations = {AddOperation{"a", 1}};
  all[11].operations = {AddOperation{"a", 2}};
  all[12].operations = {AddOperation{"a", 1, 1}};
  all[13].operations = {
      AddOperation{"a", 1, 0, Expiry::After(absl::Seconds(1))}};
  all[14].operations = {DeleteRangeOperation{{"a", "b"}}};
  all[15].operations = {DeleteRangeOperation{{"ab", ""}}};
  all[16].operations = {DeleteRangeOperation{{"a", "b"}, 1}};
  all[17].operations = {
      PutOperation{"a", Value::Text("v"), Expiry::After(absl::Seconds(1), 5)}};
  all[18].operations = {SetExpiryOperation{"a", Expiry::Never()}};
  all[19].operations = {
      SetExpiryOperation{"a", Expiry::Never(), ExpiryTest::kSooner}};
  all[20].conditions = {Condition::DigestIs("a", ValueDigest(Value::Text("")))};
  for (size_t i = 0; i < all.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      EXPECT_NE(PayloadCrc32(all[i]), PayloadCrc32(all[j])) << i << " " << j;
    }
  }
  Transaction same = all[1];
  same.durability = Durability::kOs;
  same.more = true;
  same.request = RequestId{"me", "1"};
  EXPECT_EQ(PayloadCrc32(same), PayloadCrc32(all[1]));
}

}  // namespace
}  // namespace rundlet

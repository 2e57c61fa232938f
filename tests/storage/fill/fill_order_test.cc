// Goal: a fill whose key was written, by anybody in any way, since its lease
// was given is refused and writes nothing; whoever waits gets what was written.
// Method: each kind of write before the fill; and, for both orders of a fill
// and a write that are under way together, a write in the very moment between a
// fill's way into the store and its place in the order of writes, and behind
// it.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "storage/refusal.h"
#include "tests/storage/fill/fill_fixture.h"
#include "tests/support/vector_source.h"

namespace rundlet {
namespace {

class FillOrderTest : public FillFixture {
 protected:
  static Transaction Of(std::vector<Operation> operations) {
    Transaction transaction;
    transaction.operations = std::move(operations);
    return transaction;
  }

  void ExpectLost(FillToken token) {
    const auto entries = model_.Entries();
    const auto refused = Fill(PutOf("k", "stale"), token);
    EXPECT_EQ(RefusalOf(refused.status()), Refusal::kFillLost)
        << refused.status();
    EXPECT_EQ(model_.Entries().size(), entries.size());
    EXPECT_FALSE(Ask("k")->value() == "stale");
  }
};

TEST_F(FillOrderTest, LosesTheLeaseToEveryKindOfWrite) {
  DeleteRangeOperation range;
  range.range.start = "j";
  range.range.end = "l";
  Transaction in_otherwise = Of({});
  in_otherwise.conditions.push_back(Condition::Exists("none"));
  in_otherwise.has_otherwise = true;
  in_otherwise.otherwise.push_back(DeleteOperation{"k"});
  Transaction unmet = PutOf("k", "w");
  unmet.conditions.push_back(Condition::Exists("none"));
  const std::vector<std::pair<std::string, Transaction>> writes = {
      {"put", PutOf("k", "w")},
      {"delete of an absent key", DeleteOf("k")},
      {"add", Of({AddOperation{"k", 1}})},
      {"expiry", Of({SetExpiryOperation{"k"}})},
      {"range", Of({range})},
      {"put and delete",
       Of({PutOperation{"k", Value::Text("w")}, DeleteOperation{"k"}})},
      {"among others",
       Of({PutOperation{"a", Value::Text("w")}, DeleteOperation{"k"}})},
      {"otherwise", in_otherwise},
      {"unmet condition", unmet},
  };
  for (const auto& [name, write] : writes) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(Commit(DeleteOf("k")).ok());
    const AskedPtr holder = Ask("k");
    ASSERT_TRUE(holder->has_lease());
    ASSERT_TRUE(Commit(write).ok());
    ExpectLost(holder->token());
  }
}

TEST_F(FillOrderTest, KeepsTheLeaseWhenOtherKeysAreWritten) {
  DeleteRangeOperation range;
  range.range.start = "l";
  const AskedPtr holder = Ask("k");
  for (const Transaction& other : {PutOf("kk", "w"), DeleteOf("j"), Of({range}),
                                   Of({GetOperation{"k"}})}) {
    ASSERT_TRUE(Commit(other).ok());
  }
  EXPECT_TRUE(Fill(PutOf("k", "v"), holder->token()).ok());
}

TEST_F(FillOrderTest, LosesTheLeaseToAnIngest) {
  const AskedPtr holder = Ask("k");
  const AskedPtr waiting = Ask("k");
  Entry entry;
  entry.key = "k";
  entry.value = Value::Text("ingested");
  VectorSource source("label", {entry});
  ASSERT_TRUE(fills_->Ingest(source).ok());
  EXPECT_EQ(waiting->value(), "ingested");
  ExpectLost(holder->token());
}

TEST_F(FillOrderTest, GivesWhoWaitsWhatWasWritten) {
  const AskedPtr holder = Ask("k");
  const AskedPtr waiting = Ask("k");
  ASSERT_TRUE(Commit(PutOf("k", "w")).ok());
  EXPECT_EQ(waiting->value(), "w");
}

TEST_F(FillOrderTest, GivesTheLeaseToWhoWaitsAfterADelete) {
  const AskedPtr holder = Ask("k");
  const AskedPtr second = Ask("k");
  const AskedPtr third = Ask("k");
  ASSERT_TRUE(Commit(DeleteOf("k")).ok());
  ASSERT_TRUE(second->has_lease());
  EXPECT_TRUE(third->waits());
  ExpectLost(holder->token());
  ASSERT_TRUE(Fill(PutOf("k", "fresh"), second->token()).ok());
  EXPECT_EQ(third->value(), "fresh");
}

// The delete changes nothing and takes no revision: no condition could tell.
TEST_F(FillOrderTest, RefusesAFillThatADeleteOvertakes) {
  const AskedPtr holder = Ask("k");
  model_.before_commit_ = [this] { ASSERT_TRUE(Commit(DeleteOf("k")).ok()); };
  ExpectLost(holder->token());
}

TEST_F(FillOrderTest, RefusesAFillThatAPutAndADeleteOvertake) {
  const AskedPtr holder = Ask("k");
  model_.before_commit_ = [this] {
    ASSERT_TRUE(Commit(PutOf("k", "w")).ok());
    ASSERT_TRUE(Commit(DeleteOf("k")).ok());
  };
  ExpectLost(holder->token());
}

TEST_F(FillOrderTest, DeletesWhatWasFilledBeforeIt) {
  const AskedPtr holder = Ask("k");
  absl::StatusOr<Receipt> filled = absl::InternalError("not yet");
  model_.before_commit_ = [&] {
    filled = Fill(PutOf("k", "v"), holder->token());
  };
  // It has begun, and taken the lease, before the fill has its place.
  ASSERT_TRUE(Commit(DeleteOf("k")).ok());
  EXPECT_EQ(RefusalOf(filled.status()), Refusal::kFillLost);
  const AskedPtr next = Ask("k");
  ASSERT_TRUE(Fill(PutOf("k", "v"), next->token()).ok());
  ASSERT_TRUE(Commit(DeleteOf("k")).ok());
  EXPECT_TRUE(model_.Entries().empty());
}

// The lease was given while a write was on its way that takes its place later.
TEST_F(FillOrderTest, NeverReplacesAValue) {
  AskedPtr holder;
  model_.before_commit_ = [&] { holder = Ask("k"); };
  ASSERT_TRUE(Commit(PutOf("k", "w")).ok());
  ASSERT_TRUE(holder->has_lease());
  const auto refused = Fill(PutOf("k", "stale"), holder->token());
  EXPECT_EQ(RefusalOf(refused.status()), Refusal::kFillLost);
  EXPECT_EQ(Ask("k")->value(), "w");
}

// A read that missed may be behind the fill: its reader must not fill again.
TEST_F(FillOrderTest, LooksAgainBeforeItGivesALease) {
  const AskedPtr holder = Ask("k");
  int reads = 0;
  std::function<void()> fill_behind_the_miss = [&] {
    if (++reads == 1) {
      model_.before_read_ = fill_behind_the_miss;
      return;
    }
    ASSERT_TRUE(Commit(PutOf("late", "v")).ok());
  };
  model_.before_read_ = fill_behind_the_miss;
  const AskedPtr late = Ask("late");
  EXPECT_FALSE(late->has_lease());
  EXPECT_EQ(late->value(), "v");
}

TEST_F(FillOrderTest, AnswersARepeatOfAFillThatHappened) {
  const AskedPtr holder = Ask("k");
  Transaction put = PutOf("k", "v");
  put.request = RequestId{"", "once"};
  const auto first = Fill(put, holder->token());
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(Commit(DeleteOf("k")).ok());
  const auto repeat = Fill(put, holder->token());
  ASSERT_TRUE(repeat.ok()) << repeat.status();
  EXPECT_TRUE(repeat->replayed);
  EXPECT_EQ(repeat->revision, first->revision);
}

}  // namespace
}  // namespace rundlet

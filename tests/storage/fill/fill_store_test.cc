// Goal: of many who miss a key one fills it; the others get its value, or the
// lease after it, oldest first, or learn that their wait is over; and nothing
// is kept for those who have gone. Method: a model store, and a clock that the
// test moves; all callbacks run before the calls return.

#include "storage/fill/fill_store.h"

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "storage/refusal.h"
#include "tests/storage/fill/fill_fixture.h"

namespace rundlet {
namespace {

class FillStoreTest : public FillFixture {};

TEST_F(FillStoreTest, GivesWhatIsThere) {
  ASSERT_TRUE(Commit(PutOf("k", "v")).ok());
  const AskedPtr asked = Ask("k");
  EXPECT_EQ(asked->value(), "v");
  EXPECT_FALSE(asked->has_lease());
}

TEST_F(FillStoreTest, LetsOneFillAndWakesTheOthersWithItsValue) {
  const AskedPtr first = Ask("k");
  ASSERT_TRUE(first->has_lease());
  EXPECT_EQ((*first->answer)->lease->end, clock_.Now() + absl::Seconds(10));
  std::vector<AskedPtr> others;
  for (int i = 0; i < 8; ++i) others.push_back(Ask("k"));
  for (const AskedPtr& other : others) EXPECT_TRUE(other->waits());
  const auto filled = Fill(PutOf("k", "v"), first->token());
  ASSERT_TRUE(filled.ok()) << filled.status();
  for (const AskedPtr& other : others) EXPECT_EQ(other->value(), "v");
}

TEST_F(FillStoreTest, TakesATokenOnce) {
  const AskedPtr asked = Ask("k");
  ASSERT_TRUE(Fill(PutOf("k", "v"), asked->token()).ok());
  ASSERT_TRUE(Commit(DeleteOf("k")).ok());
  const auto again = Fill(PutOf("k", "w"), asked->token());
  EXPECT_EQ(RefusalOf(again.status()), Refusal::kFillLost) << again.status();
  EXPECT_TRUE(absl::IsAborted(again.status()));
}

TEST_F(FillStoreTest, TakesNoTokenOfAnotherKeyOrLife) {
  const AskedPtr asked = Ask("k");
  const FillToken token = asked->token();
  for (const auto& [key, other] :
       std::vector<std::pair<std::string, FillToken>>{
           {"other", token},
           {"k", FillToken{token.life + 1, token.number}},
           {"k", FillToken{token.life, token.number + 1}}}) {
    const auto refused = Fill(PutOf(key, "v"), other);
    EXPECT_EQ(RefusalOf(refused.status()), Refusal::kFillLost);
  }
  EXPECT_TRUE(model_.Entries().empty());
  EXPECT_TRUE(Fill(PutOf("k", "v"), token).ok());
}

TEST_F(FillStoreTest, EndsALeaseWithItsTime) {
  const AskedPtr holder = Ask("k", absl::ZeroDuration(), absl::Seconds(2));
  const AskedPtr second = Ask("k");
  const AskedPtr third = Ask("k");
  Advance(absl::Seconds(2) - absl::Nanoseconds(1));
  EXPECT_TRUE(second->waits());
  Advance(absl::Nanoseconds(1));
  EXPECT_TRUE(second->has_lease());
  EXPECT_TRUE(third->waits());
  EXPECT_EQ(RefusalOf(Fill(PutOf("k", "old"), holder->token()).status()),
            Refusal::kFillLost);
  EXPECT_TRUE(third->waits());
  ASSERT_TRUE(Fill(PutOf("k", "new"), second->token()).ok());
  EXPECT_EQ(third->value(), "new");
}

TEST_F(FillStoreTest, RefusesALateFillAlsoIfNobodyWaits) {
  const AskedPtr holder = Ask("k", absl::ZeroDuration(), absl::Seconds(2));
  clock_.Advance(absl::Seconds(2));  // and nobody has looked at what is due
  EXPECT_EQ(RefusalOf(Fill(PutOf("k", "v"), holder->token()).status()),
            Refusal::kFillLost);
  fills_->EndDue();
  EXPECT_TRUE(Ask("k")->has_lease());
}

TEST_F(FillStoreTest, EndsAWait) {
  const AskedPtr holder = Ask("k");
  const AskedPtr soon = Ask("k", absl::Seconds(1));
  const AskedPtr later = Ask("k", absl::Seconds(2));
  const AskedPtr at_once = Ask("k", absl::ZeroDuration());
  EXPECT_TRUE(at_once->in_vain());
  Advance(absl::Seconds(1));
  EXPECT_TRUE(soon->in_vain());
  EXPECT_FALSE((*soon->answer)->read.entries[0].has_value());
  EXPECT_TRUE(later->waits());
  ASSERT_TRUE(Fill(PutOf("k", "v"), holder->token()).ok());
  EXPECT_EQ(later->value(), "v");
}

TEST_F(FillStoreTest, PassesOverWhoHasGone) {
  const AskedPtr holder = Ask("k", absl::ZeroDuration(), absl::Seconds(1));
  const AskedPtr gone = Ask("k");
  const AskedPtr next = Ask("k");
  fills_->Cancel(gone->get);
  ASSERT_FALSE(gone->waits());
  EXPECT_TRUE(absl::IsCancelled(gone->answer->status()));
  Advance(absl::Seconds(1));
  EXPECT_TRUE(next->has_lease());
  fills_->Cancel(next->get);  // has its answer: nothing is cancelled
  EXPECT_TRUE(Fill(PutOf("k", "v"), next->token()).ok());
}

TEST_F(FillStoreTest, GivesNoLeaseToWhoLeavesWhileItIsProbed) {
  FillGetPtr* leaving = nullptr;
  const AskedPtr holder = Ask("k", absl::ZeroDuration(), absl::Seconds(1));
  const AskedPtr gone = Ask("k");
  const AskedPtr next = Ask("k");
  leaving = &gone->get;
  model_.before_read_ = [&] { fills_->Cancel(*leaving); };
  Advance(absl::Seconds(1));
  EXPECT_TRUE(absl::IsCancelled(gone->answer->status()));
  EXPECT_TRUE(next->has_lease());
}

TEST_F(FillStoreTest, PassesALeaseOnThatIsGivenBack) {
  const AskedPtr holder = Ask("k");
  const AskedPtr second = Ask("k");
  const AskedPtr third = Ask("k");
  const auto given_back = Fill(DeleteOf("k"), holder->token());
  ASSERT_TRUE(given_back.ok()) << given_back.status();
  EXPECT_EQ(given_back->revision, 0u);  // nothing was written
  EXPECT_TRUE(second->has_lease());
  EXPECT_TRUE(third->waits());
  EXPECT_EQ(RefusalOf(Fill(DeleteOf("k"), holder->token()).status()),
            Refusal::kFillLost);
  EXPECT_TRUE(Fill(PutOf("k", "v"), second->token()).ok());
}

TEST_F(FillStoreTest, KeepsTheLeaseOfAFillThatFailsOtherwise) {
  const AskedPtr holder = Ask("k");
  Transaction put = PutOf("k", "v");
  put.conditions.push_back(Condition::Exists("other"));
  const auto unmet = Fill(std::move(put), holder->token());
  ASSERT_TRUE(unmet.ok());
  EXPECT_EQ(unmet->branch, Receipt::Branch::kNone);
  const auto huge =
      Fill(PutOf("k", std::string(model_.limits().value_bytes_max + 1, 'x')),
           holder->token());
  EXPECT_TRUE(absl::IsInvalidArgument(huge.status())) << huge.status();
  EXPECT_TRUE(Fill(PutOf("k", "v"), holder->token()).ok());
}

TEST_F(FillStoreTest, CountsAnExpiredKeyAsAbsent) {
  Transaction put = PutOf("k", "old");
  std::get<PutOperation>(put.operations[0]).expiry =
      Expiry::After(absl::Seconds(1));
  ASSERT_TRUE(Commit(std::move(put)).ok());
  Advance(absl::Seconds(2));
  const AskedPtr asked = Ask("k");
  ASSERT_TRUE(asked->has_lease());
  ASSERT_TRUE(Fill(PutOf("k", "new"), asked->token()).ok());
  EXPECT_EQ(Ask("k")->value(), "new");
}

TEST_F(FillStoreTest, HasSoManyLeasesAndWaits) {
  for (const char* key : {"a", "b", "c", "d"}) {
    EXPECT_TRUE(Ask(key)->has_lease());
  }
  const AskedPtr fifth = Ask("e");
  EXPECT_EQ(RefusalOf(fifth->answer->status()), Refusal::kFillsFull);
  std::vector<AskedPtr> waiting;
  for (int i = 0; i < 8; ++i) waiting.push_back(Ask("a"));
  EXPECT_EQ(RefusalOf(Ask("b")->answer->status()), Refusal::kFillWaitsFull);
  EXPECT_TRUE(Ask("b", absl::ZeroDuration())->in_vain());
  fills_->Cancel(waiting[3]->get);
  EXPECT_TRUE(Ask("b")->waits());
}

TEST_F(FillStoreTest, RefusesWhatIsNoFill) {
  EXPECT_TRUE(
      absl::IsInvalidArgument(Ask("k", absl::Minutes(2))->answer->status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      Ask("k", absl::Seconds(1), absl::ZeroDuration())->answer->status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      Ask("k", absl::Seconds(1), absl::Hours(1))->answer->status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Ask("")->answer->status()));
  const AskedPtr holder = Ask("k");
  Transaction two = PutOf("k", "v");
  two.operations.push_back(PutOperation{"l", Value::Text("v")});
  EXPECT_TRUE(
      absl::IsInvalidArgument(Fill(std::move(two), holder->token()).status()));
}

TEST_F(FillStoreTest, LetsNobodyWaitOnceItStops) {
  const AskedPtr holder = Ask("k");
  const AskedPtr waiting = Ask("k");
  fills_->StopWaiting();
  EXPECT_TRUE(waiting->in_vain());
  EXPECT_TRUE(Ask("k")->in_vain());
  EXPECT_TRUE(Fill(PutOf("k", "v"), holder->token()).ok());
}

TEST_F(FillStoreTest, AnswersWhoWaitsWhenItGoes) {
  const AskedPtr holder = Ask("k");
  const AskedPtr waiting = Ask("k");
  fills_.reset();
  EXPECT_TRUE(waiting->in_vain());
}

}  // namespace
}  // namespace rundlet

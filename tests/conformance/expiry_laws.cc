// Goal: a key lives exactly until its time, by every rule, and never returns.
// Method: a clock that stands still until it is moved; both sides of the limit.

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/conformance/store_laws.h"

namespace rundlet {
namespace {

constexpr absl::Duration kMicro = absl::Microseconds(1);

TEST_P(ExpiryLaws, AKeyIsGoneAtItsTimeAndNotBefore) {
  Put("k", "1", Expiry::After(absl::Seconds(10)));
  const Entry entry = Existing("k");
  EXPECT_EQ(entry.expiry, entry.modified + absl::Seconds(10));
  PassTime(absl::Seconds(10) - kMicro);
  EXPECT_TRUE(Get("k").has_value());
  PassTime(kMicro);
  EXPECT_FALSE(Get("k").has_value());
}

TEST_P(ExpiryLaws, AnAbsoluteTimeIsKept) {
  Put("clock", "1");
  const absl::Time time = Existing("clock").modified + absl::Seconds(5);
  Put("k", "1", Expiry::At(time));
  EXPECT_EQ(Existing("k").expiry, time);
  PassTime(absl::Seconds(5));
  EXPECT_FALSE(Get("k").has_value());
}

TEST_P(ExpiryLaws, NothingExpiresEarly) {
  Put("k", "1", Expiry::After(absl::Seconds(1) + absl::Nanoseconds(1)));
  PassTime(absl::Seconds(1));
  EXPECT_TRUE(Get("k").has_value());
  PassTime(kMicro);
  EXPECT_FALSE(Get("k").has_value());
}

TEST_P(ExpiryLaws, ATimeThatIsNotInTheFutureExpiresAtOnce) {
  Put("clock", "1");
  const absl::Time now = Existing("clock").modified;
  for (const Expiry& expiry :
       {Expiry::After(absl::ZeroDuration()), Expiry::After(-absl::Hours(1)),
        Expiry::At(now), Expiry::At(absl::UnixEpoch()),
        Expiry::At(absl::UnixEpoch() - absl::Hours(1))}) {
    Put("k", "1");
    const Receipt receipt = Put("k", "2", expiry);
    EXPECT_GT(receipt.revision, 0u);
    EXPECT_FALSE(Get("k").has_value());
    Put("k", "3");
    EXPECT_EQ(Existing("k").version, 1u);
    SetExpiry("k", expiry);
    EXPECT_FALSE(Get("k").has_value());
  }
}

TEST_P(ExpiryLaws, OverwritingTakesTheExpiryAwayUnlessKept) {
  Put("k", "1", Expiry::After(absl::Seconds(10)));
  const absl::Time expiry = Existing("k").expiry;
  PassTime(absl::Seconds(1));
  Put("k", "2", Expiry::Keep());
  EXPECT_EQ(Existing("k").expiry, expiry);
  Put("k", "3");
  EXPECT_EQ(Existing("k").expiry, absl::InfiniteFuture());
  PassTime(absl::Hours(1));
  EXPECT_EQ(Existing("k").value.bytes, "3");
}

TEST_P(ExpiryLaws, KeepOfAMissingKeyIsNever) {
  Put("k", "1", Expiry::Keep());
  EXPECT_EQ(Existing("k").expiry, absl::InfiniteFuture());
  Put("j", "1", Expiry::After(absl::Seconds(1)));
  PassTime(absl::Seconds(1));
  Put("j", "2", Expiry::Keep());
  EXPECT_EQ(Existing("j").expiry, absl::InfiniteFuture());
}

TEST_P(ExpiryLaws, SetExpiryChangesTheTimeAlone) {
  const Receipt put = Put("k", "1");
  PassTime(absl::Seconds(1));
  const Receipt receipt = SetExpiry("k", Expiry::After(absl::Seconds(10)));
  EXPECT_GT(receipt.revision, put.revision);
  ASSERT_EQ(receipt.results.size(), 1u);
  EXPECT_TRUE(receipt.results[0].existed);
  const Entry entry = Existing("k");
  EXPECT_EQ(entry.value, Value::Text("1"));
  EXPECT_EQ(entry.revision, receipt.revision);
  EXPECT_EQ(entry.create_revision, put.revision);
  EXPECT_EQ(entry.version, 2u);
  EXPECT_EQ(entry.expiry, entry.modified + absl::Seconds(10));
  SetExpiry("k", Expiry::Never());
  EXPECT_EQ(Existing("k").expiry, absl::InfiniteFuture());
}

TEST_P(ExpiryLaws, SetExpiryOfAMissingKeyChangesNothing) {
  const Receipt receipt = SetExpiry("k", Expiry::After(absl::Seconds(10)));
  EXPECT_EQ(receipt.revision, 0u);
  ASSERT_EQ(receipt.results.size(), 1u);
  EXPECT_FALSE(receipt.results[0].existed);
  EXPECT_FALSE(Get("k").has_value());
}

TEST_P(ExpiryLaws, AnExpiredKeyIsMissingToEveryOperation) {
  for (const char* key : {"a", "b", "c", "d"}) {
    Put(key, "1", Expiry::After(absl::Seconds(1)));
  }
  PassTime(absl::Seconds(1));
  Transaction transaction;
  transaction.operations = {
      GetOperation{"a"}, DeleteOperation{"b"},
      SetExpiryOperation{"c", Expiry::After(absl::Hours(1))},
      PutOperation{"d", Value::Text("new")}};
  transaction.return_previous = true;
  const Receipt receipt = Commit(transaction);
  ASSERT_EQ(receipt.results.size(), 4u);
  for (const OperationResult& result : receipt.results) {
    EXPECT_FALSE(result.existed);
    EXPECT_FALSE(result.entry.has_value());
  }
  EXPECT_FALSE(Get("c").has_value());
  const Entry entry = Existing("d");
  EXPECT_EQ(entry.version, 1u);
  EXPECT_EQ(entry.create_revision, receipt.revision);
}

TEST_P(ExpiryLaws, AnExpiredKeyNeverReturns) {
  Put("k", "old");
  Put("k", "1", Expiry::After(absl::Seconds(1)));
  PassTime(absl::Seconds(1));
  EXPECT_FALSE(Get("k").has_value());
  for (int i = 0; i < 20; ++i) {
    Put("filler" + std::to_string(i), std::string(100, 'f'));
    PassTime(absl::Seconds(1));
    EXPECT_FALSE(Get("k").has_value());
  }
}

TEST_P(ExpiryLaws, ScansLeaveExpiredKeysOut) {
  Put("a", "1");
  Put("b", "2", Expiry::After(absl::Seconds(1)));
  Put("c", "3");
  EXPECT_EQ(Scan({}).entries.size(), 3u);
  PassTime(absl::Seconds(1));
  EXPECT_EQ(Texts(Scan({}).entries), (std::vector<std::string>{"a=1", "c=3"}));
  ScanRequest request;
  request.projection = ScanRequest::Projection::kCount;
  EXPECT_EQ(Scan(request).count, 2u);
}

TEST_P(ExpiryLaws, JitterTakesAPartOffAndNeverAdds) {
  std::set<absl::Duration> lives;
  for (int i = 0; i < 20; ++i) {
    const std::string key = absl::StrCat("k", i);
    Put(key, "1", Expiry::After(absl::Hours(1), /*jitter_percent=*/20));
    const Entry entry = Existing(key);
    lives.insert(entry.expiry - entry.modified);
  }
  EXPECT_GE(*lives.begin(), absl::Minutes(48));
  EXPECT_LE(*lives.rbegin(), absl::Hours(1));
}

TEST_P(ExpiryLaws, JitterIsAPercentage) {
  EXPECT_TRUE(
      store().Put("k", Value::Text("1"), Expiry::After(kMicro, 100)).ok());
  EXPECT_EQ(store()
                .Put("k", Value::Text("1"), Expiry::After(kMicro, 101))
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_P(ExpiryLaws, ATestOfThePresentExpiryDecides) {
  constexpr auto kAbsent = absl::ZeroDuration();
  constexpr auto kForEver = absl::InfiniteDuration();
  const auto expiry_of = [](absl::Duration ttl) {
    return ttl == absl::InfiniteDuration() ? Expiry::Never()
                                           : Expiry::After(ttl);
  };
  const absl::Duration present[] = {kAbsent, absl::Seconds(10), kForEver};
  const absl::Duration next[] = {absl::Seconds(5), absl::Seconds(10),
                                 absl::Seconds(20), kForEver};
  const ExpiryTest tests[] = {ExpiryTest::kSooner, ExpiryTest::kLater,
                              ExpiryTest::kNever, ExpiryTest::kExpires};
  for (const absl::Duration old : present) {
    for (const absl::Duration ttl : next) {
      for (const ExpiryTest test : tests) {
        Delete("k");
        if (old != kAbsent) Put("k", "1", expiry_of(old));
        const bool passes = old != kAbsent &&
                            ((test == ExpiryTest::kSooner && old < ttl) ||
                             (test == ExpiryTest::kLater && old > ttl) ||
                             (test == ExpiryTest::kNever && old == kForEver) ||
                             (test == ExpiryTest::kExpires && old != kForEver));
        Transaction set;
        set.operations.push_back(SetExpiryOperation{"k", expiry_of(ttl), test});
        const Receipt receipt = Commit(std::move(set));
        SCOPED_TRACE(absl::StrCat(absl::FormatDuration(old), " to ",
                                  absl::FormatDuration(ttl), " test ",
                                  static_cast<int>(test)));
        EXPECT_EQ(receipt.results[0].number, passes ? 1 : 0);
        EXPECT_EQ(receipt.revision != 0, passes);
        EXPECT_EQ(receipt.results[0].existed, old != kAbsent);
        if (old == kAbsent) continue;
        const Entry entry = Existing("k");
        EXPECT_EQ(entry.version, passes ? 2u : 1u);
        EXPECT_EQ(entry.expiry - entry.modified, passes ? ttl : old);
      }
    }
  }
}

TEST_P(ExpiryLaws, ATouchReadsWhatItTouches) {
  Put("k", "1", Expiry::After(absl::Seconds(1)));
  Transaction touch;
  touch.operations.push_back(
      SetExpiryOperation{"k", Expiry::After(absl::Seconds(9))});
  touch.return_previous = true;
  const Receipt receipt = Commit(std::move(touch));
  ASSERT_TRUE(receipt.results[0].entry.has_value());
  EXPECT_EQ(receipt.results[0].entry->value.bytes, "1");
  PassTime(absl::Seconds(8));
  EXPECT_TRUE(Get("k").has_value());
}

}  // namespace
}  // namespace rundlet

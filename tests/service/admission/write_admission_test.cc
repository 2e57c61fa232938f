// Goal: a write that waits can be taken back, one that has begun cannot; order,
// bounds, shares, and what is counted.
// Method: a store whose syncs the test holds through its file system; the clock
// is the test's. Nothing sleeps.

#include "service/admission/write_admission.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "service/admission/refused_write.h"
#include "storage/blocking_store.h"
#include "storage/open.h"
#include "tests/support/fake_clock.h"
#include "tests/support/gated_file_system.h"
#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

class WriteAdmissionTest : public testing::Test {
 protected:
  WriteAdmissionTest() {
    Options options;
    options.path = folder_.path();
    options.file_system = &files_;
    options.scrub_interval = absl::ZeroDuration();
    auto store = Open(std::move(options));
    EXPECT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    WriteAdmission::Settings settings;
    settings.clock = &clock_;
    settings.delay.writes_max = 256;
    admission_ = WriteAdmission::Create(store_.get(), settings);
  }
  ~WriteAdmissionTest() override {
    files_.LetGo();
    admission_->Close();
  }

  // What becomes of one write.
  struct Outcome {
    absl::Notification done;
    absl::StatusOr<Receipt> receipt = absl::InternalError("not called back");
  };
  using OutcomePtr = std::shared_ptr<Outcome>;

  OutcomePtr Put(const std::string& key, Caller caller = {},
                 Durability durability = Durability::kDefault) {
    Transaction transaction;
    transaction.operations.push_back(PutOperation{key, Value::Text("v")});
    transaction.durability = durability;
    auto outcome = std::make_shared<Outcome>();
    admission_->Commit(std::move(transaction), std::move(caller),
                       [outcome](absl::StatusOr<Receipt> receipt) {
                         outcome->receipt = std::move(receipt);
                         outcome->done.Notify();
                       });
    return outcome;
  }

  static absl::Status Await(const OutcomePtr& outcome) {
    outcome->done.WaitForNotification();
    return outcome->receipt.status();
  }

  // A write that has begun and whose sync is held.
  OutcomePtr HoldTheDisk(Caller caller = {}) {
    files_.Hold(Call::kSync, ".log");
    OutcomePtr first = Put("first", std::move(caller));
    files_.AwaitHeld(1);
    return first;
  }

  Caller From(uint64_t connection) {
    Caller caller;
    caller.connection = [connection] { return connection; };
    return caller;
  }
  Caller Until(absl::Time deadline) {
    Caller caller;
    caller.deadline = [deadline] { return deadline; };
    return caller;
  }

  bool Exists(const std::string& key) {
    const auto entry = BlockingStore(store_.get()).Get(key);
    EXPECT_TRUE(entry.ok()) << entry.status();
    return entry.ok() && entry->has_value();
  }

  const TempFolder folder_;
  GatedFileSystem files_{FileSystem::Posix()};
  FakeClock clock_;
  std::unique_ptr<Store> store_;
  std::shared_ptr<WriteAdmission> admission_;
};

TEST_F(WriteAdmissionTest, ADeadlineThatPassesBeforeTheWriteBeginsStopsIt) {
  const OutcomePtr first =
      HoldTheDisk(Until(clock_.Now() + absl::Milliseconds(5)));
  const OutcomePtr late = Put("late", Until(clock_.Now() + absl::Seconds(1)));
  const OutcomePtr kept = Put("kept", Until(clock_.Now() + absl::Minutes(1)));
  clock_.Advance(absl::Seconds(2));
  files_.LetGo();
  // It had begun: that its deadline has passed since changes nothing.
  EXPECT_TRUE(Await(first).ok());
  EXPECT_EQ(Await(late).code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(Await(kept).ok());
  EXPECT_TRUE(Exists("first"));
  EXPECT_FALSE(Exists("late"));
  EXPECT_TRUE(Exists("kept"));
  EXPECT_EQ(kept->receipt->revision, first->receipt->revision + 1);
  EXPECT_EQ(admission_->stats().expired_count, 1u);
}

TEST_F(WriteAdmissionTest, AWriteWhoseCallerLeavesBeforeItBeginsIsNotApplied) {
  std::atomic<bool> left{false};
  Caller caller;
  caller.has_left = [&left] { return left.load(); };
  Caller same;
  same.has_left = [&left] { return left.load(); };
  const OutcomePtr first = HoldTheDisk(std::move(same));
  const OutcomePtr gone = Put("gone", std::move(caller));
  left = true;
  files_.LetGo();
  EXPECT_TRUE(Await(first).ok());
  EXPECT_EQ(Await(gone).code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(Exists("first"));
  EXPECT_FALSE(Exists("gone"));
  EXPECT_EQ(admission_->stats().cancelled_count, 1u);
}

TEST_F(WriteAdmissionTest, WritesBeginInTheOrderInWhichTheyCame) {
  const OutcomePtr first = HoldTheDisk();
  std::vector<OutcomePtr> outcomes;
  for (int i = 0; i < 50; ++i) {
    // Behind one that waits, others wait too.
    outcomes.push_back(Put(absl::StrCat("key", i), {},
                           i % 2 == 0 ? Durability::kDisk : Durability::kOs));
  }
  EXPECT_EQ(admission_->stats().waiting_count, 50u);
  files_.LetGo();
  ASSERT_TRUE(Await(first).ok());
  Revision revision = first->receipt->revision;
  for (const OutcomePtr& outcome : outcomes) {
    ASSERT_TRUE(Await(outcome).ok());
    EXPECT_EQ(outcome->receipt->revision, ++revision);
  }
  EXPECT_EQ(admission_->stats().waiting_count, 0u);
}

TEST_F(WriteAdmissionTest, WhatDoesNotWantTheDiskGoesStraightToTheStore) {
  const OutcomePtr first = HoldTheDisk();
  const OutcomePtr straight = Put("straight", {}, Durability::kMemory);
  EXPECT_EQ(admission_->stats().waiting_count, 0u);
  EXPECT_EQ(admission_->stats().admitted_count, 1u);  // the first
  files_.LetGo();
  EXPECT_TRUE(Await(first).ok());
  EXPECT_TRUE(Await(straight).ok());
}

TEST_F(WriteAdmissionTest, SixtyFourClientsAreNotRefusedHoweverLongItTakes) {
  const OutcomePtr first = HoldTheDisk(From(1));
  clock_.Advance(absl::Minutes(1));
  std::vector<OutcomePtr> outcomes;
  for (int i = 1; i < 64; ++i) {
    outcomes.push_back(Put(absl::StrCat("key", i), From(1)));
    clock_.Advance(absl::Seconds(1));
  }
  files_.LetGo();
  EXPECT_TRUE(Await(first).ok());
  for (const OutcomePtr& outcome : outcomes) EXPECT_TRUE(Await(outcome).ok());
}

TEST_F(WriteAdmissionTest, OneThatFloodsIsRefusedBeforeTheOthers) {
  const OutcomePtr first = HoldTheDisk();
  std::vector<OutcomePtr> taken;
  OutcomePtr refused;
  while (refused == nullptr) {
    OutcomePtr outcome = Put("flood", From(1));
    if (outcome->done.HasBeenNotified()) {
      refused = outcome;
    } else {
      taken.push_back(outcome);
    }
  }
  EXPECT_EQ(taken.size(), 128u);  // half of the places
  EXPECT_EQ(refused->receipt.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(RetryDelayOf(refused->receipt.status()).has_value());
  const OutcomePtr polite = Put("polite", From(2));
  EXPECT_FALSE(polite->done.HasBeenNotified());
  EXPECT_EQ(admission_->stats().refused_for_share_count, 1u);
  files_.LetGo();
  EXPECT_TRUE(Await(polite).ok());
  EXPECT_TRUE(Await(taken.back()).ok());
  EXPECT_TRUE(Await(first).ok());
}

TEST_F(WriteAdmissionTest, WaitsThatLastAreRefusedWithATimeToComeBack) {
  const OutcomePtr first = HoldTheDisk();
  std::vector<OutcomePtr> waiting;
  for (uint64_t i = 0; i < 200; ++i) waiting.push_back(Put("k", From(i)));
  clock_.Advance(absl::Seconds(3));
  const absl::Status refused = Await(Put("k", From(1000)));
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  // What is under way has taken 3 s already: another such time or two, at most
  // twice.
  EXPECT_GE(RetryDelayOf(refused), absl::Seconds(3));
  EXPECT_LE(RetryDelayOf(refused), absl::Seconds(10));
  EXPECT_TRUE(admission_->stats().overloaded);
  files_.LetGo();
  EXPECT_TRUE(Await(first).ok());
  // Of those that waited the oldest are refused, the others served.
  int served = 0;
  for (const OutcomePtr& outcome : waiting)
    served += Await(outcome).ok() ? 1 : 0;
  EXPECT_EQ(served, 128);
  EXPECT_TRUE(Await(waiting.back()).ok());
  EXPECT_EQ(admission_->stats().refused_for_delay_count, 1u + 200u - 128u);
  // And then all is as before.
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(Await(Put("k")).ok());
  EXPECT_FALSE(admission_->stats().overloaded);
}

TEST_F(WriteAdmissionTest, AStreamThatKeepsPaceIsNotRefusedWhatItHasBegun) {
  const OutcomePtr first = HoldTheDisk();
  std::vector<OutcomePtr> waiting;
  for (int i = 0; i < 128; ++i) {
    Caller caller = From(1);
    caller.paced = true;
    waiting.push_back(Put("k", std::move(caller)));
  }
  EXPECT_EQ(admission_->stream_writes_max(), 64u);
  clock_.Advance(absl::Seconds(3));
  EXPECT_EQ(Await(Put("k", From(2))).code(), absl::StatusCode::kUnavailable);
  files_.LetGo();
  EXPECT_TRUE(Await(first).ok());
  for (const OutcomePtr& outcome : waiting) EXPECT_TRUE(Await(outcome).ok());
  EXPECT_LT(admission_->stream_writes_max(), 64u);
}

TEST_F(WriteAdmissionTest, CloseRefusesWhatWaits) {
  const OutcomePtr first = HoldTheDisk();
  const OutcomePtr waiting = Put("waiting");
  admission_->Close();
  EXPECT_EQ(Await(waiting).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Await(Put("later")).code(), absl::StatusCode::kUnavailable);
  files_.LetGo();
  EXPECT_TRUE(Await(first).ok());
  EXPECT_FALSE(Exists("waiting"));
}

}  // namespace
}  // namespace rundlet

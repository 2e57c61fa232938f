// Goal: no jump of the wall clock, running or stopped, brings an expired key
// back or expires one early (T1, P6); what is written below disk is synced soon
// without being asked (L4).
// Method: a clock that the test moves, restarts in between.

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "storage/open.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

class ClockJumpTest : public ::testing::Test {
 protected:
  ClockJumpTest() { OpenStore(); }

  void OpenStore() {
    Options options;
    options.path = "/data";
    options.file_system = &disk_;
    options.clock = &clock_;
    options.sync_interval = absl::Milliseconds(1);
    options.sweep_interval = absl::Milliseconds(1);
    auto opened = Open(std::move(options));
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }

  // Closes, moves the wall clock, and opens.
  void RestartAfterStep(absl::Duration step) {
    store_ = nullptr;
    clock_.StepWall(step);
    OpenStore();
  }

  void Put(const std::string& key, absl::Duration ttl) {
    const auto receipt = BlockingStore(store_.get())
                             .Put(key, Value::Text("v"), Expiry::After(ttl));
    ASSERT_TRUE(receipt.ok()) << receipt.status();
  }

  std::optional<Entry> Get(const std::string& key) {
    const auto entry = BlockingStore(store_.get()).Get(key);
    EXPECT_TRUE(entry.ok()) << entry.status();
    return entry.ok() ? *entry : std::nullopt;
  }

  CrashableFileSystem disk_;
  FakeClock clock_;
  std::unique_ptr<Store> store_;
};

TEST_F(ClockJumpTest, StepsWhileRunningAreIgnored) {
  Put("k", absl::Hours(1));
  for (absl::Duration step : {absl::Hours(24 * 365), -absl::Hours(24 * 3650)}) {
    clock_.StepWall(step);
    EXPECT_TRUE(Get("k").has_value());
  }
  clock_.Advance(absl::Hours(1));
  EXPECT_FALSE(Get("k").has_value());
}

TEST_F(ClockJumpTest, AStepBackWhileStoppedBringsNothingBack) {
  Put("k", absl::Hours(1));
  clock_.Advance(absl::Hours(2));
  EXPECT_FALSE(Get("k").has_value());
  RestartAfterStep(-absl::Hours(24 * 3650));
  EXPECT_FALSE(Get("k").has_value());
  Put("j", absl::Hours(1));
  clock_.Advance(absl::Hours(1));
  EXPECT_FALSE(Get("j").has_value());
}

TEST_F(ClockJumpTest, AStepBackExtendsNoLifeByMoreThanItTook) {
  Put("k", absl::Hours(1));
  RestartAfterStep(-absl::Hours(24));
  clock_.Advance(absl::Minutes(59));
  EXPECT_TRUE(Get("k").has_value());
  clock_.Advance(absl::Minutes(1));
  EXPECT_FALSE(Get("k").has_value());
}

TEST_F(ClockJumpTest, AStepForwardWhileStoppedIsTimeThatPassed) {
  Put("k", absl::Hours(1));
  Put("j", absl::Hours(3));
  RestartAfterStep(absl::Hours(2));
  EXPECT_FALSE(Get("k").has_value());
  EXPECT_TRUE(Get("j").has_value());
}

TEST_F(ClockJumpTest, TimesNeverGoBack) {
  absl::Time last = absl::InfinitePast();
  for (absl::Duration step :
       {-absl::Hours(5), absl::Hours(2), -absl::Hours(9)}) {
    RestartAfterStep(step);
    Put("k", absl::InfiniteDuration());
    const auto entry = Get("k");
    ASSERT_TRUE(entry.has_value());
    EXPECT_GE(entry->modified, last);
    last = entry->modified;
  }
}

TEST_F(ClockJumpTest, WritesBelowDiskAreSyncedUnasked) {
  for (Durability durability : {Durability::kMemory, Durability::kOs}) {
    Transaction put;
    put.operations.push_back(PutOperation{"k", Value::Text("v")});
    put.durability = durability;
    const auto receipt = BlockingStore(store_.get()).Commit(put);
    ASSERT_TRUE(receipt.ok()) << receipt.status();
    // The test's time limit is the limit.
    while (store_->Stats().durable_revision < receipt->revision) {
      absl::SleepFor(absl::Milliseconds(1));
    }
    SeededRandom random(TestSeed());
    disk_.PowerOff();
    store_ = nullptr;
    disk_.PowerOn(PowerLoss::kUnsynced, random);
    OpenStore();
    const auto entry = Get("k");
    ASSERT_TRUE(entry.has_value());
    EXPECT_EQ(entry->revision, receipt->revision);
  }
}

TEST_F(ClockJumpTest, ExpiredKeysAreSweptFromTheDisk) {
  Put("k", absl::Hours(1));
  clock_.Advance(absl::Hours(1));
  while (store_->Stats().keys_in_index > 0) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  EXPECT_EQ(store_->Stats().expired_count, 1u);
}

}  // namespace
}  // namespace rundlet

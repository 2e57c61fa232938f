// Goal: a key whose time has come is deleted by itself, once, and only if it
// has not been written since; leases end on time (P6).
// Method: a clock that stands still until the test moves it, and a sweeper that
// looks every millisecond.

#include "storage/engine/sweeper.h"

#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "storage/format/file_header.h"
#include "storage/log/segment_replay.h"
#include "tests/storage/engine/commit/pipeline_fixture.h"

namespace rundlet {
namespace {

class SweeperTest : public PipelineFixture {
 protected:
  SweeperTest() {
    Start();
    leases_ = std::make_unique<PageLeases>(&engine_->index, &clock_,
                                           engine_->options.limits);
    snapshots_ = std::make_unique<Snapshots>(
        &engine_->index, engine_->time.get(), &engine_->options.limits);
  }

  void Sweep(absl::Duration interval = absl::Milliseconds(1)) {
    sweeper_ = std::make_unique<Sweeper>(&engine_->index, &pipeline(),
                                         leases_.get(), snapshots_.get(),
                                         engine_->time.get(), interval);
  }
  void PutFor(const std::string& key, absl::Duration ttl) {
    Transaction put;
    put.operations.push_back(
        PutOperation{key, Value::Text("v"), Expiry::After(ttl)});
    put.durability = Durability::kOs;
    ASSERT_TRUE(engine_->Commit(put).Get().ok());
  }
  void AwaitKeys(uint64_t keys) {
    while (engine_->index.usage().keys != keys) std::this_thread::yield();
  }
  uint64_t expired_count() { return engine_->pipeline->counts().expired; }

  std::unique_ptr<PageLeases> leases_;
  std::unique_ptr<Snapshots> snapshots_;
  std::unique_ptr<Sweeper> sweeper_;
};

TEST_F(SweeperTest, DeletesWhatHasExpiredAndNothingElse) {
  PutFor("second", absl::Seconds(1));
  PutFor("minute", absl::Minutes(1));
  PutFor("ever", absl::InfiniteDuration());
  Sweep();
  clock_.Advance(absl::Seconds(1));
  AwaitKeys(2);
  EXPECT_EQ(expired_count(), 1u);
  EXPECT_EQ(engine_->Read("second"), "-");
  clock_.Advance(absl::Hours(1));
  AwaitKeys(1);
  EXPECT_EQ(engine_->Read("ever"), "v");
  sweeper_.reset();
  Start();
  EXPECT_EQ(engine_->index.usage().keys, 1u);
}

TEST_F(SweeperTest, TheDeleteHasARevisionAndSaysWhy) {
  PutFor("k", absl::Seconds(1));
  clock_.Advance(absl::Seconds(1));
  Sweep();
  AwaitKeys(0);
  EXPECT_EQ(engine_->index.visible(), 2u);
  sweeper_.reset();
  ASSERT_TRUE(pipeline().Seal().ok());
  bool said = false;
  const auto segment = engine_->segments.All().front();
  EXPECT_TRUE(ReplaySegment(*segment, kFileHeaderBytes, segment->bytes(),
                            [&](const Record& record, const Location&) {
                              said = record.expired;
                              return absl::OkStatus();
                            })
                  .ok());
  EXPECT_TRUE(said);
}

TEST_F(SweeperTest, ManyAreDeletedInOneSweep) {
  for (int i = 0; i < 700; ++i) PutFor(absl::StrCat(i), absl::Seconds(1));
  clock_.Advance(absl::Seconds(1));
  Sweep();
  AwaitKeys(0);
  EXPECT_EQ(expired_count(), 700u);
}

TEST_F(SweeperTest, WhatWaitsToBePublishedIsDeletedOnce) {
  PutFor("k", absl::Seconds(1));
  HoldSync();
  const Answer before = Put("other", "v", Durability::kDisk);
  files_.AwaitHeld(1);
  clock_.Advance(absl::Seconds(1));
  Sweep();
  while (engine_->pipeline->FindNewest("k").has_value()) {
    std::this_thread::yield();
  }
  // Its delete waits behind the other; further sweeps find it still there.
  for (int i = 0; i < 1000; ++i) std::this_thread::yield();
  files_.LetGo();
  EXPECT_TRUE(before.Get().ok());
  AwaitKeys(1);
  EXPECT_EQ(expired_count(), 1u);
}

TEST_F(SweeperTest, AFullDiskIsTriedAgain) {
  PutFor("k", absl::Seconds(1));
  FailLog(Call::kWrite, /*for_good=*/true);
  clock_.Advance(absl::Seconds(1));
  Sweep();
  while (faulty_.fault_count() == 0) std::this_thread::yield();
  faulty_.Heal();
  AwaitKeys(0);
}

TEST_F(SweeperTest, EndsLeases) {
  const Revision pinned = engine_->index.PinNewest();
  leases_->Renew(pinned);
  engine_->index.Unpin(pinned);
  Sweep();
  clock_.Advance(engine_->options.limits.page_lease);
  while (leases_->count() > 0) std::this_thread::yield();
}

TEST_F(SweeperTest, ItsEndDoesNotWaitForTheInterval) {
  Sweep(absl::Hours(1));
  sweeper_.reset();
}

}  // namespace
}  // namespace rundlet

// Goal: the compactor takes what is due in steps by itself: it explains the
// next one with its trigger, takes no segment that is not worth it, seals the
// log when that is where the dead bytes are, and comes to rest.
// Method: sealed segments with known parts of dead and expired bytes, and a
// compactor that looks every millisecond.

#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "storage/engine/compaction/compactor.h"
#include "tests/storage/engine/compaction/compaction_steps.h"

namespace rundlet {
namespace {

class CompactorStepsTest : public CompactionSteps {
 protected:
  // A compactor that looks now and then; never, if the interval is infinite.
  void StartCompactor(CompactionPolicy::Settings settings,
                      absl::Duration interval) {
    settings.segment_bytes = 1 << 20;
    compactor_ = std::make_unique<Compactor>(
        engine_->ForCompaction(), &pipeline(), engine_->time.get(), &clock_,
        CompactionPolicy(settings), CompactionPacer::Settings(), interval);
  }
  void AwaitCompactions(uint64_t count) {
    while (compactor_->counts().compactions < count) {
      absl::SleepFor(absl::Milliseconds(1));
    }
  }
  static CompactionPolicy::Settings HalfLive() {
    CompactionPolicy::Settings settings;
    settings.live_ratio_min = 0.5;
    return settings;
  }
  // One that is live, and one most of which is dead.
  std::pair<uint64_t, uint64_t> ColdAndHot() {
    PutOs("cold", std::string(2000, 'c'));
    const uint64_t cold = Seal();
    for (int i = 0; i < 10; ++i) PutOs("hot", std::string(1000, 'h'));
    return {cold, Seal()};
  }

  std::unique_ptr<Compactor> compactor_;
};

TEST_F(CompactorStepsTest, ExplainsTheNextStep) {
  const auto [cold, hot] = ColdAndHot();
  StartCompactor(HalfLive(), absl::InfiniteDuration());
  const auto plan = compactor_->Explain();
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->trigger, CompactionTrigger::kLiveRatio);
  EXPECT_FALSE(plan->takes_everything);
  ASSERT_EQ(plan->inputs.size(), 1u);
  EXPECT_EQ(plan->inputs[0].segment_id, hot);
  EXPECT_EQ(plan->segments_kept, 1u);
  EXPECT_EQ(plan->bytes_to_copy, plan->inputs[0].live_bytes);
  EXPECT_GT(plan->bytes_to_gain, 9000u);
  EXPECT_EQ(State().segments.count(cold), 1u);
}

TEST_F(CompactorStepsTest, TakesWhatIsWorthItAndRests) {
  const auto [cold, hot] = ColdAndHot();
  StartCompactor(HalfLive(), absl::Milliseconds(1));
  AwaitCompactions(1);
  EXPECT_EQ(State().segments.count(hot), 0u);
  EXPECT_EQ(State().segments.count(cold), 1u);
  const auto plan = compactor_->Explain();
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->trigger, CompactionTrigger::kNone);
  EXPECT_TRUE(plan->takes_everything);
  EXPECT_EQ(compactor_->counts().compactions, 1u);
  compactor_.reset();
  Reopen();
  EXPECT_EQ(engine_->Read("cold"), std::string(2000, 'c'));
  EXPECT_EQ(engine_->Read("hot"), std::string(1000, 'h'));
}

TEST_F(CompactorStepsTest, SealsTheLogWhereThatIsWhatIsDead) {
  for (int i = 0; i < 10; ++i) PutOs("hot", std::string(1000, 'h'));
  const uint64_t active = Survey().active_id();
  StartCompactor(HalfLive(), absl::Milliseconds(1));
  AwaitCompactions(1);
  EXPECT_EQ(State().segments.count(active), 0u);
  EXPECT_EQ(engine_->Read("hot"), std::string(1000, 'h'));
}

TEST_F(CompactorStepsTest, TakesWhatHasExpired) {
  PutOs("stays", std::string(3000, 's'));
  PutOs("expires", std::string(2000, 'e'), Expiry::After(absl::Seconds(5)));
  const uint64_t mixed = Seal();
  PutOs("cold", std::string(2000, 'c'));
  const uint64_t cold = Seal();
  clock_.Advance(absl::Seconds(6));
  Sweep();
  CompactionPolicy::Settings settings = HalfLive();
  settings.expired_bytes_min = 3000;
  StartCompactor(settings, absl::InfiniteDuration());
  auto plan = compactor_->Explain();
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->trigger, CompactionTrigger::kNone) << plan->reason;
  ASSERT_EQ(plan->inputs.size(), 2u);
  EXPECT_EQ(plan->inputs[0].expired_bytes, 64u + 7 + 2000);
  EXPECT_EQ(plan->inputs[1].expired_bytes, 0u);
  // By itself it looks into hints alone.
  WriteHintOf(mixed);
  settings.expired_bytes_min = 2000;
  StartCompactor(settings, absl::Milliseconds(1));
  AwaitCompactions(1);
  EXPECT_EQ(State().segments.count(mixed), 0u);
  EXPECT_EQ(State().segments.count(cold), 1u);
  EXPECT_EQ(engine_->Read("stays"), std::string(3000, 's'));
  compactor_.reset();
  Reopen();
  EXPECT_EQ(engine_->Read("expires"), "-");
}

TEST_F(CompactorStepsTest, TakesWhatHasBeenDeadForLong) {
  for (int i = 0; i < 2; ++i) PutOs("hot", std::string(100, 'h'));
  PutOs("cold", std::string(1000, 'c'));
  const uint64_t old = Seal();
  CompactionPolicy::Settings settings = HalfLive();
  settings.age_max = absl::Hours(1);
  StartCompactor(settings, absl::InfiniteDuration());
  EXPECT_EQ(compactor_->Explain()->trigger, CompactionTrigger::kNone);
  clock_.Advance(absl::Hours(1));
  const auto plan = compactor_->Explain();
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->trigger, CompactionTrigger::kAge);
  ASSERT_EQ(plan->inputs.size(), 1u);
  EXPECT_EQ(plan->inputs[0].segment_id, old);
  EXPECT_EQ(plan->inputs[0].age, absl::Hours(1));
}

}  // namespace
}  // namespace rundlet

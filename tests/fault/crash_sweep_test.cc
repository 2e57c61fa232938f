// Goal: wherever the power goes, inside whichever call, and wherever it goes
// again while the store recovers, all that was promised comes back, and
// recovering twice is recovering once (P1, P2, P3, P5, P6).
// Method: the script of call_script.h over a disk in memory that loses its
// power inside the first call that changes it, in the next run inside the
// second, and so on; all that was not synced is kept, lost, or kept by random
// sectors and names. Then the same, with the recovery behind each crash cut
// short at each of its own calls in turn.
//
// RUNDLET_RUNS says how many calls of the script are tried, evenly spread. All
// of them, some minutes long:
//   bazel test //tests/fault:crash_sweep_full_test --jobs=8 --local_test_jobs=8

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/fault/call_script.h"
#include "tests/support/power_loss.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

constexpr uint64_t kRuns = 60;

class CrashSweepTest : public ::testing::TestWithParam<PowerLoss> {
 protected:
  // Calls `check` for each script that was cut short at a chosen call.
  template <typename Check>
  void AtEachCall(uint64_t runs, Check check) {
    const uint64_t seed = TestSeed();
    SeededRandom random(seed);
    CallScript healthy(seed);
    healthy.Run(/*expect_errors=*/false);
    const uint64_t total = healthy.disk().call_count();
    EXPECT_GT(total, 500u) << "the script makes too few calls";
    uint64_t crashes = 0;
    for (const uint64_t nth : ChosenCalls(total, runs, random)) {
      SCOPED_TRACE(absl::StrCat("call ", nth, " RUNDLET_SEED=", seed));
      CallScript script(seed + nth);
      script.disk().PowerOffAtCall(nth);
      script.Run(/*expect_errors=*/true);
      crashes += check(script);
      if (HasFailure()) return;
    }
    RecordProperty("calls", static_cast<int>(total));
    RecordProperty("crashes", static_cast<int>(crashes));
    EXPECT_GT(crashes, 0u);
  }
};

TEST_P(CrashSweepTest, InsideEachCall) {
  AtEachCall(TestRuns(kRuns), [](CallScript& script) {
    script.CheckAfterPowerLoss(GetParam());
    return uint64_t{1};
  });
}

TEST_P(CrashSweepTest, InsideEachCallOfTheRecovery) {
  AtEachCall(TestRuns(kRuns / 4), [](CallScript& script) {
    return script.LosePowerInRecovery(GetParam());
  });
}

INSTANTIATE_TEST_SUITE_P(Losses, CrashSweepTest,
                         ::testing::Values(PowerLoss::kNothing,
                                           PowerLoss::kUnsynced,
                                           PowerLoss::kAnySubset),
                         [](const auto& info) {
                           switch (info.param) {
                             case PowerLoss::kNothing:
                               return "AllKept";
                             case PowerLoss::kUnsynced:
                               return "AllLost";
                             default:
                               return "AnySubset";
                           }
                         });

}  // namespace
}  // namespace rundlet

// Goal: what watches give is the history: in order, each change once, none left
// out, transactions whole; resumed wherever a reader has stopped, across
// restarts, crashes and compactions (P9). Method: random histories on small
// segments over a disk in memory that loses what was not synced; followers with
// ranges and filters that stop and resume at random points; at the end what
// each has seen is compared with the log read in one go, and that with what was
// acknowledged.
//
// The full measure, 1,000 histories with some 20 resumes each:
//   RUNDLET_RUNS=1000 bazel test //tests/fault:watch_history_test
//     --nocache_test_results --test_timeout=3600

#include <cstdint>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/fault/watched_history.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

constexpr uint64_t kRuns = 60;
constexpr uint64_t kSteps = 150;

void RunMany(bool keeps_all) {
  const uint64_t runs = TestRuns(kRuns) / 2 + 1;
  uint64_t resumes = 0;
  uint64_t restarts = 0;
  for (uint64_t run = 0; run < runs; ++run) {
    const uint64_t seed = TestSeed() + run;
    SCOPED_TRACE(absl::StrCat("RUNDLET_RUNS=1 RUNDLET_SEED=", seed));
    WatchedHistory history(seed, keeps_all);
    history.Run(kSteps);
    resumes += history.resume_count();
    restarts += history.restart_count();
    if (::testing::Test::HasFailure()) return;
  }
  std::cout << runs << " histories, " << resumes << " resumes, " << restarts
            << " of them where history was gone\n";
}

TEST(WatchHistoryTest, WithAllOfHistory) { RunMany(/*keeps_all=*/true); }

TEST(WatchHistoryTest, WithTheNewestSegmentsOnly) {
  RunMany(/*keeps_all=*/false);
}

}  // namespace
}  // namespace rundlet

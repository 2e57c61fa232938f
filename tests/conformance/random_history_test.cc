// Goal: over any history, with restarts, crashes, compactions, ingests, clock
// steps, snapshots, open pages, watches, backups, and requests that are asked
// for again in it, the store answers as the model does.
// Method: random operations on store and model side by side; the whole content
// is compared every now and then, and at each opening what watches have seen. A
// history that fails is shrunk to the steps that it takes, and printed so that
// it can be had again:
//   RUNDLET_SEED=7 RUNDLET_RUNS=1 RUNDLET_STEPS=3,14,15 bazel test ...
//
// RUNDLET_RUNS says how many histories; each has 2,000 steps. 10,000 of them:
//   bazel test //tests/conformance:random_history_full_test
//       --jobs=8 --local_test_jobs=8

#include "tests/conformance/random_history.h"

#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "tests/support/seeded_random.h"
#include "tests/support/shrink.h"

namespace rundlet {
namespace {

constexpr uint64_t kRuns = 24;
constexpr uint64_t kShards = 8;
constexpr uint64_t kSteps = 2000;
constexpr size_t kTriesMax = 500;
// The store's threads bring chance of their own into a history.
constexpr int kTriesEach = 3;

using Steps = std::vector<uint64_t>;

Steps ChosenSteps() {
  Steps steps;
  const char* const chosen = std::getenv("RUNDLET_STEPS");
  if (chosen == nullptr || *chosen == '\0') {
    steps.resize(kSteps);
    std::iota(steps.begin(), steps.end(), uint64_t{0});
    return steps;
  }
  for (const absl::string_view text : absl::StrSplit(chosen, ',')) {
    uint64_t step = 0;
    EXPECT_TRUE(absl::SimpleAtoi(text, &step))
        << "RUNDLET_STEPS holds no number: " << text;
    steps.push_back(step);
  }
  return steps;
}

// How the history of a seed fails at its shortest.
std::string Shortest(uint64_t seed, const Steps& steps, std::string failure) {
  const Steps shrunk =
      Shrink<uint64_t>(steps, kTriesMax, [&](const Steps& fewer) {
        for (int i = 0; i < kTriesEach; ++i) {
          std::string again = RandomHistory(seed).Run(fewer);
          if (again.empty()) continue;
          failure = std::move(again);
          return true;
        }
        return false;
      });
  return absl::StrCat("RUNDLET_SEED=", seed, " RUNDLET_RUNS=1 RUNDLET_STEPS=",
                      absl::StrJoin(shrunk, ","), "\n", failure);
}

class RandomHistoryTest : public ::testing::TestWithParam<uint64_t> {};

TEST_P(RandomHistoryTest, StoreAndModelAgree) {
  const uint64_t seed = TestSeed();
  const uint64_t runs = TestRuns(kRuns);
  const Steps steps = ChosenSteps();
  for (uint64_t run = GetParam(); run < runs; run += kShards) {
    const std::string failure = RandomHistory(seed + run).Run(steps);
    if (!failure.empty()) FAIL() << Shortest(seed + run, steps, failure);
  }
}

INSTANTIATE_TEST_SUITE_P(Shards, RandomHistoryTest,
                         ::testing::Range(uint64_t{0}, kShards));

}  // namespace
}  // namespace rundlet

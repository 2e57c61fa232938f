// Goal: an error of any call of the file system is told, breaks no promise and
// loses nothing that was acknowledged; after a failed sync nothing is
// acknowledged any more (P1, P2, P3, P7).
// Method: the script of call_script.h runs over a disk in memory; its first
// call fails, then in the next run its second, and so on: once and for good,
// with each kind of error. What a failed sync had not written is lost for ever.
// After each run the disk is healthy again, the process or the power has gone,
// and the store must open and be checked.
//
// Of each kind RUNDLET_RUNS calls are tried, evenly spread. All of them, some
// minutes long:
//   bazel test //tests/fault:io_error_full_test --jobs=8 --local_test_jobs=8

#include <cstdint>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/fault/call_script.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

constexpr uint64_t kRuns = 100;

struct Kind {
  const char* name;
  absl::Status error;
  uint8_t written_share;
};

class IoErrorTest
    : public ::testing::TestWithParam<std::tuple<Kind, /*for good*/ bool>> {
 protected:
  static Fault FaultAt(uint64_t nth) {
    const auto& [kind, for_good] = GetParam();
    Fault fault;
    fault.nth = nth;
    fault.error = kind.error;
    fault.written_share = kind.written_share;
    fault.for_good = for_good;
    return fault;
  }
};

TEST_P(IoErrorTest, BreaksNoPromise) {
  const uint64_t seed = TestSeed();
  SeededRandom random(seed);
  CallScript healthy(seed);
  healthy.Run(/*expect_errors=*/false);
  const uint64_t total = healthy.files().call_count();
  EXPECT_GT(total, 1000u) << "the script makes too few calls";
  uint64_t failed = 0;
  for (const uint64_t nth : ChosenCalls(total, TestRuns(kRuns), random)) {
    SCOPED_TRACE(absl::StrCat("call ", nth, " RUNDLET_SEED=", seed));
    CallScript script(seed + nth);
    script.files().FailCall(FaultAt(nth));
    script.Run(/*expect_errors=*/true);
    // Threads make some calls more or less; the last ones may not come.
    if (script.files().fault_count() > 0) ++failed;
    script.CheckAfterFault(/*power_loss=*/nth % 2 == 0);
    if (HasFailure()) return;
  }
  RecordProperty("calls", static_cast<int>(total));
  RecordProperty("failed", static_cast<int>(failed));
  EXPECT_GT(failed, 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Errors, IoErrorTest,
    ::testing::Combine(
        ::testing::Values(
            Kind{"Eio", absl::UnknownError("EIO"), 0},
            Kind{"Enospc", absl::ResourceExhaustedError("ENOSPC"), 0},
            // A file system that is written wrongly might let it out.
            Kind{"Eintr", absl::UnavailableError("EINTR"), 0},
            Kind{"EnospcAfterHalf", absl::ResourceExhaustedError("ENOSPC"),
                 128},
            Kind{"EioAfterAlmostAll", absl::UnknownError("EIO"), 255}),
        ::testing::Bool()),
    [](const auto& info) {
      return absl::StrCat(std::get<0>(info.param).name,
                          std::get<1>(info.param) ? "ForGood" : "Once");
    });

TEST(IoErrorScriptTest, RunsWithoutErrorsOnAHealthyDisk) {
  CallScript script(TestSeed());
  script.Run(/*expect_errors=*/false);
  script.CheckAfterFault(/*power_loss=*/true);
}

}  // namespace
}  // namespace rundlet

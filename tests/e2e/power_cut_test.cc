// Goal: P1 and P3 on a real file system: what the server has acknowledged at
// durability disk survives that the power goes.
// Method: clients write, delete and write pairs; under them the power of the
// ext4 that the data stands on is cut by FS_IOC_SHUTDOWN; the file system is
// mounted again, recovers its journal, and the server must have what the
// ledgers of the writers allow. Only answers that came before the ioctl count:
// a sync that it meets may still return that all is well.
//
// Needs root. 100 cuts, some minutes long:
//   bazel test --config=release //tests/e2e:power_cut_test

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/e2e/ledger_writers.h"
#include "tests/e2e/loop_volume.h"
#include "tests/e2e/server_process.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

constexpr uint64_t kRuns = 100;
constexpr uint64_t kVolumeBytes = 96 << 20;

class PowerCutTest : public ::testing::Test {
 protected:
  std::unique_ptr<ServerProcess> Serve() const {
    return std::make_unique<ServerProcess>(std::vector<std::string>{
        absl::StrCat("--data=", volume_.path(), "/data"),
        "--segment_bytes=64KiB", "--compaction_dead_bytes=256KiB",
        "--durability=disk"});
  }

  void CheckAll(const ServerProcess& server) {
    const auto stub = rundlet::v1::KeyValueService::NewStub(server.Channel());
    for (GrpcWriter& writer : writers_) writer.Check(stub.get());
  }

  void CutPowerUnderLoad(ServerProcess* server) {
    std::atomic<bool> is_off{false};
    std::vector<std::thread> threads;
    for (GrpcWriter& writer : writers_) {
      threads.emplace_back(
          [&writer, server, &is_off] { writer.Write(*server, &is_off); });
    }
    absl::SleepFor(absl::Milliseconds(random_.Between(10, 400)));
    CutPower(&is_off);
    server->Signal(SIGKILL);
    for (std::thread& thread : threads) thread.join();
    server->Wait();
  }

  // Recovery may lose its power as well, at any moment.
  void CutPowerWhileStarting() {
    const std::unique_ptr<ServerProcess> server = Serve();
    absl::SleepFor(absl::Milliseconds(random_.Below(60)));
    std::atomic<bool> is_off{false};
    CutPower(&is_off);
    server->Signal(SIGKILL);
    server->Wait();
  }

  void CutPower(std::atomic<bool>* is_off) {
    is_off->store(true);
    volume_.CutPower(random_.OneIn(2) ? LoopVolume::Journal::kLost
                                      : LoopVolume::Journal::kFlushed);
    ++cuts_;
  }

  uint64_t Acknowledged() const {
    uint64_t count = 0;
    for (const GrpcWriter& writer : writers_) count += writer.acknowledged();
    return count;
  }

  const TempFolder folder_;
  LoopVolume volume_{folder_.path(), kVolumeBytes};
  SeededRandom random_{TestSeed()};
  std::vector<GrpcWriter> writers_ = {
      {"a:", random_.Next()}, {"b:", random_.Next()}, {"c:", random_.Next()}};
  uint64_t cuts_ = 0;
};

TEST_F(PowerCutTest, LosesNothingThatWasAcknowledged) {
  const uint64_t runs = TestRuns(kRuns);
  for (uint64_t run = 0; run <= runs && !HasFailure(); ++run) {
    if (run > 0 && random_.OneIn(4)) {
      CutPowerWhileStarting();
      volume_.Restart();
    }
    const std::unique_ptr<ServerProcess> server = Serve();
    ASSERT_TRUE(server->WaitForLog("serving")) << server->log();
    CheckAll(*server);
    if (HasFailure()) {
      ADD_FAILURE() << "after cut " << cuts_ << "\n" << server->log();
    }
    if (run == runs) break;
    CutPowerUnderLoad(server.get());
    volume_.Restart();
  }
  EXPECT_GT(Acknowledged(), runs) << "there was no load";
  std::printf("%d cuts, %d writes acknowledged\n", static_cast<int>(cuts_),
              static_cast<int>(Acknowledged()));
}

}  // namespace
}  // namespace rundlet

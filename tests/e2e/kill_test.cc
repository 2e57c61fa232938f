// Goal: P1 and P3. A write that was acknowledged at durability os or disk
// survives kill -9, one that was not is there as a whole or not at all, and
// nothing comes back.
// Method: clients of both doors write, delete and compact; the server is killed
// at a random moment and started again on what it left; every key must be what
// the ledger of its writer allows. RUNDLET_RUNS says how often at each
// durability. 2,000 times in all:
//   bazel test --config=release //tests/e2e:kill_full_test
//       --jobs=2 --local_test_jobs=2

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/e2e/ledger_writers.h"
#include "tests/e2e/server_process.h"
#include "tests/service/gateway/text_client.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

class KillTest : public ::testing::TestWithParam<const char*> {
 protected:
  std::unique_ptr<ServerProcess> Serve() const {
    return std::make_unique<ServerProcess>(std::vector<std::string>{
        "--data=" + folder_.Path("data"), "--segment_bytes=64KiB",
        "--compaction_dead_bytes=256KiB", "--history_window=0",
        absl::StrCat("--durability=", GetParam())});
  }

  void CheckAll(const ServerProcess& server) {
    const auto stub = rundlet::v1::KeyValueService::NewStub(server.Channel());
    for (GrpcWriter& writer : grpc_) writer.Check(stub.get());
    for (TextWriter& writer : text_) writer.Check(stub.get());
  }

  void KillUnderLoad(ServerProcess* server) {
    std::vector<std::thread> threads;
    for (GrpcWriter& writer : grpc_) {
      threads.emplace_back(
          [&writer, server, this] { writer.Write(*server, &never_); });
    }
    // Connected before the server can be gone.
    std::vector<std::unique_ptr<TextClient>> clients;
    for (TextWriter& writer : text_) {
      clients.push_back(std::make_unique<TextClient>(server->text_port()));
      threads.emplace_back(
          [&writer, client = clients.back().get()] { writer.Write(client); });
    }
    absl::SleepFor(absl::Milliseconds(random_.Between(10, 300)));
    server->Signal(SIGKILL);
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(server->Wait(), 128 + SIGKILL);
  }

  // Recovery may be cut short as well, at any moment.
  void KillWhileStarting() {
    const std::unique_ptr<ServerProcess> server = Serve();
    absl::SleepFor(absl::Milliseconds(random_.Below(60)));
    server->Signal(SIGKILL);
    EXPECT_EQ(server->Wait(), 128 + SIGKILL) << server->log();
  }

  uint64_t Acknowledged() const {
    uint64_t count = 0;
    for (const GrpcWriter& writer : grpc_) count += writer.acknowledged();
    for (const TextWriter& writer : text_) count += writer.acknowledged();
    return count;
  }

  const std::atomic<bool> never_{false};
  const TempFolder folder_;
  SeededRandom random_{TestSeed()};
  std::vector<GrpcWriter> grpc_ = {{"grpc:a:", random_.Next()},
                                   {"grpc:b:", random_.Next()}};
  std::vector<TextWriter> text_ = {{"text:a:", random_.Next()},
                                   {"text:b:", random_.Next()}};
};

TEST_P(KillTest, LosesNothingThatWasAcknowledged) {
  const uint64_t runs = TestRuns(10);
  for (uint64_t run = 0; run <= runs && !HasFailure(); ++run) {
    if (random_.OneIn(4)) KillWhileStarting();
    const std::unique_ptr<ServerProcess> server = Serve();
    ASSERT_TRUE(server->WaitForLog("serving")) << server->log();
    CheckAll(*server);
    if (HasFailure()) {
      ADD_FAILURE() << "after kill " << run << "\n" << server->log();
    }
    if (run < runs) KillUnderLoad(server.get());
  }
  EXPECT_GT(Acknowledged(), runs) << "there was no load";
  RecordProperty("kills", static_cast<int>(runs));
  RecordProperty("acknowledged", static_cast<int>(Acknowledged()));
  std::printf("%s: %d kills, %d writes acknowledged\n", GetParam(),
              static_cast<int>(runs), static_cast<int>(Acknowledged()));
}

INSTANTIATE_TEST_SUITE_P(Durabilities, KillTest,
                         ::testing::Values("os", "disk"), [](const auto& info) {
                           return std::string(info.param);
                         });

}  // namespace
}  // namespace rundlet

// Goal: under ten times of what the disk takes, the server answers what it
// accepts in time, refuses the rest with a time to come back, keeps below its
// memory ceiling, and afterwards all is as before.
// Method: a server in a process of its own, on a file system whose disk takes
// 20 ms a sync and 1 ms a write; an open loop over eight connections: half of
// the disk's pace (what is normal), ten times of it, and half of it again. In
// CI each lasts a moment, and only what no slow machine can change is asserted.
// The full run asserts all:
//
//   bazel run --config=release //tests/bench/service:overload_test -- 60
//
// Its argument is the seconds of overload; "60 plain" runs it without
// WriteAdmission, to see what it is good for.

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "service/grpc/grpc_server.h"
#include "service/memory_limit.h"
#include "storage/open.h"
#include "tests/bench/service/open_loop.h"
#include "tests/support/slow_file_system.h"
#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

constexpr absl::Duration kSyncTime = absl::Milliseconds(20);
constexpr double kWritesPerSecond = 1000;  // of the disk, without end
constexpr uint64_t kRecordBytes = 172;     // of one write in the log
constexpr uint64_t kMemoryBytesMax = uint64_t{256} << 20;
constexpr int kConnections = 8;

int overload_seconds = 0;  // 0: in CI
bool plain = false;

// Serves until it is killed, which happens when its parent ends.
[[noreturn]] void Serve(const std::string& folder, int port_pipe) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  SlowFileSystem disk(FileSystem::Posix(), kSyncTime,
                      static_cast<uint64_t>(kWritesPerSecond) * kRecordBytes);
  Options store_options;
  store_options.path = folder;
  store_options.file_system = &disk;
  store_options.memory_bytes_max = kMemoryBytesMax;
  store_options.process_bytes = AllocatedBytes;
  absl::StatusOr<std::unique_ptr<Store>> store = Open(std::move(store_options));
  if (!store.ok()) std::abort();
  GrpcServerOptions options;
  options.address = "127.0.0.1:0";
  options.request_memory_bytes_max = kMemoryBytesMax / 8;
  options.transport_memory_bytes_max = kMemoryBytesMax / 8;
  // Nothing waits for the disk in the eyes of the admission.
  if (plain) options.default_durability = Durability::kOs;
  auto server = GrpcServer::Start(options, store->get());
  if (!server.ok()) std::abort();
  const int port = (*server)->port();
  if (write(port_pipe, &port, sizeof(port)) != sizeof(port)) std::abort();
  while (true) pause();
}

class OverloadTest : public testing::Test {
 protected:
  // Before gRPC has a thread in this process: it does not survive a fork.
  OverloadTest() {
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0) std::abort();
    process_ = fork();
    if (process_ == 0) Serve(folder_.path(), pipe_ends[1]);
    int port = 0;
    if (read(pipe_ends[0], &port, sizeof(port)) != sizeof(port)) std::abort();
    load_ = std::make_unique<OpenLoop>(port, kConnections);
  }
  ~OverloadTest() override {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }

  OpenLoopResult Load(const char* what, double per_second,
                      absl::Duration duration) {
    OpenLoopResult result = load_->Run(per_second, duration);
    std::printf(
        "%-9s %6.0f/s: sent %lu accepted %lu refused %lu (both hints %lu) "
        "failed %lu; p50 %s p99 %s max %s; peak %lu MiB\n",
        what, per_second, result.sent, result.accepted(), result.refused,
        result.refused_in_full, result.failed,
        absl::FormatDuration(result.Quantile(0.5)).c_str(),
        absl::FormatDuration(result.Quantile(0.99)).c_str(),
        absl::FormatDuration(result.Quantile(1)).c_str(), PeakBytes() >> 20);
    std::fflush(stdout);
    EXPECT_EQ(result.sent, result.accepted() + result.refused + result.failed);
    EXPECT_EQ(result.failed, 0u);
    EXPECT_EQ(result.refused_in_full, result.refused);
    return result;
  }

  // The most memory that the server has had.
  uint64_t PeakBytes() const {
    std::ifstream status(absl::StrCat("/proc/", process_, "/status"));
    uint64_t kilobytes = 0;
    for (std::string line; std::getline(status, line);) {
      absl::string_view rest = line;
      if (!absl::ConsumePrefix(&rest, "VmHWM:")) continue;
      rest = absl::StripAsciiWhitespace(absl::StripSuffix(rest, "kB"));
      EXPECT_TRUE(absl::SimpleAtoi(rest, &kilobytes));
    }
    return kilobytes << 10;
  }

  const TempFolder folder_;
  pid_t process_ = 0;
  std::unique_ptr<OpenLoop> load_;
};

TEST_F(OverloadTest, RefusesInTimeWhatItCannotTake) {
  const bool is_full = overload_seconds > 0;
  const absl::Duration calm = absl::Seconds(is_full ? 20 : 1);
  const absl::Duration storm = absl::Seconds(is_full ? overload_seconds : 3);
  load_->RunClosed(/*in_flight=*/16, /*puts=*/100);
  OpenLoopResult normal = Load("normal", kWritesPerSecond / 2, calm);
  OpenLoopResult overload = Load("overload", 10 * kWritesPerSecond, storm);
  OpenLoopResult after = Load("after", kWritesPerSecond / 2, calm);
  EXPECT_GT(overload.accepted(), 0u);
  EXPECT_LT(PeakBytes(), kMemoryBytesMax);
  // 64 clients are never refused, and nothing has stayed behind.
  const OpenLoopResult calmed = load_->RunClosed(/*in_flight=*/64, 640);
  EXPECT_EQ(calmed.accepted(), uint64_t{640});
  if (!is_full) return;
  EXPECT_EQ(normal.refused, 0u);
  EXPECT_GT(overload.refused, 0u);
  EXPECT_LT(overload.Quantile(0.99), 5 * normal.Quantile(0.99));
  EXPECT_EQ(after.refused, 0u);
  EXPECT_LT(after.Quantile(0.99), 2 * normal.Quantile(0.99));
}

}  // namespace
}  // namespace rundlet

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc > 1) rundlet::overload_seconds = std::atoi(argv[1]);
  rundlet::plain = argc > 2;
  return RUN_ALL_TESTS();
}

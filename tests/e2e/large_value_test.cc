// Goal: a value of any size passes through a server in bounded memory, comes
// back to the byte, and survives kill -9.
// Method: a value of random bytes is put and read by streams while the server's
// anonymous memory is looked at: it may grow by 32 MiB. The server is killed in
// the middle of an upload and behind a whole one. 64 MiB; in full:
//
//   bazel test --config=release --test_env=RUNDLET_LARGE_BYTES=1073741824
//     --test_output=all //tests/e2e:large_value_test

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "proto/rundlet/v1/key_value.grpc.pb.h"
#include "tests/e2e/server_process.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

#ifdef RUNDLET_SYNC_POINTS  // under ThreadSanitizer, which shadows all memory
constexpr uint64_t kGrowthBytesMax = uint64_t{10} * (32 << 20);
#else
constexpr uint64_t kGrowthBytesMax = 32 << 20;
#endif
constexpr size_t kPartBytes = 256 << 10;

uint64_t ValueBytes() {
  const char* const given = std::getenv("RUNDLET_LARGE_BYTES");
  uint64_t bytes = 0;
  return given != nullptr && absl::SimpleAtoi(given, &bytes)
             ? bytes
             : uint64_t{64} << 20;
}

// Anonymous memory of a process, in bytes.
uint64_t AnonymousBytes(pid_t process) {
  std::ifstream status(absl::StrCat("/proc/", process, "/status"));
  std::string word;
  uint64_t kibibytes = 0;
  while (status >> word) {
    if (word == "RssAnon:") status >> kibibytes;
  }
  return kibibytes << 10;
}

// The most that a process took while this was there.
class PeakMemory {
 public:
  explicit PeakMemory(pid_t process)
      : thread_([this, process] {
          while (!stopping_) {
            peak_ = std::max(peak_.load(), AnonymousBytes(process));
            absl::SleepFor(absl::Milliseconds(5));
          }
        }) {}
  ~PeakMemory() {
    stopping_ = true;
    thread_.join();
  }
  uint64_t bytes() const { return peak_; }

 private:
  std::atomic<bool> stopping_{false};
  std::atomic<uint64_t> peak_{0};
  std::thread thread_;
};

class LargeValueTest : public ::testing::Test {
 protected:
  LargeValueTest() { Start(); }

  void Start() {
    server_ = std::make_unique<ServerProcess>(std::vector<std::string>{
        absl::StrCat("--data=", folder_.Path("data")), "--text=off"});
    ASSERT_TRUE(server_->WaitForLog("serving")) << server_->log();
    store_ = v1::KeyValueService::NewStub(server_->Channel());
  }

  // The first parts of a value; `seed` says which.
  std::unique_ptr<grpc::ClientWriter<v1::PutLargeRequest>> Upload(
      grpc::ClientContext* context, uint64_t seed, uint64_t bytes,
      v1::PutLargeResponse* response) {
    auto stream = store_->PutLarge(context, response);
    v1::PutLargeRequest message;
    message.mutable_header()->set_key("film");
    message.mutable_header()->set_kind(v1::VALUE_KIND_DATA);
    EXPECT_TRUE(stream->Write(message));
    SeededRandom random(seed);
    for (uint64_t at = 0; at < bytes; at += kPartBytes) {
      message.set_data(
          random.Bytes(std::min<uint64_t>(kPartBytes, bytes - at)));
      EXPECT_TRUE(stream->Write(message)) << "at " << at;
    }
    return stream;
  }

  void Put(uint64_t seed, uint64_t bytes) {
    grpc::ClientContext context;
    v1::PutLargeResponse response;
    const auto stream = Upload(&context, seed, bytes, &response);
    v1::PutLargeRequest end;
    end.mutable_end();
    stream->Write(end);
    const grpc::Status status = stream->Finish();
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(response.value_bytes(), bytes);
  }

  void ExpectValue(uint64_t seed, uint64_t bytes) {
    grpc::ClientContext context;
    v1::GetLargeRequest request;
    request.set_key("film");
    const auto stream = store_->GetLarge(&context, request);
    v1::GetLargeResponse message;
    ASSERT_TRUE(stream->Read(&message));
    EXPECT_EQ(message.header().value().bytes(), bytes);
    SeededRandom random(seed);
    std::string want;
    uint64_t at = 0;
    while (stream->Read(&message)) {
      if (want.size() < message.data().size()) want += random.Bytes(kPartBytes);
      const size_t size = message.data().size();
      ASSERT_TRUE(want.compare(0, size, message.data()) == 0) << "at " << at;
      want.erase(0, size);
      at += size;
    }
    const grpc::Status status = stream->Finish();
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(at, bytes);
  }

  TempFolder folder_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<v1::KeyValueService::Stub> store_;
};

TEST_F(LargeValueTest, TakesBoundedMemory) {
  const uint64_t bytes = ValueBytes();
  Put(1, 2 * kPartBytes);  // what the first call of all takes is not counted
  ExpectValue(1, 2 * kPartBytes);
  const uint64_t before = AnonymousBytes(server_->pid());
  ASSERT_GT(before, 0u);
  uint64_t peak = 0;
  const absl::Time start = absl::Now();
  absl::Time put;
  {
    const PeakMemory memory(server_->pid());
    Put(2, bytes);
    put = absl::Now();
    ExpectValue(2, bytes);
    peak = memory.bytes();
  }
  const uint64_t after = AnonymousBytes(server_->pid());
  std::cout << "value " << (bytes >> 20) << " MiB; anonymous memory before "
            << (before >> 10) << " KiB, at most " << (peak >> 10)
            << " KiB, behind " << (after >> 10) << " KiB; put in "
            << absl::FormatDuration(put - start) << ", read in "
            << absl::FormatDuration(absl::Now() - put) << "\n";
  EXPECT_LT(peak, before + kGrowthBytesMax);
}

TEST_F(LargeValueTest, SurvivesTheEndOfTheProcess) {
  constexpr uint64_t kBytes = 8 << 20;
  Put(1, kBytes);
  grpc::ClientContext context;
  v1::PutLargeResponse response;
  const auto stream = Upload(&context, 2, kBytes, &response);
  server_->Signal(SIGKILL);
  EXPECT_EQ(server_->Wait(), 128 + SIGKILL);
  EXPECT_FALSE(stream->Finish().ok());
  Start();
  ExpectValue(1, kBytes);
  Put(3, kBytes);
  server_->Signal(SIGKILL);
  server_->Wait();
  Start();
  ExpectValue(3, kBytes);
}

}  // namespace
}  // namespace rundlet

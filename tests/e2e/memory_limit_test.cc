// Goal: a server in a control group with little memory serves ten times as much
// data, refuses what it has no memory for, and is never killed (P11).
// Method: a group of 128 MiB; 1.25 GiB of values are put and read; keys are put
// until they are refused; deletes and reads go on; writes come back. Where no
// group can be made the server is only told the ceiling; RUNDLET_REAL_LIMIT=1
// makes that an error. In full:
//
//   bazel test --config=release --test_env=RUNDLET_RUNS=1280
//     --test_env=RUNDLET_REAL_LIMIT=1 --test_output=all --spawn_strategy=local
//     //tests/e2e:memory_limit_test

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
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

constexpr uint64_t kLimitBytes = 128 << 20;
constexpr uint64_t kValueBytes = 1'000'000;
constexpr int kKeysOfACommit = 500;
constexpr int kReaders = 8;
constexpr char kMemoryGroups[] = "/sys/fs/cgroup/memory";

// A control group of version 1. Processes that are started while it is entered
// stay in it.
class MemoryGroup {
 public:
  MemoryGroup() : path_(absl::StrCat(kMemoryGroups, "/rundlet-", getpid())) {
    std::error_code error;
    made_ = std::filesystem::create_directory(path_, error) &&
            Write("memory.limit_in_bytes", kLimitBytes);
  }
  ~MemoryGroup() {
    std::error_code error;
    std::filesystem::remove(path_, error);
  }

  bool made() const { return made_; }
  void Enter() { EXPECT_TRUE(Write("cgroup.procs", getpid())); }
  void Leave() {
    std::ofstream root(absl::StrCat(kMemoryGroups, "/cgroup.procs"));
    root << getpid() << std::flush;
    EXPECT_TRUE(root.good());
  }

 private:
  bool Write(const std::string& name, uint64_t number) {
    std::ofstream file(absl::StrCat(path_, "/", name));
    file << number << std::flush;
    return file.good();
  }

  const std::string path_;
  bool made_ = false;
};

class MemoryLimitTest : public ::testing::Test {
 protected:
  void Start() {
    const bool real = group_.made();
    EXPECT_TRUE(real || std::getenv("RUNDLET_REAL_LIMIT") == nullptr);
    std::vector<std::string> arguments = {
        "--data=" + folder_.path(), "--durability=os", "--segment_bytes=64MiB"};
    if (!real) arguments.push_back("--memory_bytes_max=96MiB");
    std::cout << (real ? "a control group of " : "without a group, not ")
              << kLimitBytes << " bytes" << std::endl;
    if (real) group_.Enter();
    server_ = std::make_unique<ServerProcess>(arguments);
    if (real) group_.Leave();
    ASSERT_TRUE(server_->WaitForLog("serving"));
    stub_ = v1::KeyValueService::NewStub(server_->Channel());
  }

  std::string ValueOf(int number) {
    return SeededRandom(seed_ + number).Bytes(kValueBytes);
  }

  void PutValue(int number) {
    grpc::ClientContext context;
    v1::PutRequest request;
    request.set_key(absl::StrCat("value", number));
    request.mutable_value()->set_data(ValueOf(number));
    v1::PutResponse response;
    const grpc::Status status = stub_->Put(&context, request, &response);
    ASSERT_TRUE(status.ok()) << number << ": " << status.error_message();
  }

  void CheckValue(int number) {
    grpc::ClientContext context;
    v1::GetRequest request;
    request.set_key(absl::StrCat("value", number));
    v1::GetResponse response;
    const grpc::Status status = stub_->Get(&context, request, &response);
    ASSERT_TRUE(status.ok()) << number << ": " << status.error_message();
    ASSERT_EQ(response.entry().value().data(), ValueOf(number)) << number;
  }

  static std::string SmallKey(int number) {
    std::string key = absl::StrCat("key", number, "-");
    key.resize(400, 'k');
    return key;
  }

  // One transaction of many small puts, or deletes.
  grpc::Status CommitSmall(int commit, bool deletes) {
    grpc::ClientContext context;
    v1::CommitRequest request;
    for (int i = 0; i < kKeysOfACommit; ++i) {
      const std::string key = SmallKey(commit * kKeysOfACommit + i);
      if (deletes) {
        request.add_operations()->mutable_delete_()->set_key(key);
        continue;
      }
      v1::PutOperation* put = request.add_operations()->mutable_put();
      put->set_key(key);
      put->mutable_value()->set_text("v");
    }
    v1::CommitResponse response;
    return stub_->Commit(&context, request, &response);
  }

  const uint64_t seed_ = TestSeed();
  TempFolder folder_;
  MemoryGroup group_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<v1::KeyValueService::Stub> stub_;
};

TEST_F(MemoryLimitTest, TenTimesItsMemoryIsServed) {
  const int values = static_cast<int>(TestRuns(40));
  ASSERT_NO_FATAL_FAILURE(Start());
  for (int i = 0; i < values; ++i) {
    ASSERT_NO_FATAL_FAILURE(PutValue(i));
  }
  for (int i = 0; i < values; ++i) {
    ASSERT_NO_FATAL_FAILURE(CheckValue(i));
  }
  std::cout << values << " values of " << kValueBytes << " bytes put and read"
            << std::endl;

  int commits = 0;
  grpc::Status status;
  while ((status = CommitSmall(commits, /*deletes=*/false)).ok()) {
    ASSERT_LT(++commits, 10'000);
  }
  std::cout << "refused after " << commits * kKeysOfACommit
            << " keys: " << status.error_message() << std::endl;
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(absl::StrContains(status.error_message(), "memory_bytes_max"));
  EXPECT_GT(commits, 10);

  // Readers are served at the ceiling, too, many at a time.
  std::vector<std::thread> readers;
  readers.reserve(kReaders);
  for (int reader = 0; reader < kReaders; ++reader) {
    readers.emplace_back([&, reader] {
      for (int i = reader; i < values; i += kReaders) CheckValue(i);
    });
  }
  for (std::thread& reader : readers) reader.join();
  ASSERT_FALSE(HasFatalFailure());
  for (int i = 0; i < commits; ++i) {
    status = CommitSmall(i, /*deletes=*/true);
    ASSERT_TRUE(status.ok()) << i << ": " << status.error_message();
  }
  while (!(status = CommitSmall(0, /*deletes=*/false)).ok()) {
    ASSERT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED)
        << status.error_message();
    absl::SleepFor(absl::Milliseconds(100));
  }
  ASSERT_NO_FATAL_FAILURE(CheckValue(0));
  server_->Signal(SIGTERM);
  EXPECT_EQ(server_->Wait(), 0) << server_->log();
}

}  // namespace
}  // namespace rundlet

// Goal: a store takes no more memory than it was given, neither for what it
// holds nor for one transaction.
// Method: a store on a disk in memory, with a low ceiling and large values.

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "storage/engine/log_store.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"

namespace rundlet {
namespace {

class LogStoreLimitsTest : public ::testing::Test {
 protected:
  void Open(uint64_t memory_bytes_max) {
    Options options;
    options.path = "/data";
    options.file_system = &disk_;
    options.clock = &clock_;
    options.memory_bytes_max = memory_bytes_max;
    auto opened = LogStore::Open(std::move(options));
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
    blocking_ = std::make_unique<BlockingStore>(store_.get());
  }

  CrashableFileSystem disk_;
  FakeClock clock_;
  std::unique_ptr<LogStore> store_;
  std::unique_ptr<BlockingStore> blocking_;
};

TEST_F(LogStoreLimitsTest, ATransactionReadsNoMoreValuesThanTheLimit) {
  Open(/*memory_bytes_max=*/0);
  const std::string value(1 << 20, 'v');
  for (int i = 0; i < 9; ++i) {
    ASSERT_TRUE(blocking_->Put(absl::StrCat("k", i), Value::Text(value)).ok());
  }
  Transaction compares;
  for (int i = 0; i < 8; ++i) {
    // The same value twice is read once.
    for (int twice = 0; twice < 2; ++twice) {
      compares.conditions.push_back(
          Condition::ValueIs(absl::StrCat("k", i), Value::Text("v")));
    }
  }
  EXPECT_TRUE(blocking_->Commit(compares).ok());
  compares.conditions.push_back(Condition::ValueIs("k8", Value::Text("v")));
  const absl::Status refused = blocking_->Commit(compares).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(refused.message(),
            "values that the transaction reads is 9437184, fetched_bytes_max "
            "is 8388608");
}

TEST_F(LogStoreLimitsTest,
       WritesBeyondTheMemoryCeilingAreRefusedDeletesAreNot) {
  Open(1 << 20);
  absl::Status status;
  int keys = 0;
  while (status.ok()) {
    status =
        blocking_->Put(absl::StrCat("k", keys++), Value::Text("v")).status();
    ASSERT_LT(keys, 100'000);
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(
      absl::StrContains(status.message(), "memory_bytes_max is 1048576"))
      << status;
  const MemoryStats memory = store_->Stats().memory;
  EXPECT_GT(memory.index_bytes, (1u << 20) / 4);
  EXPECT_LE(memory.used_bytes, memory.bytes_max);
  EXPECT_TRUE(blocking_->Get("k0")->has_value());
  for (int i = 0; i < keys; ++i) {
    EXPECT_TRUE(blocking_->Delete(absl::StrCat("k", i)).ok());
  }
  EXPECT_TRUE(blocking_->Put("k0", Value::Text("v")).ok());
}

// A record may hold more than key and value.
TEST_F(LogStoreLimitsTest, TheNameOfARequestIsNoPartOfAPage) {
  Open(/*memory_bytes_max=*/0);
  for (const char* const key : {"a", "b"}) {
    Transaction put;
    put.operations = {PutOperation{key, Value::Text("value")}};
    put.request = {"somebody", absl::StrCat("request of ", key)};
    ASSERT_TRUE(blocking_->Commit(put).ok());
  }
  ScanRequest scan;
  scan.bytes_max = 12;
  auto page = blocking_->Scan(scan);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->entries.size(), 2u);
  EXPECT_FALSE(page->more);
  scan.bytes_max = 11;
  page = blocking_->Scan(scan);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->entries.size(), 1u);
  EXPECT_TRUE(page->more);
}

}  // namespace
}  // namespace rundlet

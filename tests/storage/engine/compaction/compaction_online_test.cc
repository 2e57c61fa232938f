// Goal: compactions, writers, readers and scans of many pages do not disturb
// each other: every scan sees one revision, every write stays (P8).
// Method: transactions that move an amount between two keys, so that the sum
// is the same at every revision; scans in small pages and reads add it up,
// while small segments are rolled and compacted all the time.

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "storage/engine/log_store.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

constexpr int kAccounts = 24;
constexpr int kAmount = 100;

std::string KeyOf(uint64_t account) {
  return absl::StrCat("account/", 10 + account);
}

class CompactionOnlineTest : public ::testing::Test {
 protected:
  CompactionOnlineTest() { Open(); }

  void Open() {
    store_.reset();
    Options options;
    options.path = "/data";
    options.file_system = &disk_;
    options.segment_bytes = 2000;
    options.cache_entries = 16;
    auto opened = LogStore::Open(std::move(options));
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }

  // Moves one between two accounts, if nobody else has touched them.
  bool Move(SeededRandom& random) {
    BlockingStore store(store_.get());
    const std::string from = KeyOf(random.Below(kAccounts));
    const std::string to = KeyOf(random.Below(kAccounts));
    if (from == to) return false;
    ReadRequest request;
    request.keys = {from, to};
    const auto read = store.Read(request);
    EXPECT_TRUE(read.ok()) << read.status();
    if (!read.ok()) return false;
    Transaction move;
    int step = -1;
    for (const auto& entry : read->entries) {
      int amount = 0;
      EXPECT_TRUE(absl::SimpleAtoi(entry->value.bytes, &amount));
      move.conditions.push_back(
          Condition::RevisionIs(entry->key, entry->revision));
      // Deleted and put again, so that there are tombstones, too.
      move.operations.push_back(DeleteOperation{entry->key});
      move.operations.push_back(
          PutOperation{entry->key, Value::Text(absl::StrCat(amount + step))});
      step = 1;
    }
    move.durability = static_cast<Durability>(random.Between(1, 3));
    const auto receipt = store.Commit(move);
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    return receipt.ok() && receipt->branch == Receipt::Branch::kOperations;
  }

  // Adds up all accounts as pages of one revision.
  int SumByPages(bool reverse, uint64_t page) {
    BlockingStore store(store_.get());
    ScanRequest request;
    request.range = KeyRange::Prefix("account/");
    request.reverse = reverse;
    request.entries_max = page;
    int sum = 0;
    int entries = 0;
    for (bool more = true; more;) {
      const auto result = store.Scan(request);
      EXPECT_TRUE(result.ok()) << result.status();
      if (!result.ok()) return -1;
      for (const Entry& entry : result->entries) {
        int amount = 0;
        EXPECT_TRUE(absl::SimpleAtoi(entry.value.bytes, &amount));
        sum += amount;
        ++entries;
      }
      request.at = result->read_revision;
      request.at_time = result->read_time;
      if (!result->entries.empty()) request.after = result->entries.back().key;
      more = result->more;
    }
    EXPECT_EQ(entries, kAccounts);
    return sum;
  }

  CrashableFileSystem disk_;
  std::unique_ptr<LogStore> store_;
};

TEST_F(CompactionOnlineTest, EverySumIsTheSame) {
  BlockingStore store(store_.get());
  for (int i = 0; i < kAccounts; ++i) {
    ASSERT_TRUE(store.Put(KeyOf(i), Value::Text(absl::StrCat(kAmount))).ok());
  }
  const uint64_t moves = TestRuns(300);
  std::atomic<int> writing{2};
  std::vector<std::thread> threads;
  for (uint64_t writer = 0; writer < 2; ++writer) {
    threads.emplace_back([&, writer] {
      SeededRandom random(TestSeed() + writer);
      for (uint64_t i = 0; i < moves; ++i) Move(random);
      --writing;
    });
  }
  threads.emplace_back([&] {
    for (uint64_t page = 1; writing > 0; page = page % 9 + 1) {
      EXPECT_EQ(SumByPages(page % 2 == 0, page), kAccounts * kAmount);
    }
  });
  threads.emplace_back([&] {
    while (writing > 0) {
      const auto report = BlockingStore(store_.get()).Compact();
      EXPECT_TRUE(report.ok()) << report.status();
    }
  });
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(store_->Stats().compaction_count, 0u);
  EXPECT_EQ(SumByPages(false, 7), kAccounts * kAmount);
  Open();
  EXPECT_EQ(SumByPages(true, 7), kAccounts * kAmount);
}

}  // namespace
}  // namespace rundlet

// Goal: the parts make a Store: options are checked, one process has the
// folder, what was committed is there after any stop, and the figures are true.
// Method: stores on a disk in memory, and once on the machine's own.

#include "storage/engine/log_store.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"
#include "tests/support/vector_source.h"

namespace rundlet {
namespace {

class LogStoreTest : public ::testing::Test {
 protected:
  Options MakeOptions() {
    Options options;
    options.path = "/data";
    options.file_system = &files_;
    options.clock = &clock_;
    options.log_ahead_bytes = 0;  // a file ends where its records do
    options.on_event = [this](absl::string_view line) {
      const absl::MutexLock lock(&mutex_);
      absl::StrAppend(&said_, line, "\n");
    };
    options.on_fatal = [this](absl::Status) {
      const absl::MutexLock lock(&mutex_);
      ++fatal_count_;
    };
    return options;
  }
  void Open() {
    store_.reset();
    auto opened = LogStore::Open(MakeOptions());
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
    blocking_ = std::make_unique<BlockingStore>(store_.get());
  }
  std::string Get(const std::string& key) {
    const auto entry = blocking_->Get(key);
    if (!entry.ok()) return entry.status().ToString();
    return entry->has_value() ? (*entry)->value.bytes : "-";
  }
  void ExpectRefused(Options options, const std::string& field) {
    const absl::Status refused = LogStore::Open(std::move(options)).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StrContains(refused.message(), field)) << refused;
    EXPECT_TRUE(disk_.Image().empty());
  }
  std::string said() {
    const absl::MutexLock lock(&mutex_);
    return said_;
  }
  int fatal_count() {
    const absl::MutexLock lock(&mutex_);
    return fatal_count_;
  }

  CrashableFileSystem disk_;
  FaultyFileSystem files_{&disk_};
  FakeClock clock_;
  absl::Mutex mutex_;
  std::string said_ ABSL_GUARDED_BY(mutex_);
  int fatal_count_ ABSL_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<LogStore> store_;
  std::unique_ptr<BlockingStore> blocking_;
};

TEST_F(LogStoreTest, OptionsOutOfRangeAreRefused) {
  const auto refuse = [this](const std::string& field,
                             const std::function<void(Options&)>& set) {
    Options options = MakeOptions();
    set(options);
    ExpectRefused(std::move(options), field);
  };
  refuse("path", [](Options& o) { o.path = ""; });
  refuse("durability", [](Options& o) { o.durability = Durability::kDefault; });
  refuse("durability",
         [](Options& o) { o.durability = static_cast<Durability>(9); });
  refuse("sync_interval",
         [](Options& o) { o.sync_interval = absl::ZeroDuration(); });
  refuse("sweep_interval",
         [](Options& o) { o.sweep_interval = -absl::Seconds(1); });
  refuse("segment_bytes", [](Options& o) { o.segment_bytes = 255; });
  refuse("segment_bytes",
         [](Options& o) { o.segment_bytes = (uint64_t{4} << 30) + 1; });
  refuse("revision_block", [](Options& o) { o.revision_block = 0; });
  refuse("revision_block", [](Options& o) { o.revision_block = ~0ull; });
  refuse("key_bytes_max", [](Options& o) { o.limits.key_bytes_max = 4097; });
  refuse("value_bytes_max", [](Options& o) { o.limits.value_bytes_max = 0; });
  refuse("transaction_bytes_max",
         [](Options& o) { o.limits.transaction_bytes_max = ~0ull; });
}

TEST_F(LogStoreTest, OneStoreAFolder) {
  Open();
  EXPECT_EQ(LogStore::Open(MakeOptions()).status().code(),
            absl::StatusCode::kFailedPrecondition);
  store_.reset();
  Open();
}

TEST_F(LogStoreTest, AStopIsCleanAndSaid) {
  Open();
  ASSERT_TRUE(blocking_->Put("k", Value::Text("v")).ok());
  store_.reset();
  EXPECT_TRUE(absl::StrContains(said(), "closed /data\n")) << said();
  Open();
  EXPECT_EQ(Get("k"), "v");
  EXPECT_EQ(blocking_->Put("k", Value::Text("w"))->revision, 2u);
  EXPECT_TRUE(absl::StrContains(said(), "1 records")) << said();
}

TEST_F(LogStoreTest, ATornTailIsSaidAndCounted) {
  Open();
  ASSERT_TRUE(blocking_->Put("k", Value::Text("v")).ok());
  disk_.PowerOff();
  store_.reset();
  SeededRandom random(TestSeed());
  disk_.PowerOn(PowerLoss::kNothing, random);
  auto image = disk_.Image();
  image.at("/data/0000000000000001.log") += "torn";
  disk_.SetImage(image);
  Open();
  EXPECT_EQ(Get("k"), "v");
  EXPECT_EQ(store_->Stats().recovery_cut_bytes, 4u);
  EXPECT_TRUE(absl::StrContains(said(), "cut 4 bytes")) << said();
}

TEST_F(LogStoreTest, ValuesThatATransactionNeedsAreFetched) {
  Open();
  ASSERT_TRUE(blocking_->Put("k", Value::Json("[1]")).ok());
  Transaction transaction;
  transaction.conditions = {Condition::ValueIs("k", Value::Json("[1]"))};
  transaction.operations = {GetOperation{"k"},
                            SetExpiryOperation{"k", Expiry::Never()},
                            PutOperation{"k", Value::Text("new")}};
  transaction.return_previous = true;
  const auto receipt = blocking_->Commit(transaction);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  ASSERT_EQ(receipt->results.size(), 3u);
  for (const OperationResult& result : receipt->results) {
    EXPECT_EQ(result.entry->value.bytes, "[1]");
  }
  EXPECT_EQ(Get("k"), "new");
}

TEST_F(LogStoreTest, ConcurrentReadModifyWritesLoseNothing) {
  Open();
  ASSERT_TRUE(blocking_->Put("n", Value::Text("0")).ok());
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([this] {
      for (int added = 0; added < 50;) {
        const auto entry = blocking_->Get("n");
        ASSERT_TRUE(entry.ok() && entry->has_value());
        Transaction add;
        add.conditions = {Condition::ValueIs("n", (*entry)->value)};
        add.operations = {PutOperation{
            "n",
            Value::Text(absl::StrCat(std::stoi((*entry)->value.bytes) + 1))}};
        add.durability = Durability::kOs;
        const auto receipt = blocking_->Commit(add);
        ASSERT_TRUE(receipt.ok()) << receipt.status();
        if (!receipt->failed_condition.has_value()) ++added;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Get("n"), "200");
}

TEST_F(LogStoreTest, MalformedCallsAreRefused) {
  Open();
  EXPECT_EQ(blocking_->Put("", Value::Text("v")).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(blocking_->Sync(Durability::kMemory).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(blocking_->Sync(Durability::kDefault).ok());
  EXPECT_EQ(store_->Stats().commit_count, 0u);
}

TEST_F(LogStoreTest, ALargeRecordIsKeptInTheCacheWhenItIsRead) {
  Open();
  const auto put = [this](size_t bytes) {
    EXPECT_TRUE(blocking_->Put("a", Value::Data(std::string(bytes, 'v'))).ok());
    return store_->Stats().keys_in_cache;
  };
  EXPECT_EQ(put(100'000), 1u);
  EXPECT_EQ(put(200'000), 0u);
  EXPECT_EQ(Get("a").size(), 200'000u);
  EXPECT_EQ(store_->Stats().keys_in_cache, 1u);
}

TEST_F(LogStoreTest, StatsSayWhatIsThere) {
  Open();
  ASSERT_TRUE(blocking_->Put("a", Value::Text("1")).ok());
  ASSERT_TRUE(blocking_->Put("b", Value::Text("2")).ok());
  ASSERT_TRUE(blocking_->Delete("b").ok());
  ASSERT_TRUE(blocking_->Delete("absent").ok());
  EXPECT_EQ(Get("a"), "1");
  StoreStats stats = store_->Stats();
  EXPECT_EQ(stats.keys_in_index, 1u);
  EXPECT_EQ(stats.put_count, 2u);
  EXPECT_EQ(stats.delete_count, 2u);
  EXPECT_EQ(stats.commit_count, 4u);
  EXPECT_EQ(stats.read_count, 1u);
  EXPECT_EQ(stats.cache_hit_count, 1u);
  EXPECT_EQ(stats.visible_revision, 3u);
  EXPECT_EQ(stats.durable_revision, 3u);
  EXPECT_EQ(stats.log_segment_count, 1u);
  EXPECT_EQ(stats.store_id.size(), 32u);
  EXPECT_EQ(stats.file_size_bytes,
            disk_.Image().at("/data/0000000000000001.log").size());
  EXPECT_EQ(stats.live_bytes, 66u);
  EXPECT_EQ(stats.last_compaction_time, std::nullopt);
  EXPECT_EQ(blocking_->Compact()->records_dropped, 2u);
  stats = store_->Stats();
  EXPECT_EQ(stats.compaction_count, 1u);
  EXPECT_EQ(stats.base_segment_count, 1u);
  EXPECT_EQ(stats.last_compaction_time, clock_.Now());
  const std::string id = stats.store_id;
  Open();
  EXPECT_EQ(store_->Stats().store_id, id);
  EXPECT_EQ(store_->Stats().recovered_record_count, 1u);
}

TEST_F(LogStoreTest, IngestsAndGoesOn) {
  Open();
  Entry entry;
  entry.key = "k";
  entry.value = Value::Text("loaded");
  VectorSource source("label", {entry});
  ASSERT_TRUE(store_->Ingest(source).ok());
  EXPECT_EQ(Get("k"), "loaded");
  VectorSource again("label", {entry});
  EXPECT_EQ(store_->Ingest(again).status().code(),
            absl::StatusCode::kAlreadyExists);
  Open();
  EXPECT_EQ(Get("k"), "loaded");
}

TEST_F(LogStoreTest, AFailedSyncEndsIt) {
  Open();
  ASSERT_TRUE(blocking_->Put("k", Value::Text("v")).ok());
  files_.FailCall({Call::kSync, 1, absl::UnknownError("EIO")});
  EXPECT_EQ(blocking_->Put("k", Value::Text("w")).status().code(),
            absl::StatusCode::kUnknown);
  EXPECT_EQ(blocking_->Put("k", Value::Text("x")).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(blocking_->Compact().status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(Get("k"), "v");
  store_.reset();
  EXPECT_EQ(fatal_count(), 1);
  EXPECT_TRUE(absl::StrContains(said(), "uncleanly")) << said();
}

TEST_F(LogStoreTest, ACommitThatCannotReadIsRefused) {
  Open();
  ASSERT_TRUE(blocking_->Put("k", Value::Text("v")).ok());
  Open();  // nothing is in the cache
  files_.FailCall({Call::kRead, 1, absl::UnknownError("EIO")});
  Transaction put;
  put.operations.push_back(PutOperation{"k", Value::Text("w")});
  put.return_previous = true;
  // Nothing has happened: UNKNOWN would not say so.
  EXPECT_EQ(blocking_->Commit(put).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(Get("k"), "v");
}

TEST_F(LogStoreTest, AKeyThatHasExpiredStaysGone) {
  Open();
  ASSERT_TRUE(
      blocking_->Put("k", Value::Text("v"), Expiry::After(absl::Seconds(10)))
          .ok());
  clock_.Advance(absl::Seconds(10));
  EXPECT_EQ(Get("k"), "-");
  store_.reset();
  clock_.StepWall(-absl::Hours(1));
  Open();
  EXPECT_EQ(Get("k"), "-");
}

TEST_F(LogStoreTest, OnTheMachinesOwnDisk) {
  const TempFolder folder;
  for (int round = 0; round < 3; ++round) {
    Options options;
    options.path = folder.Path("a/store");
    auto opened = LogStore::Open(std::move(options));
    ASSERT_TRUE(opened.ok()) << opened.status();
    BlockingStore store(opened->get());
    const auto entry = store.Get("round");
    ASSERT_TRUE(entry.ok());
    EXPECT_EQ(entry->has_value() ? (*entry)->value.bytes : "",
              round == 0 ? "" : absl::StrCat(round - 1));
    ASSERT_TRUE(store.Put("round", Value::Text(absl::StrCat(round))).ok());
    ASSERT_TRUE(store.Compact().ok());
  }
}

}  // namespace
}  // namespace rundlet

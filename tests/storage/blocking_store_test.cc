// Goal: BlockingStore waits for answers that come from other threads, and asks
// what its methods say.
// Method: a store that answers each call from a thread of its own.

#include "storage/blocking_store.h"

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/support/model_store.h"

namespace rundlet {
namespace {

// Passes calls on to a model, from another thread and a little later.
class LateStore : public Store {
 public:
  ~LateStore() override {
    for (std::thread& thread : threads_) thread.join();
  }

  void Commit(Transaction transaction, CommitCallback done) override {
    Later([this, transaction = std::move(transaction),
           done = std::move(done)]() mutable {
      model_.Commit(std::move(transaction), std::move(done));
    });
  }
  void Read(ReadRequest request, ReadCallback done) override {
    Later(
        [this, request = std::move(request), done = std::move(done)]() mutable {
          model_.Read(std::move(request), std::move(done));
        });
  }
  void Scan(ScanRequest request, ScanCallback done) override {
    Later(
        [this, request = std::move(request), done = std::move(done)]() mutable {
          model_.Scan(std::move(request), std::move(done));
        });
  }
  void OpenSnapshot(SnapshotRequest request, SnapshotCallback done) override {
    Later([this, request, done = std::move(done)]() mutable {
      model_.OpenSnapshot(request, std::move(done));
    });
  }
  void RenewSnapshot(uint64_t id, absl::Duration lease,
                     SnapshotCallback done) override {
    Later([this, id, lease, done = std::move(done)]() mutable {
      model_.RenewSnapshot(id, lease, std::move(done));
    });
  }
  void ReleaseSnapshot(uint64_t id, SyncCallback done) override {
    Later([this, id, done = std::move(done)]() mutable {
      model_.ReleaseSnapshot(id, std::move(done));
    });
  }
  absl::StatusOr<std::unique_ptr<Watch>> OpenWatch(
      WatchRequest request) override {
    return model_.OpenWatch(std::move(request));
  }
  void Sync(Durability durability, SyncCallback done) override {
    Later([this, durability, done = std::move(done)]() mutable {
      model_.Sync(durability, std::move(done));
    });
  }
  void Compact(CompactCallback done) override {
    Later([this, done = std::move(done)]() mutable {
      model_.Compact(std::move(done));
    });
  }
  absl::StatusOr<CompactionPlan> ExplainCompaction() const override {
    return model_.ExplainCompaction();
  }
  void Verify(VerifyCallback done) override {
    Later([this, done = std::move(done)]() mutable {
      model_.Verify(std::move(done));
    });
  }
  void Backup(std::string folder, BackupCallback done) override {
    Later([this, folder = std::move(folder), done = std::move(done)]() mutable {
      model_.Backup(std::move(folder), std::move(done));
    });
  }
  absl::StatusOr<IngestReport> Ingest(EntrySource& source) override {
    return model_.Ingest(source);
  }
  StoreStats Stats() const override { return model_.Stats(); }
  const Limits& limits() const override { return model_.limits(); }

 private:
  template <typename Call>
  void Later(Call call) {
    threads_.emplace_back([call = std::move(call)]() mutable {
      absl::SleepFor(absl::Milliseconds(1));
      call();
    });
  }

  ModelStore model_;
  std::vector<std::thread> threads_;
};

TEST(BlockingStoreTest, WaitsForEveryAnswer) {
  LateStore late;
  BlockingStore store(&late);
  const auto put = store.Put("k", Value::Text("v"));
  ASSERT_TRUE(put.ok()) << put.status();
  EXPECT_EQ(put->revision, 1u);
  const auto entry = store.Get("k");
  ASSERT_TRUE(entry.ok() && entry->has_value());
  EXPECT_EQ((*entry)->value, Value::Text("v"));
  const auto page = store.Scan({});
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->entries.size(), 1u);
  EXPECT_TRUE(store.Sync(Durability::kDisk).ok());
  EXPECT_TRUE(store.Compact().ok());
}

TEST(BlockingStoreTest, PassesKeysExpiriesAndErrorsOn) {
  LateStore late;
  BlockingStore store(&late);
  ASSERT_TRUE(store.Put("k", Value::Text("v")).ok());
  ASSERT_TRUE(store.SetExpiry("k", Expiry::After(absl::Hours(1))).ok());
  EXPECT_LT((*store.Get("k"))->expiry, absl::InfiniteFuture());
  ASSERT_TRUE(store.Put("k", Value::Text("w"), Expiry::Keep()).ok());
  EXPECT_LT((*store.Get("k"))->expiry, absl::InfiniteFuture());
  const auto removed = store.Delete("k");
  ASSERT_TRUE(removed.ok());
  EXPECT_TRUE(removed->results.at(0).existed);
  EXPECT_FALSE((*store.Get("k")).has_value());
  EXPECT_EQ(store.Put("", Value::Text("v")).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store.Sync(Durability::kMemory).code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace rundlet

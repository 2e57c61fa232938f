// HeldStore: a store that answers when the test says so.

#ifndef RUNDLET_TESTS_SERVICE_GATEWAY_HELD_STORE_H_
#define RUNDLET_TESTS_SERVICE_GATEWAY_HELD_STORE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "storage/store.h"
#include "tests/support/model_store.h"

namespace rundlet {

// A ModelStore whose writes take effect at once, while the callbacks of Commit,
// Read and Compact wait until they are released. Thread-safe.
class HeldStore : public Store {
 public:
  explicit HeldStore(Limits limits = {})
      : model_(Clock::System(), limits, Durability::kOs) {}

  // Runs the callbacks that wait, in order, on this thread.
  void ReleaseAll();
  // Runs the one that came last, before those that came earlier.
  void ReleaseLast();
  // How many callbacks wait.
  size_t held_count() const;
  void WaitForHeld(size_t count) const;
  // From now on callbacks run before their call returns.
  void StopHolding();

  // Transaction::more of every Commit so far.
  std::vector<bool> more_flags() const;
  size_t sync_count() const;

  void Commit(Transaction transaction, CommitCallback done) override;
  void Read(ReadRequest request, ReadCallback done) override;
  void Scan(ScanRequest request, ScanCallback done) override;
  void OpenSnapshot(SnapshotRequest request, SnapshotCallback done) override;
  void RenewSnapshot(uint64_t id, absl::Duration lease,
                     SnapshotCallback done) override;
  void ReleaseSnapshot(uint64_t id, SyncCallback done) override;
  absl::StatusOr<std::unique_ptr<Watch>> OpenWatch(
      WatchRequest request) override;
  void Sync(Durability durability, SyncCallback done) override;
  void Compact(CompactCallback done) override;
  absl::StatusOr<CompactionPlan> ExplainCompaction() const override;
  void Verify(VerifyCallback done) override;
  void Backup(std::string folder, BackupCallback done) override;
  absl::StatusOr<IngestReport> Ingest(EntrySource& source) override;
  StoreStats Stats() const override { return model_.Stats(); }
  const Limits& limits() const override { return model_.limits(); }

 private:
  using Release = absl::AnyInvocable<void()>;

  // Holds `release`, or runs it.
  void Hold(Release release);

  // Waits with its result until it is released.
  template <typename Result, typename Callback>
  auto Holding(Callback done);

  ModelStore model_;
  mutable absl::Mutex mutex_;
  std::deque<Release> held_ ABSL_GUARDED_BY(mutex_);
  std::vector<bool> more_flags_ ABSL_GUARDED_BY(mutex_);
  size_t sync_count_ ABSL_GUARDED_BY(mutex_) = 0;
  bool holding_ ABSL_GUARDED_BY(mutex_) = true;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SERVICE_GATEWAY_HELD_STORE_H_

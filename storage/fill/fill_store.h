// FillStore: a Store that lets one of many fill a key that is absent.
//
//   FillStore fills(store.get(), FillOptions());
//   fills.Get(request, [](absl::StatusOr<FillResult> result) {
//     // An entry; or a lease: compute the value and Fill; or neither: another
//     // one is at it still, ask again.
//   });
//   fills.Fill(std::move(put), lease.token, [](absl::StatusOr<Receipt>) {});
//
// The law: a fill is applied only if no write of its key, through Commit or
// Ingest, has begun since its lease was given, and the key is absent still.
// What wrote nothing, such as deleting an absent key, is a write as well. So
// whoever changes what values are computed from, and then deletes the key,
// never finds a value there that was computed before. An expired key is absent.

#ifndef RUNDLET_STORAGE_FILL_FILL_STORE_H_
#define RUNDLET_STORAGE_FILL_FILL_STORE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/fill/fill_get.h"
#include "storage/fill/fill_lease.h"
#include "storage/fill/fill_table.h"
#include "storage/fill/owed_callbacks.h"
#include "storage/store.h"

namespace rundlet {

// Thread-safe, as a store is. No call waits; callbacks run as the store's do,
// or on a thread of its own. Whoever is woken by a write is answered by the
// thread that completes it.
class FillStore : public Store {
 public:
  // The store is not owned and must outlive it; all writes have to come through
  // this one.
  FillStore(Store* store, FillOptions options);
  // Answers who waits, then waits for the callbacks that the store owes.
  ~FillStore() override;

  const FillLimits& fill_limits() const { return limits_; }
  // How many wait now.
  uint64_t waiter_count() const { return table_.waiter_count(); }

  // Reads one key. If it is absent, one caller gets the lease; the others are
  // answered when there is an entry, or the lease is free, the oldest first, or
  // their wait is over. INVALID_ARGUMENT: not one key, a revision to read at,
  // or a time out of its limits. RESOURCE_EXHAUSTED (Refusal::kFillsFull,
  // kFillWaitsFull): nothing was done. Errors of Read.
  FillGetPtr Get(FillRequest request, FillGet::Callback done);
  // Answers CANCELLED, if it is not answered.
  void Cancel(const FillGetPtr& get);

  // Commits a put of one key with its lease, which ends. A delete gives the
  // lease back. ABORTED (Refusal::kFillLost): the lease is lost, nothing was
  // done. INVALID_ARGUMENT: not such a transaction. Whatever else fails leaves
  // the lease as it is.
  void Fill(Transaction transaction, FillToken token, CommitCallback done);

  // From now on nobody waits: who does is answered that a fill is under way.
  void StopWaiting();

  // Ends what is due by the clock. Its own thread does so as well, as time
  // passes; whoever moves the clock by hand calls it.
  void EndDue();

  // Takes the leases of the keys that it may change, then the store's.
  void Commit(Transaction transaction, CommitCallback done) override;
  // Takes all leases, then the store's.
  absl::StatusOr<IngestReport> Ingest(EntrySource& source) override;

  // Those of the store.
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
  StoreStats Stats() const override { return store_->Stats(); }
  const Limits& limits() const override { return store_->limits(); }

 private:
  absl::Status Check(const FillRequest& request) const;
  // Reads for a get that has no place in the table.
  void Begin(const FillGetPtr& get);
  void OnMissed(const FillGetPtr& get);
  void Probe(const FillGetPtr& get);
  void OnProbed(const FillGetPtr& get, absl::StatusOr<ReadResult> found);
  void GiveLease(const FillGetPtr& get, FillToken token);
  void Do(const FillSteps& steps);
  void RunTimer() ABSL_LOCKS_EXCLUDED(timer_mutex_);
  void WakeTimer() ABSL_LOCKS_EXCLUDED(timer_mutex_);

  Store* const store_;
  const FillLimits limits_;
  const Clock* const clock_;
  FillTable table_;
  OwedCallbacks owed_;

  absl::Mutex timer_mutex_;
  absl::CondVar timer_wakes_;
  bool closing_ ABSL_GUARDED_BY(timer_mutex_) = false;
  // When the timer means to look next.
  absl::Duration timer_end_ ABSL_GUARDED_BY(timer_mutex_) =
      absl::InfiniteDuration();
  std::thread timer_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_FILL_FILL_STORE_H_

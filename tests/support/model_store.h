// ModelStore: what a store should do, as plainly as it can be said. The oracle
// of the tests, and a store without a disk for the tests of what stands above.
//
// Keeps every version for ever, in a map; one lock; callbacks run before the
// call returns, unless it was made from inside a callback: then after that one.
// Nothing outlives the object, its watches neither. Every write is at once as
// durable as can be. While there are watches a key that has expired is deleted
// by whatever call comes next.

#ifndef RUNDLET_TESTS_SUPPORT_MODEL_STORE_H_
#define RUNDLET_TESTS_SUPPORT_MODEL_STORE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/file/clock.h"
#include "storage/store.h"

namespace rundlet {

// What a read without values leaves of an entry.
inline void LeaveValueOut(Entry* entry) {
  if (entry->value.kind != ValueKind::kLarge) entry->value.bytes.clear();
}

class ModelStore : public Store {
 public:
  // How long a request is remembered: the default of Options::request_window.
  static constexpr absl::Duration kRequestWindow = absl::Minutes(10);

  // The clock is not owned and must outlive the store.
  explicit ModelStore(const Clock* clock = Clock::System(), Limits limits = {},
                      Durability durability = Durability::kDisk);

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
  StoreStats Stats() const override;
  const Limits& limits() const override { return limits_; }

  Revision newest() const;
  // Every entry that has not expired, by key; of the newest revision, or as of
  // an older one.
  std::map<std::string, Entry> Entries() const { return EntriesAt(newest()); }
  std::map<std::string, Entry> EntriesAt(Revision revision) const;
  // What a revision has changed, by key: what is there since, or nothing.
  std::map<std::string, std::optional<Entry>> ChangesOf(
      Revision revision) const;
  // Forgets all that was written after a revision.
  void Rewind(Revision revision);
  // Its engine time (T1) is `time` now and goes on from there.
  void SetTime(absl::Time time);
  absl::Time time() const;

 private:
  // By revision; empty where the key was deleted.
  using Versions = std::map<Revision, std::optional<Entry>>;
  // What a transaction under way has changed so far.
  using Changes = std::map<std::string, std::optional<Entry>>;

  // The instant that a transaction or a read works at.
  struct Moment {
    Revision revision = 0;
    absl::Time time;
  };

  // A transaction under way.
  struct Applying {
    Moment moment;
    bool return_previous = false;
    Changes changes;
    uint64_t range_keys = 0;       // deleted by ranges
    uint64_t range_key_bytes = 0;  // of these keys
  };

  // What a revision has changed.
  struct Logged {
    absl::Time time;
    std::vector<std::string> keys;
    bool expired = false;
  };

  // A request that has committed.
  struct Requested {
    std::string payload;
    Receipt receipt;
    Revision revision = 0;
    absl::Time time;
  };

  struct Watching;
  class Handle;

  absl::Time EngineTime() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  // Absent, deleted and expired keys are all empty.
  std::optional<Entry> Find(const std::string& key, const Moment& moment) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  std::optional<Entry> FindChanged(const std::string& key,
                                   const Changes& changes,
                                   const Moment& moment) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  // With a request id: once.
  absl::StatusOr<Receipt> ApplyOnce(const Transaction& transaction)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Receipt> Apply(const Transaction& transaction)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<FailedCondition> FirstFailed(
      const std::vector<Condition>& conditions, const Moment& moment) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  // Not OK: the transaction is refused.
  absl::Status ApplyOperation(const Operation& operation, Applying* applying,
                              OperationResult* result)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status ApplyRange(const DeleteRangeOperation& range, Applying* applying,
                          OperationResult* result)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status ApplyAdd(const AddOperation& add,
                        const std::optional<Entry>& previous,
                        const Moment& moment, Entry* entry,
                        OperationResult* result)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // The moment a request names, or why there is none.
  absl::StatusOr<Moment> MomentOf(Revision at, absl::Time at_time,
                                  Revision not_before)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DropOldLeases() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Lease(Revision revision) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::StatusOr<ReadResult> ReadNow(const ReadRequest& request)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<ScanPage> ScanNow(const ScanRequest& request)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Snapshot LeaseSnapshot(uint64_t id, absl::Duration lease)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void NextOf(const std::shared_ptr<Watching>& watching, Watch::Callback done)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Cancel(const std::shared_ptr<Watching>& watching)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Gives the next batch, if one is owed and there is one.
  void Serve(const std::shared_ptr<Watching>& watching)
      ABSL_LOCKS_EXCLUDED(mutex_);
  std::optional<WatchBatch> NextBatch(Watching& watching)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddChanges(const Watching& watching, Revision revision,
                  WatchBatch* batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SweepForWatches() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Has every watch served when the completions run.
  void ServeWatches() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Ends every watch: history begins behind it.
  void EndWatches() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Runs the completions that wait, in order, each with no lock held.
  void Drain() ABSL_UNLOCK_FUNCTION(mutex_);
  // Runs the completion after those before it.
  void Complete(absl::AnyInvocable<void()> completion)
      ABSL_UNLOCK_FUNCTION(mutex_);

  const Clock* const clock_;
  const Limits limits_;
  const Durability durability_;

  mutable absl::Mutex mutex_;
  // Engine time is the one when the monotonic clock shows the other.
  absl::Time opened_ ABSL_GUARDED_BY(mutex_);
  absl::Duration opened_monotonic_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Versions> keys_ ABSL_GUARDED_BY(mutex_);
  Revision newest_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<Revision, absl::Duration> leases_ ABSL_GUARDED_BY(mutex_);
  std::map<uint64_t, Snapshot> snapshots_ ABSL_GUARDED_BY(mutex_);
  uint64_t last_snapshot_id_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::pair<std::string, std::string>, Requested> requests_
      ABSL_GUARDED_BY(mutex_);
  std::map<Revision, Logged> log_ ABSL_GUARDED_BY(mutex_);
  Revision floor_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::shared_ptr<Watching>> watches_ ABSL_GUARDED_BY(mutex_);
  // Labels, and the revision that was newest behind each.
  std::map<std::string, Revision> ingested_ ABSL_GUARDED_BY(mutex_);
  StoreStats counters_ ABSL_GUARDED_BY(mutex_);
  std::deque<absl::AnyInvocable<void()>> completions_ ABSL_GUARDED_BY(mutex_);
  bool completing_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_MODEL_STORE_H_

// ModelStore: what a store should do, as plainly as it can be said. The oracle
// of the tests, and a store without a disk for the tests of what stands above.
//
// Keeps every version for ever, in a map; one lock; callbacks run before the
// call returns, unless it was made from inside a callback: then after that one.
// Nothing outlives the object. Every write is at once as durable as can be.

#ifndef RUNDLET_TESTS_SUPPORT_MODEL_STORE_H_
#define RUNDLET_TESTS_SUPPORT_MODEL_STORE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
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

class ModelStore : public Store {
 public:
  // The clock is not owned and must outlive the store.
  explicit ModelStore(const Clock* clock = Clock::System(), Limits limits = {},
                      Durability durability = Durability::kDisk);

  void Commit(Transaction transaction, CommitCallback done) override;
  void Read(ReadRequest request, ReadCallback done) override;
  void Scan(ScanRequest request, ScanCallback done) override;
  void Sync(Durability durability, SyncCallback done) override;
  void Compact(CompactCallback done) override;
  absl::StatusOr<IngestReport> Ingest(EntrySource& source) override;
  StoreStats Stats() const override;
  const Limits& limits() const override { return limits_; }

  Revision newest() const;
  // Every entry that has not expired, by key; of the newest revision, or as of
  // an older one.
  std::map<std::string, Entry> Entries() const { return EntriesAt(newest()); }
  std::map<std::string, Entry> EntriesAt(Revision revision) const;
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

  absl::Time EngineTime() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  // Absent, deleted and expired keys are all empty.
  std::optional<Entry> Find(const std::string& key, const Moment& moment) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  std::optional<Entry> FindChanged(const std::string& key,
                                   const Changes& changes,
                                   const Moment& moment) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  absl::StatusOr<Receipt> Apply(const Transaction& transaction)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<FailedCondition> FirstFailed(
      const std::vector<Condition>& conditions, const Moment& moment) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  OperationResult ApplyOperation(const Operation& operation,
                                 bool return_previous, const Moment& moment,
                                 Changes* changes)
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

  // Runs the completion after those before it, each with no lock held.
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
  // Labels, and the revision that was newest behind each.
  std::map<std::string, Revision> ingested_ ABSL_GUARDED_BY(mutex_);
  StoreStats counters_ ABSL_GUARDED_BY(mutex_);
  std::deque<absl::AnyInvocable<void()>> completions_ ABSL_GUARDED_BY(mutex_);
  bool completing_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_MODEL_STORE_H_

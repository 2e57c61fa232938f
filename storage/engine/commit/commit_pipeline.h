// CommitPipeline: one order of writes, from the plan to the acknowledgement.
//
// A commit goes through four stages, each in revision order:
//
//   queued     planned against the newest state, under mu_; has its revision
//   written    in the log by write(2), in a group with its neighbours
//   synced     fdatasync has returned
//   published  visible in the index, acknowledged by its callback
//
// It is published once it and all before it are where their durability says
// (L4). Two roles, each held by one thread at a time, do the work: the writer
// (any committing thread, or the flusher) and the publisher (any thread that
// finds something to publish). What may block for long (sync, roll, repair,
// reserving revisions) is the flusher's alone: a thread of the pipeline, or,
// while that one has nothing to do, a committing thread that may block.

#ifndef RUNDLET_STORAGE_ENGINE_COMMIT_COMMIT_PIPELINE_H_
#define RUNDLET_STORAGE_ENGINE_COMMIT_COMMIT_PIPELINE_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/compression/value_compressor.h"
#include "storage/engine/commit/active_log.h"
#include "storage/engine/commit/pending_commit.h"
#include "storage/engine/commit/transaction_plan.h"
#include "storage/engine/engine_time.h"
#include "storage/engine/guards/disk_guard.h"
#include "storage/engine/guards/memory_guard.h"
#include "storage/engine/requests/request_table.h"
#include "storage/format/hashed_key.h"
#include "storage/format/location.h"
#include "storage/format/record.h"
#include "storage/index/index.h"
#include "storage/limits.h"
#include "storage/log/record_cache.h"
#include "storage/scan.h"
#include "storage/transaction.h"

namespace rundlet {

// Thread-safe.
class CommitPipeline {
 public:
  struct Settings {
    Durability durability = Durability::kDisk;
    absl::Duration sync_interval;
    const Limits* limits = nullptr;
    const EngineTime* time = nullptr;
    // What happens where the disk has no room; null: commits are refused.
    DiskGuard* disk = nullptr;
    // Refuses what no memory is left for; null: there is no ceiling.
    MemoryGuard* memory = nullptr;
    // Remembers commits that have a request id; null: there are none.
    RequestTable* requests = nullptr;
    // Called once, when the pipeline can no longer keep its promises (P7).
    absl::AnyInvocable<void(absl::Status)> on_fatal;
    // Called when commits have become visible, without a lock; may be empty.
    absl::AnyInvocable<void()> on_publish = nullptr;
    ValueCompressor::Settings compression = {};
  };

  struct Counts {
    uint64_t commits = 0;
    uint64_t puts = 0;
    uint64_t deletes = 0;
    uint64_t expired = 0;  // deleted by DeleteExpired, and published
    uint64_t writes = 0;
    uint64_t syncs = 0;
    absl::Duration sync_time;    // of all of them together
    uint64_t written_bytes = 0;  // of records
    uint64_t pending_bytes = 0;
    Revision durable_revision = 0;
  };

  using Callback = absl::AnyInvocable<void(absl::StatusOr<Receipt>)>;

  // Goes on behind `newest`, all of which is published and synced;
  // `next_revision` is the first one to give.
  CommitPipeline(Settings settings, ActiveLog* log, Index* index,
                 RecordCache* cache, Revision newest, Revision next_revision);

  // Writes and syncs what is queued, and waits for the callbacks owed.
  ~CommitPipeline();

  // Plans the transaction against the newest state and queues it. Returns the
  // keys whose values it needs to have fetched, and has done nothing then, not
  // even taken *done; else empty, and *transaction and *done are used up.
  std::vector<std::string> Commit(Transaction* transaction,
                                  const FetchedValues& values, Callback* done)
      ABSL_LOCKS_EXCLUDED(mu_);

  // The newest version of a key, published or not; empty if absent.
  std::optional<Version> FindNewest(absl::string_view key)
      ABSL_LOCKS_EXCLUDED(mu_);

  // Deletes each key because it has expired, if its newest revision still is
  // the one named. Returns how many deletes were queued.
  uint64_t DeleteExpired(
      absl::Span<const std::pair<std::string, Revision>> expired)
      ABSL_LOCKS_EXCLUDED(mu_);

  // Completes when all that is queued now has reached `durability`.
  void Sync(Durability durability, Callback done) ABSL_LOCKS_EXCLUDED(mu_);

  // Has the log synced without waiting for it, and without having anybody wait.
  void SyncSoon() ABSL_LOCKS_EXCLUDED(mu_);

  // Blocks until all that is queued now stands in sealed segments and in the
  // index.
  absl::Status Seal() ABSL_LOCKS_EXCLUDED(mu_);

  // The store can no longer keep its promises (P7), somebody else has found.
  void Fail(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mu_);

  // Writes and syncs what is queued, waits for the callbacks owed, and refuses
  // what comes later. Returns the next revision, or why it could not be synced.
  absl::StatusOr<Revision> Close() ABSL_LOCKS_EXCLUDED(mu_);

  // Waits until all that is queued is synced and published, and takes `count`
  // revisions out of the order; returns the first. Until EndIngest what comes
  // is refused as UNAVAILABLE, and the caller is the writer: the log and its
  // revision ceiling are its own. Never from a callback.
  absl::StatusOr<Revision> BeginIngest(uint64_t count) ABSL_LOCKS_EXCLUDED(mu_);
  // `loaded`: the revisions are synced and in the index; else nobody has them.
  void EndIngest(bool loaded) ABSL_LOCKS_EXCLUDED(mu_);

  Counts counts() const ABSL_LOCKS_EXCLUDED(mu_);
  // Up to which revision all is on the disk; or why nothing more will be (P7).
  absl::StatusOr<Revision> durable_revision() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  using CommitPtr = std::unique_ptr<PendingCommit>;

  // A change in a set of keys. It gives way to a newer one of its key, which
  // changes neither hash nor equality.
  struct NewestChange {
    mutable PlannedChange* change;
  };
  struct NewestHash {
    using is_transparent = void;
    size_t operator()(const NewestChange& newest) const {
      return newest.change->key_hash;
    }
    size_t operator()(const HashedKey& key) const { return key.hash; }
  };
  struct NewestEqual {
    using is_transparent = void;
    bool operator()(const NewestChange& a, const NewestChange& b) const {
      return a.change->key == b.change->key;
    }
    bool operator()(const NewestChange& newest, const HashedKey& key) const {
      return newest.change->key == key.key;
    }
  };

  // --- queueing: commit_pipeline.cc, commit_planning.cc
  // As PlanInput::find; an unwritten value stays where it is while the lock is
  // held.
  bool FindLocked(const HashedKey& key, FoundVersion* found) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // As PlanInput::list. Looks at every change that is queued.
  void ListLocked(const KeyRange& range, VisitKey visit) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status CheckAccepting() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  int64_t TakeTime() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // The newest change of its key is this one, or is so no longer.
  void NoteNewest(PlannedChange& change) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ForgetNewest(const PlannedChange& change)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Of the records that it will have in the log.
  static uint64_t RecordBytes(const PendingCommit& commit);
  // Plans into *commit, which is new.
  absl::Status Plan(Transaction* transaction, const FetchedValues& values,
                    PendingCommit* commit) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Whether the store may become larger by these changes.
  absl::Status Admit(const PendingCommit& commit) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // A commit that is as new; and the end of one that is acknowledged.
  CommitPtr NewCommit() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Release(CommitPtr commit) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Enqueue(CommitPtr commit) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Moves what is queued as far as it may go without blocking.
  void Advance(Durability durability, bool more, bool may_block)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void WakeFlusher() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // --- writing: commit_writing.cc
  enum class Writer { kCommitter, kFlusher };
  void WriteQueued(Writer writer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Does what must be done before the group; false: it cannot be now.
  bool Prepare(Writer writer, uint64_t group_bytes)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Fills group_ with what stands first in unwritten_; returns its bytes.
  uint64_t TakeGroup() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status WriteGroup() ABSL_LOCKS_EXCLUDED(mu_);
  void CacheGroup() ABSL_LOCKS_EXCLUDED(mu_);
  void FinishGroup() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool WaitsForUnwritten(const PendingCommit& commit) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // What could not be written is refused; nothing of it has happened. With
  // `spare_deletes`, what comes before the first that needs room is kept.
  void FailUnwritten(absl::Status status, bool spare_deletes)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // P7: what is not acknowledged never will be.
  void Stop(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void RebuildNewest() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // --- publishing
  // Before a compaction may take its record (T3).
  void Remember(const PendingCommit& commit) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // --- publishing: commit_publishing.cc
  bool IsReady(const PendingCommit& commit) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Publish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Makes visible what a commit changes.
  void Show(const PendingCommit& commit, Index::Writer* index)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool IsOvertaken(size_t place) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Fills ready_ with what stands first in queue_ and may be acknowledged;
  // false if nothing may.
  bool TakeReady() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // --- flushing: commit_flushing.cc
  void RunFlusher() ABSL_LOCKS_EXCLUDED(mu_);
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool IsDrained() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void AwaitWork() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Flush() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Whether this thread may do it in place of the pipeline's; and doing so.
  bool MayFlushHere() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void FlushHere() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Runs `work`, which may block, without the lock, as the writer; once more,
  // if it found no room on the disk and some could be given.
  absl::Status AsWriter(absl::FunctionRef<absl::Status()> work)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Whether what is left should be written at once.
  bool RepairLog() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ReserveRevisions() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status RollLog() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ExtendLog() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void SyncLog() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Constant after construction, on_fatal apart.
  Settings settings_;
  ActiveLog* const log_;  // the writer's; End, Sync, SetSynced the flusher's
  Index* const index_;
  RecordCache* const cache_;

  // The writer's, kept for their memory. What group_ points to is in
  // unwritten_.
  std::vector<PendingCommit*> group_;
  std::vector<Record> records_;
  std::vector<Location> locations_;
  ValueCompressor compressor_;
  // The publisher's, too.
  std::vector<CommitPtr> ready_;
  std::vector<Index::KeyVersion> shown_;  // a buffer

  mutable absl::Mutex mu_;
  absl::CondVar flusher_wakes_;
  absl::CondVar role_left_;  // writer or publisher, or a roll is done

  // Not yet published, in order.
  std::deque<CommitPtr> queue_ ABSL_GUARDED_BY(mu_);
  // With a record, not yet written, in order: those of queue_, behind those of
  // published_.
  std::deque<PendingCommit*> unwritten_ ABSL_GUARDED_BY(mu_);
  // Published, but still in unwritten_, as may happen below kOs.
  std::deque<CommitPtr> published_ ABSL_GUARDED_BY(mu_);
  std::vector<CommitPtr> spare_ ABSL_GUARDED_BY(mu_);  // kept for their memory
  // The newest change of each key in queue_.
  absl::flat_hash_set<NewestChange, NewestHash, NewestEqual> newest_
      ABSL_GUARDED_BY(mu_);

  Revision next_revision_ ABSL_GUARDED_BY(mu_);
  Revision head_ ABSL_GUARDED_BY(mu_);  // newest that is queued and not failed
  Revision written_ ABSL_GUARDED_BY(mu_);  // all up to it are written
  Revision synced_ ABSL_GUARDED_BY(mu_);   // all up to it are synced
  int64_t last_time_us_ ABSL_GUARDED_BY(mu_) = 0;
  bool in_run_ ABSL_GUARDED_BY(mu_) = false;  // the last commit had `more`
  uint64_t pending_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  Revision ceiling_ ABSL_GUARDED_BY(mu_);  // none above it may be used yet

  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool publishing_ ABSL_GUARDED_BY(mu_) = false;
  std::thread::id publisher_ ABSL_GUARDED_BY(mu_);   // who runs callbacks
  bool flusher_idles_ ABSL_GUARDED_BY(mu_) = false;  // waits without a limit
  bool flushes_elsewhere_ ABSL_GUARDED_BY(mu_) = false;  // by FlushHere
  bool sync_wanted_ ABSL_GUARDED_BY(mu_) = false;        // by what is queued
  bool roll_wanted_ ABSL_GUARDED_BY(mu_) = false;
  bool reserve_wanted_ ABSL_GUARDED_BY(mu_) = false;
  bool ingesting_ ABSL_GUARDED_BY(mu_) = false;
  bool closing_ ABSL_GUARDED_BY(mu_) = false;
  uint64_t seal_waiters_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t seals_wanted_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t seals_done_ ABSL_GUARDED_BY(mu_) = 0;
  absl::Status seal_status_ ABSL_GUARDED_BY(mu_);
  absl::Status write_error_ ABSL_GUARDED_BY(mu_);  // to be repaired
  absl::Status close_status_
      ABSL_GUARDED_BY(mu_);                    // what Close could not write
  absl::Status failure_ ABSL_GUARDED_BY(mu_);  // for good (P7)
  Counts counts_ ABSL_GUARDED_BY(mu_);

  std::thread flusher_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMMIT_COMMIT_PIPELINE_H_

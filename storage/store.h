// Store: the only door to a store. Everything above storage/ speaks this
// class, and everything in storage/ exists to keep its promises.
//
//   std::unique_ptr<Store> store = ...;              // storage/open.h
//   Transaction put;
//   put.operations.push_back(PutOperation{"user:1", Value::Text("Alice")});
//   store->Commit(std::move(put), [](absl::StatusOr<Receipt> receipt) {
//     // receipt->revision is the place of this write in the order of all.
//   });
//
// Ideas in one paragraph: each committed transaction takes one revision, a
// number that is never given twice and that its records carry for life. A read
// sees the newest version of each key whose revision is visible; a revision is
// visible once it and all before it reached the durability that they asked for.
//
// Thread-safe: every method may be called from any thread at any time, also
// from inside a callback. A callback runs with no lock of the store held,
// exactly once, on the calling thread (possibly before the call returns) or on
// a thread of the store; callbacks of Commit and Sync run in revision order.
// Destroying the store waits for the callbacks that are still owed.
//
// Errors, all methods: INVALID_ARGUMENT names the field, the limit and the
// value; RESOURCE_EXHAUSTED says which resource is used up; UNAVAILABLE means
// "not now, nothing was done"; UNKNOWN means that the outcome of a write is not
// known (a failed sync); DATA_LOSS names segment and offset of a record that
// fails its checksum. What failed otherwise than by UNKNOWN changed nothing.

#ifndef RUNDLET_STORAGE_STORE_H_
#define RUNDLET_STORAGE_STORE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/compaction_plan.h"
#include "storage/entry.h"
#include "storage/limits.h"
#include "storage/scan.h"
#include "storage/snapshot.h"
#include "storage/stats.h"
#include "storage/transaction.h"
#include "storage/verify.h"
#include "storage/watch.h"

namespace rundlet {

// What Ingest reads from: entries in strictly ascending order of their keys.
class EntrySource {
 public:
  virtual ~EntrySource() = default;

  // Names where the entries come from, at most 256 bytes, not empty. The store
  // remembers it, so that the same source is not ingested twice.
  virtual absl::string_view label() const = 0;

  // The number of entries that Next() will give.
  virtual uint64_t entry_count() const = 0;

  // Sets key, value and expiry of *entry and returns true; or false at the end.
  virtual absl::StatusOr<bool> Next(Entry* entry) = 0;
};

class Store {
 public:
  using CommitCallback =
      absl::AnyInvocable<void(absl::StatusOr<Receipt> receipt)>;
  using ReadCallback =
      absl::AnyInvocable<void(absl::StatusOr<ReadResult> result)>;
  using ScanCallback = absl::AnyInvocable<void(absl::StatusOr<ScanPage> page)>;
  using SnapshotCallback =
      absl::AnyInvocable<void(absl::StatusOr<Snapshot> snapshot)>;
  using SyncCallback = absl::AnyInvocable<void(absl::Status status)>;
  using CompactCallback =
      absl::AnyInvocable<void(absl::StatusOr<CompactionReport> report)>;
  using BackupCallback =
      absl::AnyInvocable<void(absl::StatusOr<BackupReport> report)>;
  using VerifyCallback =
      absl::AnyInvocable<void(absl::StatusOr<VerifyReport> report)>;

  virtual ~Store() = default;

  // Applies a transaction as a whole or not at all (transaction.h). The
  // callback runs once the durability asked for is reached. A failed condition
  // is no error: the receipt says which one and which branch ran.
  virtual void Commit(Transaction transaction, CommitCallback done) = 0;

  // Reads keys, all at one revision. An absent or expired key is an empty
  // optional, no error. OUT_OF_RANGE: that revision is no longer kept, or not
  // reached yet.
  virtual void Read(ReadRequest request, ReadCallback done) = 0;

  // Reads one page of a range in key order. Pages that name the revision and
  // time of the first one continue it exactly, whatever was written meanwhile;
  // the store keeps that revision for Limits::page_lease after each page.
  // OUT_OF_RANGE: the lease has passed; start again without a revision.
  virtual void Scan(ScanRequest request, ScanCallback done) = 0;

  // Pins the newest revision and the time, so that both can be read at until
  // the lease ends. RESOURCE_EXHAUSTED: there are Limits::snapshots_max.
  virtual void OpenSnapshot(SnapshotRequest request, SnapshotCallback done) = 0;

  // Lets the lease run anew from now on; zero: Limits::snapshot_lease.
  // NOT_FOUND: it has ended, or was released. A restart ends all.
  virtual void RenewSnapshot(uint64_t id, absl::Duration lease,
                             SnapshotCallback done) = 0;

  // NOT_FOUND: as above. Nothing is left of it either way.
  virtual void ReleaseSnapshot(uint64_t id, SyncCallback done) = 0;

  // Starts a watch (watch.h). Does not wait for the disk. OUT_OF_RANGE: history
  // from that revision on is no longer kept, or not reached yet;
  // OldestRevisionOf says the oldest. RESOURCE_EXHAUSTED: there are
  // Limits::watches_max.
  virtual absl::StatusOr<std::unique_ptr<Watch>> OpenWatch(
      WatchRequest request) = 0;

  // Completes when every transaction committed before the call has reached
  // `durability` (kOs or kDisk; kDefault means the store's default).
  virtual void Sync(Durability durability, SyncCallback done) = 0;

  // Rewrites every sealed segment behind the history window so that it holds
  // live records only, in key order. Reads, writes and watches go on meanwhile.
  // A call during a compaction is served by the next one.
  virtual void Compact(CompactCallback done) = 0;

  // What Compact would do now with what is sealed, and whether the store would
  // do so by itself: which segments, why, bytes to gain, and how long it takes.
  // Looks at every key, so it is for operators; changes nothing.
  virtual absl::StatusOr<CompactionPlan> ExplainCompaction() const = 0;

  // Reads every record that the store has on its disk when the call is served,
  // and tells which are damaged and which keys that puts at risk. Reads and
  // writes go on meanwhile; nothing is changed, and damage is no error. Paced
  // by Options::verify_bytes_per_second. UNAVAILABLE: the store is closing.
  virtual void Verify(VerifyCallback done) = 0;

  // Writes the store as of its newest revision into a folder that is missing or
  // empty, and that is a store of its own afterwards, with a store id of its
  // own: it can be opened, or copied by RestoreBackup (storage/backup.h). Keeps
  // the newest version of each key, and only what has reached the disk. Reads
  // and writes go on meanwhile. The folder has a MANIFEST only once the backup
  // is whole. ALREADY_EXISTS: the folder is not empty. DATA_LOSS: a record is
  // damaged. UNAVAILABLE: the store is closing.
  virtual void Backup(std::string folder, BackupCallback done) = 0;

  // Loads a source in one atomic step: after a crash all of it is there, or
  // nothing. Each entry becomes the newest version of its key; create revision
  // and version start anew. Blocks; REQUIRES that no other call is under way.
  // ALREADY_EXISTS: a source with this label has been ingested before.
  virtual absl::StatusOr<IngestReport> Ingest(EntrySource& source) = 0;

  // A consistent-enough view for operators: counters are exact, but are read
  // one after the other.
  virtual StoreStats Stats() const = 0;

  // What this store accepts at most. Constant over its life.
  virtual const Limits& limits() const = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_STORE_H_

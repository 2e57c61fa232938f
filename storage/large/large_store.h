// LargeStore: a Store that also takes values too large for one record, and that
// shows clients no key but their own.
//
//   LargeStore large(store.get(), LargeOptions());
//   auto upload = large.StartUpload("film:1", ValueKind::kData);
//   (*upload)->Append(part, [](absl::Status status) { ... });   // again, again
//   (*upload)->Finish(std::move(put), [](absl::StatusOr<Receipt> receipt) {});
//
// Of the store's own methods a large value is an entry of kind kLarge, whose
// bytes are its description (large_value.h): it is replaced, deleted, expires
// and is watched as any other.

#ifndef RUNDLET_STORAGE_LARGE_LARGE_STORE_H_
#define RUNDLET_STORAGE_LARGE_LARGE_STORE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "storage/large/large_chunks.h"
#include "storage/large/large_collector.h"
#include "storage/large/large_options.h"
#include "storage/large/large_reader.h"
#include "storage/large/large_upload.h"
#include "storage/store.h"

namespace rundlet {

// Thread-safe, as a store is.
class LargeStore : public Store {
 public:
  // The store is not owned and must outlive it. Blocks for as long as it takes
  // to count the keys of chunks.
  LargeStore(Store* store, LargeOptions options);
  // Waits for uploads that were ended. REQUIRES that none is under way.
  ~LargeStore() override;

  // What one upload may have; 0: StartUpload refuses.
  uint64_t value_bytes_max() const { return chunks_->value_bytes_max; }
  uint64_t chunk_bytes() const { return chunks_->chunk_bytes; }
  uint64_t uploads_max() const { return uploads_max_; }

  // Begins to write a value of kind kText or kData. INVALID_ARGUMENT: the key,
  // or the kind. FAILED_PRECONDITION: value_bytes_max is 0. RESOURCE_EXHAUSTED
  // (Refusal::kUploadsFull): there are uploads_max.
  absl::StatusOr<std::shared_ptr<LargeUpload>> StartUpload(std::string key,
                                                           ValueKind kind)
      ABSL_LOCKS_EXCLUDED(random_mutex_);

  // Reads a value of any size and kind.
  std::shared_ptr<LargeReader> StartRead(LargeReadRequest request);

  // LargeCollector::Collect.
  absl::StatusOr<uint64_t> Collect() { return collector_->Collect(); }

  // Those of the store, as if it had no key of this room: INVALID_ARGUMENT to
  // one that is named, and ranges end before them. What they take is in bytes
  // and counts of files, of verification and of a backup.
  void Commit(Transaction transaction, CommitCallback done) override;
  void Read(ReadRequest request, ReadCallback done) override;
  void Scan(ScanRequest request, ScanCallback done) override;
  absl::StatusOr<std::unique_ptr<Watch>> OpenWatch(
      WatchRequest request) override;
  StoreStats Stats() const override;
  // Chunks at risk are told by the keys whose values they are. May end when
  // this is gone, as it takes what the store does.
  void Verify(VerifyCallback done) override;

  void OpenSnapshot(SnapshotRequest request, SnapshotCallback done) override;
  void RenewSnapshot(uint64_t id, absl::Duration lease,
                     SnapshotCallback done) override;
  void ReleaseSnapshot(uint64_t id, SyncCallback done) override;
  void Sync(Durability durability, SyncCallback done) override;
  void Compact(CompactCallback done) override;
  absl::StatusOr<CompactionPlan> ExplainCompaction() const override;
  void Backup(std::string folder, BackupCallback done) override;
  absl::StatusOr<IngestReport> Ingest(EntrySource& source) override;
  const Limits& limits() const override { return store_->limits(); }

 private:
  std::string NewUploadId() ABSL_LOCKS_EXCLUDED(random_mutex_);

  Store* const store_;
  const uint64_t uploads_max_;
  absl::Mutex random_mutex_;
  absl::AnyInvocable<uint64_t()> random_ ABSL_GUARDED_BY(random_mutex_);
  const std::shared_ptr<LargeChunks> chunks_;
  std::unique_ptr<LargeCollector> collector_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LARGE_LARGE_STORE_H_

// LogStore: the Store on a data folder. It puts the parts of the engine
// together and owns them; what each does stands in its own header.

#ifndef RUNDLET_STORAGE_ENGINE_LOG_STORE_H_
#define RUNDLET_STORAGE_ENGINE_LOG_STORE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/compression/dictionary_trainer.h"
#include "storage/compression/value_compressor.h"
#include "storage/engine/commit/active_log.h"
#include "storage/engine/commit/commit_pipeline.h"
#include "storage/engine/compaction/compactor.h"
#include "storage/engine/compaction/history_window.h"
#include "storage/engine/engine_time.h"
#include "storage/engine/guards/disk_guard.h"
#include "storage/engine/guards/memory_guard.h"
#include "storage/engine/integrity/backup_thread.h"
#include "storage/engine/integrity/scrubber.h"
#include "storage/engine/read/page_leases.h"
#include "storage/engine/read/record_reader.h"
#include "storage/engine/read/snapshots.h"
#include "storage/engine/read/store_reader.h"
#include "storage/engine/recovery/hint_maker.h"
#include "storage/engine/recovery/recovery.h"
#include "storage/engine/requests/request_table.h"
#include "storage/engine/sweeper.h"
#include "storage/engine/watch/log_chain.h"
#include "storage/engine/watch/log_history.h"
#include "storage/engine/watch/watch_hub.h"
#include "storage/index/index.h"
#include "storage/log/record_cache.h"
#include "storage/log/segment_set.h"
#include "storage/options.h"
#include "storage/store.h"

namespace rundlet {

class LogStore final : public Store {
 public:
  // See storage/open.h.
  static absl::StatusOr<std::unique_ptr<LogStore>> Open(Options options);

  ~LogStore() override;

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
  const Limits& limits() const override { return options_.limits; }

 private:
  explicit LogStore(Options options);

  absl::Status Start();
  void StartViews();
  // What an ingest loads is no history.
  void EndWatches(const IngestReport& report);
  void StartHintMaker();
  absl::Status StartThreads();
  void StartTrainer();
  ValueCompressor::Settings CompressionSettings();
  ValueCompressor::Settings CopyCompressionSettings();
  CompressionStats MeasureCompression() const;
  // Remembers what recovery has found.
  absl::Status StartRequests();
  DiskGuard::Settings DiskSettings();
  // By part, pending bytes apart.
  MemoryStats MeasureMemory() const;
  // Exactly once: true, and the transaction is to be committed with *done;
  // false, and it is or will be answered (T3).
  bool BeginRequest(const Transaction& transaction, CommitCallback* done);
  // Answers with an outcome once it has reached the durability asked for.
  void Replay(Receipt receipt, Durability durability, CommitCallback done);
  absl::Status Fetch(const std::vector<std::string>& keys,
                     FetchedValues* values);
  // Of the values that its conditions know by their digests.
  static void AddDigests(const Transaction& transaction, FetchedValues* values);
  void Say(absl::string_view line);
  void LeaveCheckpoint();
  void CountSegments(StoreStats* stats) const;

  // In the order of their making; each uses only what stands before it, and
  // the threads come last.
  Options options_;
  SegmentSet segments_;
  Index index_;
  RecordCache cache_;
  RecordReader records_;
  RecoveredStore recovered_;
  absl::Duration recovery_duration_;
  std::string store_id_;
  std::unique_ptr<EngineTime> time_;
  std::unique_ptr<LogChain> chain_;
  std::unique_ptr<ActiveLog> log_;
  PageLeases leases_;
  std::unique_ptr<Snapshots> snapshots_;
  std::unique_ptr<RequestTable> requests_;
  std::unique_ptr<DiskGuard> disk_;
  std::unique_ptr<MemoryGuard> memory_;
  std::unique_ptr<StoreReader> reader_;
  PageLeases no_leases_;  // watches hold snapshots
  std::unique_ptr<StoreReader> present_reader_;
  std::unique_ptr<LogHistory> log_history_;
  std::unique_ptr<WatchHub> watches_;
  CompressionCounts compression_counts_;
  std::unique_ptr<DictionaryTrainer> trainer_;  // null: nothing is learned
  std::unique_ptr<CommitPipeline> pipeline_;
  std::unique_ptr<HistoryWindow> history_;
  std::unique_ptr<Compactor> compactor_;
  std::unique_ptr<HintMaker> hint_maker_;
  std::unique_ptr<Sweeper> sweeper_;
  std::unique_ptr<Scrubber> scrubber_;
  std::unique_ptr<BackupThread> backups_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_LOG_STORE_H_

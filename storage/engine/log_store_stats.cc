#include "absl/strings/escaping.h"
#include "storage/engine/log_store.h"

namespace rundlet {

void LogStore::CountSegments(StoreStats* stats) const {
  for (const auto& segment : segments_.All()) {
    stats->file_size_bytes += segment->bytes();
    ++(segment->kind() == FileKind::kLog ? stats->log_segment_count
                                         : stats->base_segment_count);
  }
}

StoreStats LogStore::Stats() const {
  StoreStats stats;
  const CommitPipeline::Counts commits = pipeline_->counts();
  const Index::Usage index = index_.usage();
  const RecordCache::Usage cache = cache_.usage();
  const RecordReader::Counts reads = records_.counts();
  const Compactor::Counts compactions = compactor_->counts();
  stats.keys_in_index = index.keys;
  stats.keys_in_cache = cache.entries;
  stats.put_count = commits.puts;
  stats.delete_count = commits.deletes;
  CountSegments(&stats);
  stats.last_compaction_time = compactions.last_time;
  stats.store_id = absl::BytesToHexString(store_id_);
  stats.visible_revision = index_.visible();
  stats.durable_revision = commits.durable_revision;
  stats.commit_count = commits.commits;
  stats.read_count = reader_->read_count();
  stats.cache_hit_count = reads.hits;
  stats.cache_miss_count = reads.misses;
  stats.cache_bytes = cache.bytes;
  stats.expired_count = commits.expired;
  stats.write_count = commits.writes;
  stats.sync_count = commits.syncs;
  stats.pending_bytes = commits.pending_bytes;
  stats.live_bytes = index.live_bytes;
  stats.index_bytes = index.index_bytes;
  stats.page_lease_count = leases_.count();
  stats.floor_revision = recovered_.manifest->state().floor;
  stats.snapshot_count = snapshots_->count();
  const WatchDesk::Usage watches = watches_->usage();
  stats.watch_count = watches.watches;
  stats.watch_lag_bytes = watches.lag.bytes;
  stats.watch_lag_changes = watches.lag.changes;
  stats.compaction_count = compactions.compactions;
  const Scrubber::Counts scrubs = scrubber_->counts();
  stats.verify_count = scrubs.verifications;
  stats.damaged_record_count = scrubs.damaged;
  stats.last_verify_time = scrubs.last_time;
  stats.request_count = requests_->count();
  stats.disk = disk_->stats();
  stats.memory = memory_->stats(commits.pending_bytes);
  stats.compression = MeasureCompression();
  stats.recovery_duration = recovery_duration_;
  stats.recovered_record_count = recovered_.record_count;
  stats.recovery_cut_bytes = recovered_.cut_bytes;
  stats.recovery_used_checkpoint = recovered_.used_checkpoint;
  stats.recovery_hints_used = recovered_.hints_used;
  stats.recovery_hints_rejected = recovered_.hints_rejected;
  stats.recovery_segments_read = recovered_.segments_read;
  if (hint_maker_ != nullptr) {
    const HintMaker::Counts hints = hint_maker_->counts();
    stats.hint_count = hints.hints;
    stats.hint_bytes = hints.written_bytes;
  }
  return stats;
}

MemoryStats LogStore::MeasureMemory() const {
  MemoryStats memory;
  memory.index_bytes = index_.usage().index_bytes;
  memory.cache_bytes = cache_.usage().bytes;
  memory.request_bytes = requests_->bytes();
  if (options_.process_bytes) memory.process_bytes = options_.process_bytes();
  return memory;
}

}  // namespace rundlet

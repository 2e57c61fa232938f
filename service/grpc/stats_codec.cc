#include "service/grpc/stats_codec.h"

#include <string>

#include "absl/status/status.h"
#include "service/grpc/expiry_codec.h"

namespace rundlet {
namespace {

void EncodeVerification(const StoreStats& stats, v1::VerifyStats* proto) {
  proto->set_verify_count(stats.verify_count);
  proto->set_damaged_record_count(stats.damaged_record_count);
  if (stats.last_verify_time) {
    EncodeTime(*stats.last_verify_time, proto->mutable_last_verify_time());
  }
}

v1::DiskState EncodeState(DiskState state) {
  switch (state) {
    case DiskState::kOk:
      return v1::DISK_STATE_OK;
    case DiskState::kLow:
      return v1::DISK_STATE_LOW;
    case DiskState::kFull:
      return v1::DISK_STATE_FULL;
  }
  return v1::DISK_STATE_UNSPECIFIED;
}

void EncodeDisk(const DiskStats& disk, v1::DiskStats* proto) {
  proto->set_state(EncodeState(disk.state));
  proto->set_free_bytes(disk.free_bytes);
  proto->set_free_bytes_min(disk.free_bytes_min);
  proto->set_delete_reserve_bytes(disk.delete_reserve_bytes);
  proto->set_compaction_reserve_bytes(disk.compaction_reserve_bytes);
}

void EncodeMemory(const MemoryStats& memory, v1::MemoryStats* proto) {
  proto->set_bytes_max(memory.bytes_max);
  proto->set_used_bytes(memory.used_bytes);
  proto->set_index_bytes(memory.index_bytes);
  proto->set_cache_bytes(memory.cache_bytes);
  proto->set_pending_bytes(memory.pending_bytes);
  proto->set_request_bytes(memory.request_bytes);
  proto->set_process_bytes(memory.process_bytes);
}

void EncodeRecovery(const StoreStats& stats, v1::StatsResponse* proto) {
  EncodeDuration(stats.recovery_duration, proto->mutable_recovery_duration());
  proto->set_recovered_record_count(stats.recovered_record_count);
  proto->set_recovery_cut_bytes(stats.recovery_cut_bytes);
  proto->set_recovery_used_checkpoint(stats.recovery_used_checkpoint);
  proto->set_recovery_hints_used(stats.recovery_hints_used);
  proto->set_recovery_hints_rejected(stats.recovery_hints_rejected);
  proto->set_recovery_segments_read(stats.recovery_segments_read);
}

void EncodeCompression(const CompressionStats& stats,
                       v1::CompressionStats* proto) {
  proto->set_value_bytes(stats.value_bytes);
  proto->set_stored_bytes(stats.stored_bytes);
  proto->set_dictionary_count(stats.dictionary_count);
}

}  // namespace

void Encode(const StoreStats& stats, v1::StatsResponse* proto) {
  proto->set_keys_in_index(stats.keys_in_index);
  proto->set_keys_in_cache(stats.keys_in_cache);
  proto->set_put_count(stats.put_count);
  proto->set_delete_count(stats.delete_count);
  proto->set_file_size_bytes(stats.file_size_bytes);
  if (stats.last_compaction_time) {
    EncodeTime(*stats.last_compaction_time,
               proto->mutable_last_compaction_time());
  }
  proto->set_store_id(stats.store_id);
  proto->set_visible_revision(stats.visible_revision);
  proto->set_durable_revision(stats.durable_revision);
  proto->set_commit_count(stats.commit_count);
  proto->set_read_count(stats.read_count);
  proto->set_cache_hit_count(stats.cache_hit_count);
  proto->set_cache_miss_count(stats.cache_miss_count);
  proto->set_cache_bytes(stats.cache_bytes);
  proto->set_expired_count(stats.expired_count);
  proto->set_write_count(stats.write_count);
  proto->set_sync_count(stats.sync_count);
  proto->set_pending_bytes(stats.pending_bytes);
  proto->set_log_segment_count(stats.log_segment_count);
  proto->set_base_segment_count(stats.base_segment_count);
  proto->set_live_bytes(stats.live_bytes);
  proto->set_index_bytes(stats.index_bytes);
  proto->set_page_lease_count(stats.page_lease_count);
  proto->set_compaction_count(stats.compaction_count);
  proto->set_floor_revision(stats.floor_revision);
  proto->set_snapshot_count(stats.snapshot_count);
  proto->set_request_count(stats.request_count);
  v1::WatchStats* watches = proto->mutable_watches();
  watches->set_watch_count(stats.watch_count);
  watches->set_lag_bytes(stats.watch_lag_bytes);
  watches->set_lag_changes(stats.watch_lag_changes);
  EncodeVerification(stats, proto->mutable_verification());
  EncodeDisk(stats.disk, proto->mutable_disk());
  EncodeMemory(stats.memory, proto->mutable_memory());
  proto->set_hint_count(stats.hint_count);
  proto->set_hint_bytes(stats.hint_bytes);
  EncodeCompression(stats.compression, proto->mutable_compression());
  EncodeRecovery(stats, proto);
}

void Encode(const AdmissionStats& stats, v1::AdmissionStats* proto) {
  proto->set_admitted_count(stats.admitted_count);
  proto->set_refused_for_delay_count(stats.refused_for_delay_count);
  proto->set_refused_for_share_count(stats.refused_for_share_count);
  proto->set_refused_for_bytes_count(stats.refused_for_bytes_count);
  proto->set_expired_count(stats.expired_count);
  proto->set_cancelled_count(stats.cancelled_count);
  proto->set_waiting_count(stats.waiting_count);
  proto->set_waiting_bytes(stats.waiting_bytes);
  proto->set_group_writes_max(stats.group_writes_max);
  proto->set_overloaded(stats.overloaded);
  EncodeDuration(stats.delay_p50, proto->mutable_delay_p50());
  EncodeDuration(stats.delay_p99, proto->mutable_delay_p99());
  EncodeDuration(stats.delay_p999, proto->mutable_delay_p999());
}

void Encode(const CallStats& stats, v1::CallStats* proto) {
  proto->set_method(std::string(stats.method));
  proto->set_ended_count(stats.ended_count);
  for (const auto& [code, count] : stats.failed_counts) {
    (*proto->mutable_failed_counts())[absl::StatusCodeToString(code)] = count;
  }
  EncodeDuration(stats.duration_p50, proto->mutable_duration_p50());
  EncodeDuration(stats.duration_p99, proto->mutable_duration_p99());
  EncodeDuration(stats.duration_p999, proto->mutable_duration_p999());
}

}  // namespace rundlet

#include "service/grpc/admin_service.h"

#include <utility>

#include "service/grpc/expiry_codec.h"
#include "service/grpc/store_errors.h"
#include "service/grpc/unary_call.h"

namespace rundlet {
namespace {

void EncodeStats(const StoreStats& stats, v1::StatsResponse* proto) {
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
  EncodeDuration(stats.recovery_duration, proto->mutable_recovery_duration());
  proto->set_recovered_record_count(stats.recovered_record_count);
  proto->set_recovery_cut_bytes(stats.recovery_cut_bytes);
}

void EncodeReport(const CompactionReport& report, v1::CompactResponse* proto) {
  proto->set_segments_before(report.segments_before);
  proto->set_segments_after(report.segments_after);
  proto->set_bytes_before(report.bytes_before);
  proto->set_bytes_after(report.bytes_after);
  proto->set_records_kept(report.records_kept);
  proto->set_records_dropped(report.records_dropped);
  EncodeDuration(report.duration, proto->mutable_duration());
}

}  // namespace

grpc::ServerUnaryReactor* AdminService::Stats(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  UnaryCall call(context, request, response);
  grpc::ServerUnaryReactor* const reactor = call.reactor();
  v1::StatsRequest message;
  absl::Status admitted = call.Admit(gate_, &message);
  if (!admitted.ok()) {
    call.Fail(admitted);
    return reactor;
  }
  v1::StatsResponse answer;
  EncodeStats(store_->Stats(), &answer);
  call.Answer(answer);
  return reactor;
}

grpc::ServerUnaryReactor* AdminService::Compact(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  UnaryCall call(context, request, response);
  grpc::ServerUnaryReactor* const reactor = call.reactor();
  v1::CompactRequest message;
  absl::Status admitted = call.Admit(gate_, &message);
  if (!admitted.ok()) {
    call.Fail(admitted);
    return reactor;
  }
  store_->Compact([call = std::move(call)](
                      absl::StatusOr<CompactionReport> report) mutable {
    if (!report.ok()) return call.Fail(StoreError(report.status()));
    v1::CompactResponse answer;
    EncodeReport(*report, &answer);
    call.Answer(answer);
  });
  return reactor;
}

}  // namespace rundlet

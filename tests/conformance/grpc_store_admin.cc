// GrpcStore: maintenance and statistics.

#include <grpcpp/client_context.h>

#include <memory>

#include "tests/conformance/grpc_messages.h"
#include "tests/conformance/grpc_store.h"

namespace rundlet {

void GrpcStore::Compact(CompactCallback done) {
  grpc::ClientContext context;
  v1::CompactResponse response;
  const grpc::Status status =
      admin_->Compact(&context, v1::CompactRequest(), &response);
  if (!status.ok()) return done(StatusOf(status));
  CompactionReport report;
  report.segments_before = response.segments_before();
  report.segments_after = response.segments_after();
  report.records_kept = response.records_kept();
  report.records_dropped = response.records_dropped();
  done(report);
}

void GrpcStore::Backup(std::string folder, BackupCallback done) {
  v1::BackupRequest message;
  message.set_name(folder);
  grpc::ClientContext context;
  v1::BackupResponse response;
  const grpc::Status status = admin_->Backup(&context, message, &response);
  if (!status.ok()) return done(StatusOf(status));
  BackupReport report;
  report.revision = response.revision();
  report.key_count = response.key_count();
  report.segment_count = response.segment_count();
  report.bytes = response.bytes();
  done(report);
}

absl::StatusOr<CompactionPlan> GrpcStore::ExplainCompaction() const {
  grpc::ClientContext context;
  v1::ExplainCompactionResponse response;
  const grpc::Status status = admin_->ExplainCompaction(
      &context, v1::ExplainCompactionRequest(), &response);
  if (!status.ok()) return StatusOf(status);
  CompactionPlan plan;
  plan.trigger = static_cast<CompactionTrigger>(response.trigger());
  plan.reason = response.reason();
  plan.takes_everything = response.takes_everything();
  plan.bytes_to_copy = response.bytes_to_copy();
  for (const v1::CompactionInput& input : response.inputs()) {
    CompactionPlan::Input& out = plan.inputs.emplace_back();
    out.segment_id = input.segment_id();
    out.path = input.path();
    out.bytes = input.bytes();
    out.live_bytes = input.live_bytes();
    out.record_count = input.record_count();
    out.live_record_count = input.live_record_count();
    out.kept_bytes = input.kept_bytes();
    out.expired_bytes = input.expired_bytes();
  }
  plan.segments_kept = response.segments_kept();
  plan.bytes_before = response.bytes_before();
  plan.bytes_after = response.bytes_after();
  plan.bytes_to_gain = response.bytes_to_gain();
  plan.available_bytes = response.available_bytes();
  return plan;
}

void GrpcStore::Verify(VerifyCallback done) {
  grpc::ClientContext context;
  const auto stream = admin_->Verify(&context, v1::VerifyRequest());
  VerifyReport report;
  v1::VerifyResponse message;
  while (stream->Read(&message)) {
    if (message.has_damage()) {
      const v1::DamagedRecord& damage = message.damage();
      report.damage.push_back(
          {damage.segment_id(),
           damage.path(),
           damage.offset(),
           damage.bytes(),
           damage.what(),
           {damage.keys_at_risk().begin(), damage.keys_at_risk().end()}});
    } else {
      report.segment_count = message.summary().segment_count();
      report.record_count = message.summary().record_count();
      report.read_bytes = message.summary().read_bytes();
      report.damage_count = message.summary().damage_count();
      report.key_at_risk_count = message.summary().key_at_risk_count();
    }
  }
  const grpc::Status status = stream->Finish();
  if (!status.ok()) return done(StatusOf(status));
  done(std::move(report));
}

StoreStats GrpcStore::Stats() const {
  grpc::ClientContext context;
  v1::StatsResponse response;
  StoreStats stats;
  if (!admin_->Stats(&context, v1::StatsRequest(), &response).ok()) {
    return stats;
  }
  stats.store_id = response.store_id();
  stats.keys_in_index = response.keys_in_index();
  stats.put_count = response.put_count();
  stats.delete_count = response.delete_count();
  stats.visible_revision = response.visible_revision();
  stats.durable_revision = response.durable_revision();
  stats.floor_revision = response.floor_revision();
  stats.snapshot_count = response.snapshot_count();
  stats.watch_count = response.watches().watch_count();
  stats.request_count = response.request_count();
  stats.page_lease_count = response.page_lease_count();
  stats.commit_count = response.commit_count();
  stats.expired_count = response.expired_count();
  stats.read_count = response.read_count();
  stats.compaction_count = response.compaction_count();
  stats.live_bytes = response.live_bytes();
  stats.file_size_bytes = response.file_size_bytes();
  stats.pending_bytes = response.pending_bytes();
  if (response.has_last_compaction_time()) {
    stats.last_compaction_time = TimeOf(response.last_compaction_time());
  }
  const v1::VerifyStats& verification = response.verification();
  stats.verify_count = verification.verify_count();
  stats.damaged_record_count = verification.damaged_record_count();
  if (verification.has_last_verify_time()) {
    stats.last_verify_time = TimeOf(verification.last_verify_time());
  }
  return stats;
}

}  // namespace rundlet

#include "service/grpc/admin_service.h"

#include <utility>

#include "service/grpc/expiry_codec.h"
#include "service/grpc/stats_codec.h"
#include "service/grpc/store_errors.h"
#include "service/grpc/unary_call.h"

namespace rundlet {
namespace {

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
  Encode(store_->Stats(), &answer);
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

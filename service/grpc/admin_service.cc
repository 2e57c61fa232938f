#include "service/grpc/admin_service.h"

#include <utility>

#include "absl/time/time.h"
#include "service/grpc/errors.h"
#include "service/grpc/maintenance_codec.h"
#include "service/grpc/stats_codec.h"
#include "service/grpc/store_errors.h"
#include "service/grpc/unary_call.h"
#include "service/grpc/verify_stream.h"

namespace rundlet {
namespace {

using Context = grpc::CallbackServerContext;
using Method = CallMeter::Method;
using Reactor = grpc::ServerUnaryReactor;
using grpc::ByteBuffer;

// A backup that is refused for what stands in its folder.
absl::Status BackupError(const absl::Status& status) {
  return absl::IsAlreadyExists(status)
             ? MakeError(Reason::kBackupExists, status.message())
             : StoreError(status);
}

}  // namespace

Reactor* AdminService::Stats(Context* context, const ByteBuffer* request,
                             ByteBuffer* response) {
  UnaryCall call(context, request, response, meter_, Method::kStats);
  Reactor* const reactor = call.reactor();
  v1::StatsRequest message;
  absl::Status admitted = call.Admit(gate_, &message);
  if (!admitted.ok()) {
    call.Fail(admitted);
    return reactor;
  }
  v1::StatsResponse answer;
  Encode(store_->Stats(), &answer);
  Encode(admission_->stats(), answer.mutable_admission());
  for (const CallStats& stats : meter_->stats()) {
    Encode(stats, answer.add_calls());
  }
  call.Answer(answer);
  return reactor;
}

Reactor* AdminService::Compact(Context* context, const ByteBuffer* request,
                               ByteBuffer* response) {
  UnaryCall call(context, request, response, meter_, Method::kCompact);
  Reactor* const reactor = call.reactor();
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
    Encode(*report, &answer);
    call.Answer(answer);
  });
  return reactor;
}

Reactor* AdminService::ExplainCompaction(Context* context,
                                         const ByteBuffer* request,
                                         ByteBuffer* response) {
  UnaryCall call(context, request, response, meter_,
                 Method::kExplainCompaction);
  Reactor* const reactor = call.reactor();
  v1::ExplainCompactionRequest message;
  absl::Status admitted = call.Admit(gate_, &message);
  if (!admitted.ok()) {
    call.Fail(admitted);
    return reactor;
  }
  // It takes a thread for as long as it takes to look at every key.
  if (!explaining_.TryLock()) {
    call.Fail(RetryLater(Reason::kOverloaded,
                         "another call looks at every key already",
                         absl::Seconds(1)));
    return reactor;
  }
  const absl::StatusOr<CompactionPlan> plan = store_->ExplainCompaction();
  explaining_.Unlock();
  if (!plan.ok()) {
    call.Fail(StoreError(plan.status()));
    return reactor;
  }
  v1::ExplainCompactionResponse answer;
  Encode(*plan, &answer);
  call.Answer(answer);
  return reactor;
}

grpc::ServerWriteReactor<ByteBuffer>* AdminService::Verify(
    Context* context, const ByteBuffer* request) {
  return VerifyStream::Start(context, store_, gate_, open_streams_, *request);
}

Reactor* AdminService::Backup(Context* context, const ByteBuffer* request,
                              ByteBuffer* response) {
  UnaryCall call(context, request, response, meter_, Method::kBackup);
  Reactor* const reactor = call.reactor();
  const absl::StatusOr<std::string> folder = call.Receive<v1::BackupRequest>(
      gate_, [this](v1::BackupRequest* message) {
        return BackupFolder(*message, backup_root_);
      });
  if (!folder.ok()) {
    call.Fail(folder.status());
    return reactor;
  }
  store_->Backup(*folder, [call = std::move(call)](
                              absl::StatusOr<BackupReport> report) mutable {
    if (!report.ok()) return call.Fail(BackupError(report.status()));
    v1::BackupResponse answer;
    Encode(*report, &answer);
    call.Answer(answer);
  });
  return reactor;
}

Reactor* AdminService::SetLogLevel(Context* context, const ByteBuffer* request,
                                   ByteBuffer* response) {
  UnaryCall call(context, request, response, meter_, Method::kSetLogLevel);
  Reactor* const reactor = call.reactor();
  absl::StatusOr<LogLevel> level = call.Receive<v1::SetLogLevelRequest>(
      gate_, [](v1::SetLogLevelRequest* message) { return Decode(*message); });
  if (level.ok() && !set_log_level_) {
    level = MakeError(Reason::kNotConfigured, "the server has no log");
  }
  if (!level.ok()) {
    call.Fail(level.status());
    return reactor;
  }
  v1::SetLogLevelResponse answer;
  answer.set_previous(Encode(set_log_level_(*level)));
  call.Answer(answer);
  return reactor;
}

}  // namespace rundlet

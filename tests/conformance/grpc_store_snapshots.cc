// GrpcStore: snapshots. The wire has tokens where Store has ids and revisions.

#include <grpcpp/client_context.h>

#include "tests/conformance/grpc_messages.h"
#include "tests/conformance/grpc_store.h"

namespace rundlet {
namespace {

void SetLease(absl::Duration lease, google::protobuf::Duration* message) {
  message->set_seconds(absl::ToInt64Seconds(lease));
  message->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(lease % absl::Seconds(1))));
}

}  // namespace

std::string GrpcStore::SnapshotAt(Revision revision) {
  const absl::MutexLock lock(&mutex_);
  const auto found = snapshot_at_.find(revision);
  return found == snapshot_at_.end() ? "" : found->second;
}

std::string GrpcStore::SnapshotOf(uint64_t id) {
  {
    const absl::MutexLock lock(&mutex_);
    const auto found = snapshots_.find(id);
    if (found != snapshots_.end()) return found->second;
  }
  v1::OpenSnapshotResponse opened;
  {
    grpc::ClientContext context;
    if (!key_values_->OpenSnapshot(&context, {}, &opened).ok()) return "";
  }
  v1::ReleaseSnapshotRequest release;
  release.set_snapshot_token(opened.snapshot().snapshot_token());
  v1::ReleaseSnapshotResponse released;
  grpc::ClientContext context;
  if (!key_values_->ReleaseSnapshot(&context, release, &released).ok()) {
    return "";
  }
  return release.snapshot_token();
}

Snapshot GrpcStore::Keep(const v1::Snapshot& message, uint64_t id) {
  Snapshot snapshot;
  snapshot.revision = message.read_revision();
  snapshot.read_time = TimeOf(message.read_time());
  snapshot.lease_end = TimeOf(message.lease_end_time());
  const absl::MutexLock lock(&mutex_);
  snapshot.id = id == 0 ? ++last_id_ : id;
  snapshots_[snapshot.id] = message.snapshot_token();
  snapshot_at_[snapshot.revision] = message.snapshot_token();
  return snapshot;
}

void GrpcStore::OpenSnapshot(SnapshotRequest request, SnapshotCallback done) {
  v1::OpenSnapshotRequest message;
  if (request.lease != absl::ZeroDuration()) {
    SetLease(request.lease, message.mutable_lease());
  }
  message.set_min_revision(request.not_before);
  grpc::ClientContext context;
  v1::OpenSnapshotResponse response;
  const grpc::Status status =
      key_values_->OpenSnapshot(&context, message, &response);
  if (!status.ok()) return done(StatusOf(status));
  done(Keep(response.snapshot(), 0));
}

void GrpcStore::RenewSnapshot(uint64_t id, absl::Duration lease,
                              SnapshotCallback done) {
  v1::RenewSnapshotRequest message;
  message.set_snapshot_token(SnapshotOf(id));
  if (lease != absl::ZeroDuration()) SetLease(lease, message.mutable_lease());
  grpc::ClientContext context;
  v1::RenewSnapshotResponse response;
  const grpc::Status status =
      key_values_->RenewSnapshot(&context, message, &response);
  if (!status.ok()) return done(StatusOf(status));
  done(Keep(response.snapshot(), id));
}

void GrpcStore::ReleaseSnapshot(uint64_t id, SyncCallback done) {
  v1::ReleaseSnapshotRequest message;
  message.set_snapshot_token(SnapshotOf(id));
  grpc::ClientContext context;
  v1::ReleaseSnapshotResponse response;
  done(StatusOf(key_values_->ReleaseSnapshot(&context, message, &response)));
}

}  // namespace rundlet

#include "service/grpc/snapshot_codec.h"

#include "absl/strings/str_cat.h"
#include "service/grpc/errors.h"
#include "service/grpc/expiry_codec.h"
#include "service/grpc/field_path.h"
#include "service/grpc/sealed_token.h"
#include "service/grpc/store_errors.h"

namespace rundlet {
namespace {

constexpr size_t kBodyBytes = 8 + 8 + 8;

// Zero if the message has none.
template <typename Proto>
absl::StatusOr<absl::Duration> DecodeLease(const Proto& proto,
                                           const Limits& limits) {
  if (!proto.has_lease()) return absl::ZeroDuration();
  absl::StatusOr<absl::Duration> lease =
      DecodeDuration(FieldPath("lease"), proto.lease());
  if (lease.ok() && *lease > limits.snapshot_lease_max) {
    return InvalidField(
        FieldPath("lease"),
        absl::StrCat("is ", absl::FormatDuration(*lease),
                     ", snapshot_lease_max is ",
                     absl::FormatDuration(limits.snapshot_lease_max)));
  }
  return lease;
}

void EncodeSnapshot(const Snapshot& snapshot, absl::string_view store_id,
                    v1::Snapshot* proto) {
  proto->set_snapshot_token(EncodeSnapshotToken(snapshot, store_id));
  proto->set_read_revision(snapshot.revision);
  EncodeTime(snapshot.read_time, proto->mutable_read_time());
  EncodeTime(snapshot.lease_end, proto->mutable_lease_end_time());
}

}  // namespace

std::string EncodeSnapshotToken(const Snapshot& snapshot,
                                absl::string_view store_id) {
  std::string body;
  AppendNumber(snapshot.id, &body);
  AppendNumber(snapshot.revision, &body);
  AppendNumber(static_cast<uint64_t>(absl::ToUnixMicros(snapshot.read_time)),
               &body);
  return SealToken(TokenKind::kSnapshot, store_id, body);
}

absl::StatusOr<Snapshot> DecodeSnapshotToken(absl::string_view text,
                                             absl::string_view store_id) {
  const absl::StatusOr<std::string> body =
      UnsealToken(TokenKind::kSnapshot, store_id, text);
  if (absl::IsFailedPrecondition(body.status())) {
    return MakeError(Reason::kForeignStore,
                     "snapshot_token was given by another store",
                     {{"field", "snapshot_token"}});
  }
  if (!body.ok() || body->size() != kBodyBytes) {
    return MakeError(Reason::kInvalidSnapshotToken,
                     "snapshot_token is not one that a snapshot gave");
  }
  absl::string_view bytes = *body;
  Snapshot snapshot;
  snapshot.id = TakeNumber<uint64_t>(&bytes);
  snapshot.revision = TakeNumber<uint64_t>(&bytes);
  snapshot.read_time =
      absl::FromUnixMicros(static_cast<int64_t>(TakeNumber<uint64_t>(&bytes)));
  return snapshot;
}

absl::Status DecodeSnapshotOfRead(absl::string_view token,
                                  uint64_t min_revision,
                                  absl::string_view store_id, Revision* at,
                                  absl::Time* at_time) {
  if (token.empty()) return absl::OkStatus();
  if (min_revision != 0) {
    return InvalidField(FieldPath("snapshot_token"),
                        "does not go together with min_revision");
  }
  const absl::StatusOr<Snapshot> snapshot =
      DecodeSnapshotToken(token, store_id);
  if (!snapshot.ok()) return snapshot.status();
  *at = snapshot->revision;
  *at_time = snapshot->read_time;
  return absl::OkStatus();
}

absl::StatusOr<SnapshotRequest> Decode(const v1::OpenSnapshotRequest& proto,
                                       const Limits& limits) {
  const absl::StatusOr<absl::Duration> lease = DecodeLease(proto, limits);
  if (!lease.ok()) return lease.status();
  SnapshotRequest request;
  request.lease = *lease;
  request.not_before = proto.min_revision();
  return request;
}

absl::StatusOr<SnapshotRenewal> Decode(const v1::RenewSnapshotRequest& proto,
                                       const Limits& limits,
                                       absl::string_view store_id) {
  const absl::StatusOr<Snapshot> snapshot =
      DecodeSnapshotToken(proto.snapshot_token(), store_id);
  if (!snapshot.ok()) return snapshot.status();
  const absl::StatusOr<absl::Duration> lease = DecodeLease(proto, limits);
  if (!lease.ok()) return lease.status();
  return SnapshotRenewal{snapshot->id, *lease};
}

absl::Status Encode(const Snapshot& snapshot, absl::string_view store_id,
                    v1::OpenSnapshotResponse* proto) {
  EncodeSnapshot(snapshot, store_id, proto->mutable_snapshot());
  return absl::OkStatus();
}

absl::Status Encode(const Snapshot& snapshot, absl::string_view store_id,
                    v1::RenewSnapshotResponse* proto) {
  EncodeSnapshot(snapshot, store_id, proto->mutable_snapshot());
  return absl::OkStatus();
}

absl::Status SnapshotError(const absl::Status& status) {
  return absl::IsNotFound(status)
             ? MakeError(Reason::kSnapshotGone, status.message())
             : StoreError(status);
}

}  // namespace rundlet

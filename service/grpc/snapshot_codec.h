// Snapshots between the wire and Store. A snapshot's token says all that reads
// need: the server remembers none.

#ifndef RUNDLET_SERVICE_GRPC_SNAPSHOT_CODEC_H_
#define RUNDLET_SERVICE_GRPC_SNAPSHOT_CODEC_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rundlet/v1/snapshot.pb.h"
#include "storage/limits.h"
#include "storage/snapshot.h"

namespace rundlet {

// `store_id` is that of StoreStats; the end of the lease is no part of it.
std::string EncodeSnapshotToken(const Snapshot& snapshot,
                                absl::string_view store_id);

// INVALID_SNAPSHOT_TOKEN: mangled. FOREIGN_STORE: whole, but another store's.
absl::StatusOr<Snapshot> DecodeSnapshotToken(absl::string_view text,
                                             absl::string_view store_id);

// Sets `at` and `at_time` of a read from its snapshot_token, if it has one.
// INVALID_FIELD: min_revision is there, too. Others as DecodeSnapshotToken.
absl::Status DecodeSnapshotOfRead(absl::string_view token,
                                  uint64_t min_revision,
                                  absl::string_view store_id, Revision* at,
                                  absl::Time* at_time);

struct SnapshotRenewal {
  uint64_t id = 0;
  absl::Duration lease;  // zero: the store's own
};

// INVALID_FIELD: the lease. Others as DecodeSnapshotToken.
absl::StatusOr<SnapshotRequest> Decode(const v1::OpenSnapshotRequest& proto,
                                       const Limits& limits);
absl::StatusOr<SnapshotRenewal> Decode(const v1::RenewSnapshotRequest& proto,
                                       const Limits& limits,
                                       absl::string_view store_id);

// Fills an empty message. OK.
absl::Status Encode(const Snapshot& snapshot, absl::string_view store_id,
                    v1::OpenSnapshotResponse* proto);
absl::Status Encode(const Snapshot& snapshot, absl::string_view store_id,
                    v1::RenewSnapshotResponse* proto);

// The error of a renewal or release. SNAPSHOT_GONE, or as StoreError.
absl::Status SnapshotError(const absl::Status& status);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_SNAPSHOT_CODEC_H_

// The shapes of Store's snapshots: a point of the commit order that stays
// readable for as long as its lease is renewed.

#ifndef RUNDLET_STORAGE_SNAPSHOT_H_
#define RUNDLET_STORAGE_SNAPSHOT_H_

#include <cstdint>

#include "absl/time/time.h"
#include "storage/entry.h"

namespace rundlet {

struct SnapshotRequest {
  // How long the snapshot lives without a renewal. Zero: Limits::snapshot_lease
  // of the store; at most Limits::snapshot_lease_max.
  absl::Duration lease;
  Revision not_before = 0;  // fail rather than pin one from before this one
};

// Reads, scans and pages of the snapshot are those with `at` = revision and
// `at_time` = read_time.
struct Snapshot {
  uint64_t id = 0;  // for renewal and release; never 0, never given twice
  Revision revision = 0;
  absl::Time read_time;  // pinned, too: it decides which entries had expired
  absl::Time lease_end;  // engine time from which on it may be gone
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_SNAPSHOT_H_

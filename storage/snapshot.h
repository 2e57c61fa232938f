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

// Whether a read names the revision to be read at: 0 without a time means the
// newest. With one it is the revision before the first commit, of a snapshot
// that is as old, and has no entries.
inline bool NamesRevision(Revision at, absl::Time at_time) {
  return at != 0 || at_time != absl::Time();
}

// Reads, scans and pages of the snapshot are those with `at` = revision and
// `at_time` = read_time.
struct Snapshot {
  uint64_t id = 0;        // for renewal and release; never 0, never given twice
  Revision revision = 0;  // 0: nothing had been committed yet
  absl::Time read_time;   // pinned, too: it decides which entries had expired
  absl::Time lease_end;   // engine time from which on it may be gone
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_SNAPSHOT_H_

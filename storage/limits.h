// What a store accepts at most. Services announce these numbers to clients.

#ifndef RUNDLET_STORAGE_LIMITS_H_
#define RUNDLET_STORAGE_LIMITS_H_

#include <cstdint>

#include "absl/time/time.h"

namespace rundlet {

struct Limits {
  uint64_t key_bytes_max = 4096;  // a key has at least one byte
  uint64_t value_bytes_max = uint64_t{1} << 20;
  // Conditions, operations and otherwise operations together.
  uint64_t transaction_operations_max = 1024;
  // Keys and values of one transaction, all branches and conditions.
  uint64_t transaction_bytes_max = uint64_t{3} << 20;
  // Entries that one transaction gives back, as keys and values.
  uint64_t receipt_bytes_max = uint64_t{3} << 20;
  // Values that one transaction makes the store read, for its conditions and
  // its answer.
  uint64_t fetched_bytes_max = uint64_t{8} << 20;
  // Of a request's identity and of its id, each.
  uint64_t request_id_bytes_max = 128;
  // Keys of one Read, and keys and values of its answer.
  uint64_t read_keys_max = 1024;
  uint64_t read_bytes_max = uint64_t{3} << 20;
  // Committed, but not yet written: beyond it Commit answers UNAVAILABLE.
  uint64_t pending_bytes_max = uint64_t{64} << 20;
  // How long a page's revision is kept for the next page, and how many
  // different revisions are kept; the oldest goes first.
  absl::Duration page_lease = absl::Seconds(60);
  uint64_t page_leases_max = 1024;
  // The lease of a snapshot that names none, and the longest that one may name.
  absl::Duration snapshot_lease = absl::Seconds(60);
  absl::Duration snapshot_lease_max = absl::Hours(1);
  uint64_t snapshots_max = 1024;
  // Watches at a time, ranges of one, and how much may change since a watch
  // began that its reader has not asked for: beyond either it is cut off.
  uint64_t watches_max = 16384;
  uint64_t watch_ranges_max = 128;
  uint64_t watch_lag_bytes_max = uint64_t{256} << 20;
  uint64_t watch_lag_changes_max = uint64_t{1} << 20;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LIMITS_H_

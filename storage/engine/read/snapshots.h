// Snapshots: keeps revisions readable for those who hold a lease on them.

#ifndef RUNDLET_STORAGE_ENGINE_READ_SNAPSHOTS_H_
#define RUNDLET_STORAGE_ENGINE_READ_SNAPSHOTS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/engine/engine_time.h"
#include "storage/index/index.h"
#include "storage/limits.h"
#include "storage/snapshot.h"

namespace rundlet {

// Thread-safe. What it pins is unpinned when a lease ends, is released, or with
// the object. Its lock comes before the index's.
class Snapshots {
 public:
  Snapshots(Index* index, const EngineTime* time, const Limits* limits);
  ~Snapshots();

  Snapshots(const Snapshots&) = delete;
  Snapshots& operator=(const Snapshots&) = delete;

  // As Store says.
  absl::StatusOr<Snapshot> Open(const SnapshotRequest& request)
      ABSL_LOCKS_EXCLUDED(mu_);
  absl::StatusOr<Snapshot> Renew(uint64_t id, absl::Duration lease)
      ABSL_LOCKS_EXCLUDED(mu_);
  absl::Status Release(uint64_t id) ABSL_LOCKS_EXCLUDED(mu_);

  // Ends the leases whose time has come.
  void EndOld() ABSL_LOCKS_EXCLUDED(mu_);

  size_t count() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  struct Held {
    Revision revision = 0;
    int64_t read_time_us = 0;
    int64_t end_us = 0;
  };
  using ById = std::map<uint64_t, Held>;

  void EndOldAt(int64_t now_us) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void End(ById::iterator held) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::StatusOr<ById::iterator> Find(uint64_t id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // When a lease that begins at `now_us` ends.
  int64_t EndOf(absl::Duration lease, int64_t now_us) const;

  Index* const index_;
  const EngineTime* const time_;
  const Limits* const limits_;

  mutable absl::Mutex mu_;
  // Ids go on from the time of the opening, which no later one repeats.
  uint64_t next_id_ ABSL_GUARDED_BY(mu_);
  ById by_id_ ABSL_GUARDED_BY(mu_);
  absl::btree_set<std::pair<int64_t, uint64_t>> ends_ ABSL_GUARDED_BY(mu_);
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_READ_SNAPSHOTS_H_

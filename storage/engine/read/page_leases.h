// PageLeases: keeps the revisions of pages that have a next one readable.

#ifndef RUNDLET_STORAGE_ENGINE_READ_PAGE_LEASES_H_
#define RUNDLET_STORAGE_ENGINE_READ_PAGE_LEASES_H_

#include <cstddef>
#include <map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/entry.h"
#include "storage/file/clock.h"
#include "storage/index/index.h"
#include "storage/limits.h"

namespace rundlet {

// Thread-safe.
class PageLeases {
 public:
  PageLeases(Index* index, const Clock* clock, const Limits& limits)
      : index_(index),
        clock_(clock),
        lease_(limits.page_lease),
        leases_max_(limits.page_leases_max) {}
  ~PageLeases();

  PageLeases(const PageLeases&) = delete;
  PageLeases& operator=(const PageLeases&) = delete;

  // Keeps `revision`, which is pinned, for one lease from now on. Where there
  // are too many the one that would end first ends now.
  void Renew(Revision revision) ABSL_LOCKS_EXCLUDED(mu_);

  // Ends the leases whose time has come.
  void EndOld() ABSL_LOCKS_EXCLUDED(mu_);

  size_t count() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void EndFirst() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  Index* const index_;
  const Clock* const clock_;
  const absl::Duration lease_;
  const size_t leases_max_;

  mutable absl::Mutex mu_;
  std::map<Revision, absl::Duration> ends_ ABSL_GUARDED_BY(mu_);
  std::multimap<absl::Duration, Revision> by_end_ ABSL_GUARDED_BY(mu_);
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_READ_PAGE_LEASES_H_

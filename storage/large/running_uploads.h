// RunningUploads: which uploads are under way in this process, so that nobody
// takes their chunks for garbage.

#ifndef RUNDLET_STORAGE_LARGE_RUNNING_UPLOADS_H_
#define RUNDLET_STORAGE_LARGE_RUNNING_UPLOADS_H_

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace rundlet {

// Thread-safe.
class RunningUploads {
 public:
  explicit RunningUploads(uint64_t count_max) : count_max_(count_max) {}

  // RESOURCE_EXHAUSTED: there are count_max.
  absl::Status Add(const std::string& upload_id) ABSL_LOCKS_EXCLUDED(mutex_);
  // It has ended: its chunks are gone, or a value that can be read names them.
  void Remove(absl::string_view upload_id) ABSL_LOCKS_EXCLUDED(mutex_);
  bool Has(absl::string_view upload_id) const ABSL_LOCKS_EXCLUDED(mutex_);

  // Waits until there are none.
  void AwaitNone() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const uint64_t count_max_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_set<std::string> ids_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LARGE_RUNNING_UPLOADS_H_

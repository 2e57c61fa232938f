// MemoryGuard: a ceiling for the memory that a store takes (P11).
//
// What would make the store larger is refused once all parts together, or the
// process as the system sees it, have reached the ceiling; reads and deletes go
// on. It ends by itself when a 16th of the ceiling is free again.

#ifndef RUNDLET_STORAGE_ENGINE_GUARDS_MEMORY_GUARD_H_
#define RUNDLET_STORAGE_ENGINE_GUARDS_MEMORY_GUARD_H_

#include <cstdint>
#include <functional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "storage/stats.h"

namespace rundlet {

// Thread-safe.
class MemoryGuard {
 public:
  struct Settings {
    uint64_t bytes_max = 0;  // 0: no ceiling
    // The bytes of each part now, pending bytes apart. Called from any thread,
    // also under the commit pipeline's lock; never empty.
    std::function<MemoryStats()> measure;
  };

  explicit MemoryGuard(Settings settings);

  // RESOURCE_EXHAUSTED: there is no memory for a commit of so many bytes.
  // `pending_bytes` are committed already and not yet written.
  absl::Status Admit(uint64_t bytes, uint64_t pending_bytes)
      ABSL_LOCKS_EXCLUDED(mu_);

  // Measured now.
  MemoryStats stats(uint64_t pending_bytes) const;

 private:
  const Settings settings_;

  absl::Mutex mu_;
  uint64_t used_bytes_ ABSL_GUARDED_BY(mu_) = 0;  // at the last measurement
  // Admitted since, as if all of it stayed.
  uint64_t admitted_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  bool measured_ ABSL_GUARDED_BY(mu_) = false;
  bool full_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_GUARDS_MEMORY_GUARD_H_

// Compactor: the thread that runs compactions, one after the other: those asked
// for, and those that the policy finds due.

#ifndef RUNDLET_STORAGE_ENGINE_COMPACTOR_H_
#define RUNDLET_STORAGE_ENGINE_COMPACTOR_H_

#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/engine/commit_pipeline.h"
#include "storage/engine/compaction.h"
#include "storage/engine/compaction_policy.h"
#include "storage/engine/engine_time.h"
#include "storage/store.h"

namespace rundlet {

// Thread-safe.
class Compactor {
 public:
  struct Counts {
    uint64_t compactions = 0;
    std::optional<absl::Time> last_time;  // when the last one ended
  };

  // `environment` needs no sync_log: that is the pipeline's.
  Compactor(Compaction::Environment environment, CommitPipeline* pipeline,
            const EngineTime* time, const Clock* clock,
            CompactionPolicy policy = CompactionPolicy::Off());

  // Cancels the compaction under way; those that wait are answered UNAVAILABLE.
  ~Compactor();

  Compactor(const Compactor&) = delete;
  Compactor& operator=(const Compactor&) = delete;

  void Request(Store::CompactCallback done) ABSL_LOCKS_EXCLUDED(mu_);

  Counts counts() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mu_);
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return stopping_ || !waiting_.empty();
  }
  absl::Status SyncLog();
  void CompactIfDue() ABSL_LOCKS_EXCLUDED(mu_);
  absl::StatusOr<CompactionReport> Compact() ABSL_LOCKS_EXCLUDED(mu_);
  bool stopping() const ABSL_LOCKS_EXCLUDED(mu_);

  Compaction::Environment environment_;  // constant after construction
  CommitPipeline* const pipeline_;
  const EngineTime* const time_;
  const Clock* const clock_;
  const CompactionPolicy policy_;
  absl::Duration not_before_;     // the thread's own
  uint64_t segments_needed_ = 0;  // the thread's own

  mutable absl::Mutex mu_;
  std::vector<Store::CompactCallback> waiting_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  Counts counts_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMPACTOR_H_

// Compactor: the thread that runs compactions, one after the other: those asked
// for, and those that the policy finds due.

#ifndef RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTOR_H_
#define RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTOR_H_

#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/compaction_plan.h"
#include "storage/engine/commit/commit_pipeline.h"
#include "storage/engine/compaction/compaction.h"
#include "storage/engine/compaction/compaction_pacer.h"
#include "storage/engine/compaction/compaction_policy.h"
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
            CompactionPolicy policy = CompactionPolicy::Off(),
            const CompactionPacer::Settings& pacing = {});

  // Cancels the compaction under way; those that wait are answered UNAVAILABLE.
  ~Compactor();

  Compactor(const Compactor&) = delete;
  Compactor& operator=(const Compactor&) = delete;

  void Request(Store::CompactCallback done) ABSL_LOCKS_EXCLUDED(mu_);

  // Walks the index. Beside everything.
  absl::StatusOr<CompactionPlan> Explain() const ABSL_LOCKS_EXCLUDED(mu_);

  Counts counts() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mu_);
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return stopping_ || !waiting_.empty();
  }
  absl::Status SyncLog();
  void CompactIfDue() ABSL_LOCKS_EXCLUDED(mu_);
  // One that nobody waits for is paced.
  absl::StatusOr<CompactionReport> Compact(bool paced) ABSL_LOCKS_EXCLUDED(mu_);
  absl::StatusOr<CompactionPolicy::Figures> Measure() const
      ABSL_LOCKS_EXCLUDED(mu_);
  void ObserveLoad(bool compacting);
  void Rest(uint64_t bytes) ABSL_LOCKS_EXCLUDED(mu_);
  bool stopping() const ABSL_LOCKS_EXCLUDED(mu_);

  Compaction::Environment environment_;  // constant after construction
  CommitPipeline* const pipeline_;
  const EngineTime* const time_;
  const Clock* const clock_;
  const CompactionPolicy policy_;
  absl::Duration not_before_;  // the thread's own
  CompactionPacer pacer_;      // the thread's own

  mutable absl::Mutex mu_;
  std::vector<Store::CompactCallback> waiting_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  Counts counts_ ABSL_GUARDED_BY(mu_);
  uint64_t segments_needed_ ABSL_GUARDED_BY(mu_) = 0;
  double bytes_per_second_ ABSL_GUARDED_BY(mu_) = 0;  // of the last; 0: none
  absl::Duration last_end_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTOR_H_

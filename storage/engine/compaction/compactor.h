// Compactor: the thread that runs compactions, one after the other: those asked
// for, of everything, and steps of those that the policy finds due.

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
#include "storage/engine/compaction/compaction_survey.h"
#include "storage/engine/compaction/segment_notes.h"
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

  // How often the policy is asked; the clock is the machine's.
  static constexpr absl::Duration kInterval = absl::Seconds(1);

  // `environment` needs neither sync_log, which is the pipeline's, nor notes.
  Compactor(Compaction::Environment environment, CommitPipeline* pipeline,
            const EngineTime* time, const Clock* clock,
            CompactionPolicy policy = CompactionPolicy::Off(),
            const CompactionPacer::Settings& pacing = {},
            absl::Duration interval = kInterval);

  // Cancels the compaction under way; those that wait are answered UNAVAILABLE.
  ~Compactor();

  Compactor(const Compactor&) = delete;
  Compactor& operator=(const Compactor&) = delete;

  void Request(Store::CompactCallback done) ABSL_LOCKS_EXCLUDED(mu_);

  // The next step of what is due; if nothing is, what Request would do with
  // what is sealed now. Walks the index. Beside everything.
  absl::StatusOr<CompactionPlan> Explain() const ABSL_LOCKS_EXCLUDED(mu_);

  Counts counts() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mu_);
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return stopping_ || !waiting_.empty();
  }
  absl::Status SyncLog();
  // All that somebody has asked for.
  absl::StatusOr<CompactionReport> CompactAll() ABSL_LOCKS_EXCLUDED(mu_);
  // What is due, if anything is; returns whether it has done something.
  bool CompactIfDue() ABSL_LOCKS_EXCLUDED(mu_);
  absl::Status CompactStep() ABSL_LOCKS_EXCLUDED(mu_);
  absl::Status TakeSomeCensuses();
  absl::StatusOr<CompactionPolicy::Totals> Measure() const;
  CompactionPolicy::Choice Choose(const CompactionSurvey& survey) const;
  // Ends what `compaction` has come to.
  absl::StatusOr<CompactionReport> Finish(
      const Compaction& compaction, absl::StatusOr<CompactionReport> report,
      absl::Duration start) ABSL_LOCKS_EXCLUDED(mu_);
  void ObserveLoad(bool compacting);
  void Rest(uint64_t bytes) ABSL_LOCKS_EXCLUDED(mu_);
  bool stopping() const ABSL_LOCKS_EXCLUDED(mu_);

  Compaction::Environment environment_;  // with notes; constant once made
  CommitPipeline* const pipeline_;
  const EngineTime* const time_;
  const Clock* const clock_;
  const CompactionPolicy policy_;
  const absl::Duration interval_;
  mutable SegmentNotes notes_;
  // The thread's own.
  absl::Duration not_before_;
  bool has_compacted_ = false;  // by the last CompactIfDue
  CompactionPacer pacer_;

  mutable absl::Mutex mu_;
  std::vector<Store::CompactCallback> waiting_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  Counts counts_ ABSL_GUARDED_BY(mu_);
  double bytes_per_second_ ABSL_GUARDED_BY(mu_) = 0;  // of the last; 0: none
  std::thread thread_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTOR_H_

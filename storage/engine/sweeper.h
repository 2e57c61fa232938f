// Sweeper: the thread that deletes keys whose time has come, and ends leases.

#ifndef RUNDLET_STORAGE_ENGINE_SWEEPER_H_
#define RUNDLET_STORAGE_ENGINE_SWEEPER_H_

#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/engine/commit/commit_pipeline.h"
#include "storage/engine/engine_time.h"
#include "storage/engine/read/page_leases.h"
#include "storage/engine/read/snapshots.h"
#include "storage/index/index.h"

namespace rundlet {

// Thread-safe. Runs from construction to destruction.
class Sweeper {
 public:
  Sweeper(Index* index, CommitPipeline* pipeline, PageLeases* leases,
          Snapshots* snapshots, const EngineTime* time,
          absl::Duration interval);
  ~Sweeper();

  Sweeper(const Sweeper&) = delete;
  Sweeper& operator=(const Sweeper&) = delete;

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mu_);
  void Sweep();

  Index* const index_;
  CommitPipeline* const pipeline_;
  PageLeases* const leases_;
  Snapshots* const snapshots_;
  const EngineTime* const time_;
  const absl::Duration interval_;

  absl::Mutex mu_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_SWEEPER_H_

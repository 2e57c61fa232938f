#include "storage/engine/sweeper.h"

#include <string>
#include <utility>
#include <vector>

#include "storage/engine/sync_point.h"

namespace rundlet {
namespace {

// Deleted under one hold of the commit lock.
constexpr size_t kKeysAtOnce = 256;

}  // namespace

Sweeper::Sweeper(Index* index, CommitPipeline* pipeline, PageLeases* leases,
                 Snapshots* snapshots, const EngineTime* time,
                 absl::Duration interval)
    : index_(index),
      pipeline_(pipeline),
      leases_(leases),
      snapshots_(snapshots),
      time_(time),
      interval_(interval),
      thread_([this] { Run(); }) {}

Sweeper::~Sweeper() {
  {
    const absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  thread_.join();
}

void Sweeper::Sweep() {
  leases_->EndOld();
  snapshots_->EndOld();
  bool has_deleted = false;
  while (true) {
    const std::vector<std::pair<std::string, Revision>> expired =
        index_->Expired(time_->now_us(), kKeysAtOnce);
    if (expired.empty()) break;
    RUNDLET_SYNC_POINT("expiry: keys found");
    // What is left over has been deleted or written already, and only waits to
    // be published.
    if (pipeline_->DeleteExpired(expired) == 0) break;
    has_deleted = true;
  }
  // Whoever watches is told of what is synced only, and waits for this.
  if (has_deleted) pipeline_->SyncSoon();
}

void Sweeper::Run() {
  const absl::MutexLock lock(&mu_);
  while (!mu_.AwaitWithTimeout(absl::Condition(&stopping_), interval_)) {
    mu_.Unlock();
    Sweep();
    mu_.Lock();
  }
}

}  // namespace rundlet

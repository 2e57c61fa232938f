// CommitPipeline: the flusher, which waits for the disk: one thread at a time.

#include <algorithm>

#include "storage/engine/commit/commit_pipeline.h"
#include "storage/engine/sync_point.h"

namespace rundlet {

bool CommitPipeline::HasWork() const {
  return !failure_.ok() || sync_wanted_ || roll_wanted_ || reserve_wanted_ ||
         closing_ || seals_wanted_ > seals_done_ || !write_error_.ok();
}

bool CommitPipeline::IsDrained() const {
  return queue_.empty() && unwritten_.empty() && synced_ >= written_ &&
         write_error_.ok();
}

void CommitPipeline::AwaitWork() {
  while (!HasWork() || flushes_elsewhere_) {
    const bool dirty = !unwritten_.empty() || synced_ < written_;
    flusher_idles_ = !dirty;
    if (!dirty) {
      flusher_wakes_.Wait(&mu_);
    } else if (flusher_wakes_.WaitWithTimeout(&mu_, settings_.sync_interval) &&
               !flushes_elsewhere_) {
      break;  // L4: what nobody waits for is synced all the same
    }
  }
  flusher_idles_ = false;
}

void CommitPipeline::RunFlusher() {
  const absl::MutexLock lock(&mu_);
  while (failure_.ok() && close_status_.ok()) {
    AwaitWork();
    Flush();
    if (closing_ && IsDrained()) return;
  }
  // It goes on for nobody: what is owed has been failed.
  if (failure_.ok()) Publish();
}

absl::Status CommitPipeline::AsWriter(absl::FunctionRef<absl::Status()> work) {
  while (writing_) role_left_.Wait(&mu_);
  writing_ = true;
  mu_.Unlock();
  absl::Status status = work();
  if (absl::IsResourceExhausted(status) && settings_.disk != nullptr &&
      settings_.disk->GiveRoom()) {
    status = work();
  }
  mu_.Lock();
  writing_ = false;
  role_left_.SignalAll();
  if (log_->broken()) Stop(status);
  return status;
}

bool CommitPipeline::RepairLog() {
  const absl::Status error = write_error_;
  bool has_room = false;
  const absl::Status repaired = AsWriter([this, &error, &has_room] {
    absl::Status status = log_->Repair();
    has_room = status.ok() && absl::IsResourceExhausted(error) &&
               settings_.disk != nullptr && settings_.disk->GiveRoom();
    return status;
  });
  if (!repaired.ok()) return false;  // it is broken then, and stopped
  write_error_ = absl::OkStatus();
  FailUnwritten(error, /*spare_deletes=*/has_room);
  return has_room;
}

void CommitPipeline::ReserveRevisions() {
  reserve_wanted_ = false;
  const Revision newest = next_revision_;
  const absl::Status reserved =
      AsWriter([this, newest] { return log_->ReserveRevisions(newest); });
  if (reserved.ok()) {
    ceiling_ = log_->revision_ceiling();
  } else if (failure_.ok() && next_revision_ > ceiling_) {
    // With revisions left in the block it is simply tried again.
    FailUnwritten(reserved, /*spare_deletes=*/false);
  }
}

absl::Status CommitPipeline::RollLog() {
  roll_wanted_ = false;
  const Revision written = written_;
  const int64_t time_us = TakeTime();
  absl::Status rolled =
      AsWriter([this, time_us] { return log_->Roll(time_us); });
  if (rolled.ok()) {
    synced_ = std::max(synced_, written);
  } else if (failure_.ok()) {
    FailUnwritten(rolled, /*spare_deletes=*/false);
  }
  return rolled;
}

// Where somebody waits for the disk; the background's syncs need no help. An
// error is not the writer's: no reserve is given away for a shortcut.
void CommitPipeline::ExtendLog() {
  if (synced_ >= written_ || !failure_.ok() || !write_error_.ok()) return;
  if (!log_->NeedsExtending()) return;
  if (settings_.disk != nullptr && settings_.disk->is_low()) return;
  AsWriter([this] {
    log_->Extend();
    if (settings_.disk != nullptr) settings_.disk->Spend(log_->TakeGrowth());
    return absl::OkStatus();
  }).IgnoreError();
}

void CommitPipeline::SyncLog() {
  if (synced_ >= written_ || !failure_.ok()) return;
  const Revision written = written_;
  const ActiveLog::Mark mark = log_->End();
  mu_.Unlock();
  RUNDLET_SYNC_POINT("sync: to begin");
  const int64_t start_us = settings_.time->now_us();
  const absl::Status synced = log_->Sync(mark);
  const int64_t end_us = settings_.time->now_us();
  RUNDLET_SYNC_POINT("sync: done");
  mu_.Lock();
  if (!synced.ok()) {
    Stop(synced);
    return;
  }
  log_->SetSynced(mark);
  synced_ = std::max(synced_, written);
  ++counts_.syncs;
  counts_.sync_time += absl::Microseconds(end_us - start_us);
}

void CommitPipeline::SyncSoon() {
  const absl::MutexLock lock(&mu_);
  sync_wanted_ = true;
  WakeFlusher();
}

void CommitPipeline::Flush() {
  const uint64_t seals = seals_wanted_;
  const bool may_write = write_error_.ok() || RepairLog();
  if (reserve_wanted_ && failure_.ok()) ReserveRevisions();
  while (writing_) role_left_.Wait(&mu_);
  roll_wanted_ = false;
  const bool is_waited_for = sync_wanted_;
  sync_wanted_ = false;
  // What is left after a repair without room has been acknowledged already; it
  // is tried again with the next commit or after the sync interval.
  if (may_write) WriteQueued(Writer::kFlusher);
  // Not before a failed write is cut off: a roll that fails would leave it, and
  // who waits for it be told that nothing has happened.
  if (seals > seals_done_ && failure_.ok() && write_error_.ok()) {
    seal_status_ = RollLog();
    seals_done_ = seals;
    role_left_.SignalAll();
    // Committers could not write meanwhile.
    WriteQueued(Writer::kFlusher);
  }
  if (is_waited_for) ExtendLog();
  SyncLog();
  Publish();
  // Another thread publishes: it needs the lock to come to an end.
  while (closing_ && publishing_) role_left_.Wait(&mu_);
}

bool CommitPipeline::MayFlushHere() const {
  return flusher_idles_ && !flushes_elsewhere_ && failure_.ok() &&
         publisher_ != std::this_thread::get_id();
}

void CommitPipeline::FlushHere() {
  flushes_elsewhere_ = true;
  Flush();
  flushes_elsewhere_ = false;
  // Others may have asked for it meanwhile, or left what has to be synced soon.
  if (HasWork() || !IsDrained()) WakeFlusher();
}

}  // namespace rundlet

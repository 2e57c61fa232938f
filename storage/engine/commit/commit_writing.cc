// CommitPipeline: the writer's role, and what happens when it fails.

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/engine/commit/commit_pipeline.h"
#include "storage/engine/known_failure.h"
#include "storage/engine/record_version.h"
#include "storage/engine/sync_point.h"
#include "storage/format/record.h"
#include "storage/short_wait.h"

namespace rundlet {
namespace {

// Of a record that is kept because it was written: a larger one would push many
// others out. A read that wants it keeps it.
constexpr uint64_t kCachedRecordBytesMax = uint64_t{128} << 10;

// In its place: to copy what has just been written field by field would wait
// for the stores.
void AddRecord(const PlannedChange& change, bool expired,
               std::vector<Record>* records) {
  Record& record = records->emplace_back();
  FillRecord(change.key, change.version, &record);
  record.value = change.value;
  record.expired = expired;
  record.ends_transaction = false;
}

// Of a request that changed no key.
Record ReceiptOf(const PendingCommit& commit) {
  Record record;
  record.type = RecordType::kReceipt;
  record.revision = commit.revision;
  record.modified_us = commit.time_us;
  return record;
}

// Whether the store becomes larger: a tombstone makes room in the end.
bool NeedsRoom(const PendingCommit& commit) {
  return std::any_of(
      commit.plan.changes.begin(), commit.plan.changes.end(),
      [](const PlannedChange& change) { return !change.version.deleted; });
}

}  // namespace

absl::Status CommitPipeline::Admit(const PendingCommit& commit) const {
  if (!NeedsRoom(commit)) return absl::OkStatus();
  if (settings_.disk != nullptr) {
    absl::Status admitted =
        settings_.disk->Admit(pending_bytes_ + commit.record_bytes);
    if (!admitted.ok()) return admitted;
  }
  if (settings_.memory == nullptr) return absl::OkStatus();
  return settings_.memory->Admit(commit.record_bytes, pending_bytes_);
}

uint64_t CommitPipeline::TakeGroup() {
  group_.clear();
  uint64_t bytes = 0;
  for (PendingCommit* const commit : unwritten_) {
    if (commit->revision > ceiling_) break;
    if (!group_.empty() &&
        bytes + commit->record_bytes > log_->group_bytes_max()) {
      break;
    }
    bytes += commit->record_bytes;
    for (PlannedChange& change : commit->plan.changes) {
      change.was_newest = change.next_revision == 0;
    }
    group_.push_back(commit);
  }
  return bytes;
}

bool CommitPipeline::Prepare(Writer writer, uint64_t group_bytes) {
  // No bytes: even the first commit waits for revisions to be reserved.
  const bool needs_roll = group_bytes > 0 && log_->NeedsRoll(group_bytes);
  if (group_bytes > 0 && !needs_roll) return true;
  if (writer == Writer::kCommitter) {
    // The flusher does what may block, and goes on writing then.
    (needs_roll ? roll_wanted_ : reserve_wanted_) = true;
    WakeFlusher();
    return false;
  }
  if (needs_roll) return RollLog().ok();
  ReserveRevisions();
  return !unwritten_.empty() && unwritten_.front()->revision <= ceiling_;
}

void CommitPipeline::WriteQueued(Writer writer) {
  if (writing_) return;
  while (!unwritten_.empty() && failure_.ok() && write_error_.ok()) {
    const uint64_t bytes = TakeGroup();
    if (!Prepare(writer, bytes)) return;
    if (group_.empty()) continue;
    writing_ = true;
    mu_.Unlock();
    RUNDLET_SYNC_POINT("commit: group to be written");
    const absl::Status written = WriteGroup();
    RUNDLET_SYNC_POINT("commit: group written");
    LockSoon(&mu_);
    writing_ = false;
    role_left_.SignalAll();
    if (!written.ok()) {
      write_error_ = written;
      WakeFlusher();
      return;
    }
    FinishGroup();
  }
}

absl::Status CommitPipeline::WriteGroup() {
  records_.clear();
  locations_.clear();
  for (const PendingCommit* commit : group_) {
    for (const PlannedChange& change : commit->plan.changes) {
      AddRecord(change, commit->expired, &records_);
    }
    if (commit->plan.changes.empty()) records_.push_back(ReceiptOf(*commit));
    records_.back().ends_transaction = true;
    records_.back().extra = commit->extra;
  }
  compressor_.Compress(absl::MakeSpan(records_));
  absl::Status written =
      log_->Write(records_, group_.back()->time_us, &locations_);
  if (settings_.disk != nullptr) settings_.disk->Spend(log_->TakeGrowth());
  if (written.ok() && cache_->enabled()) CacheGroup();
  return written;
}

void CommitPipeline::CacheGroup() {
  auto location = locations_.begin();
  for (const PendingCommit* commit : group_) {
    for (const PlannedChange& change : commit->plan.changes) {
      // What follows it will take its place.
      if (!change.was_newest) {
      } else if (change.version.deleted ||
                 location->bytes > kCachedRecordBytesMax) {
        cache_->Erase(change.key);
      } else {
        cache_->Insert(change.hashed_key(), *location,
                       log_->Written(*location));
      }
      ++location;
    }
    if (commit->plan.changes.empty()) ++location;  // of its receipt
  }
}

void CommitPipeline::FinishGroup() {
  size_t next = 0;
  for (PendingCommit* commit : group_) {
    for (PlannedChange& change : commit->plan.changes) {
      change.version.location = locations_[next++];
      if (commit->published) {
        index_->Relocate(change.key, change.version.revision,
                         change.version.location);
      }
    }
    if (commit->plan.changes.empty()) ++next;  // its receipt has no place
    commit->unwritten = false;
    commit->written = true;
    pending_bytes_ -= commit->record_bytes;
    counts_.written_bytes += commit->record_bytes;
  }
  RUNDLET_SYNC_POINT("commit: group finished");
  written_ = group_.back()->revision;
  unwritten_.erase(unwritten_.begin(), unwritten_.begin() + group_.size());
  while (!published_.empty() && published_.front()->written) {
    CommitPtr commit = std::move(published_.front());
    published_.pop_front();
    Release(std::move(commit));
  }
  ++counts_.writes;
}

void CommitPipeline::RebuildNewest() {
  newest_.clear();
  head_ = index_->visible();
  for (const CommitPtr& commit : queue_) {
    if (!commit->failure.ok()) continue;
    head_ = std::max(head_, commit->revision);
    for (PlannedChange& change : commit->plan.changes) {
      change.next_revision = 0;
      NoteNewest(change);
    }
  }
}

void CommitPipeline::Remember(const PendingCommit& commit) {
  if (commit.extra.empty()) return;
  // What it made itself is whole.
  settings_.requests->Remember({commit.extra, commit.revision, commit.time_us})
      .IgnoreError();
  RUNDLET_SYNC_POINT("request: remembered");
}

bool CommitPipeline::WaitsForUnwritten(const PendingCommit& commit) const {
  return !IsReady(commit) && !unwritten_.empty() &&
         commit.revision >= unwritten_.front()->revision;
}

void CommitPipeline::FailUnwritten(absl::Status status, bool spare_deletes) {
  status = KnownFailure(std::move(status));
  // Whatever was planned on top of the first that fails, fails with it; and so
  // does who only waits for what could not be written.
  bool fails = false;
  for (const CommitPtr& commit : queue_) {
    if (spare_deletes) {
      fails = fails || (!commit->written && NeedsRoom(*commit));
    } else {
      fails = fails || (commit->writes() ? !commit->written
                                         : WaitsForUnwritten(*commit));
    }
    if (fails && commit->failure.ok()) commit->failure = status;
  }
  // What was acknowledged at kMemory stays, too, and is tried again.
  std::deque<PendingCommit*> kept;
  for (PendingCommit* const commit : unwritten_) {
    if (commit->failure.ok()) {
      kept.push_back(commit);
    } else {
      commit->unwritten = false;
      pending_bytes_ -= commit->record_bytes;
    }
  }
  unwritten_ = std::move(kept);
  if (closing_ && !spare_deletes) close_status_ = status;
  RebuildNewest();
}

void CommitPipeline::Stop(const absl::Status& status) {
  if (!failure_.ok()) return;
  failure_ = absl::UnavailableError(
      absl::StrCat("the store has stopped: ", status.message()));
  const absl::Status unknown = absl::UnknownError(
      absl::StrCat("the outcome is unknown: ", status.message()));
  // What is ready behind one that is not was planned on top of it: to
  // acknowledge it would be to acknowledge both.
  bool is_unknown = false;
  for (const CommitPtr& commit : queue_) {
    is_unknown = is_unknown || !IsReady(*commit);
    if (is_unknown && commit->failure.ok()) commit->failure = unknown;
  }
  RebuildNewest();
  Publish();
  role_left_.SignalAll();
  if (!settings_.on_fatal) return;
  mu_.Unlock();
  settings_.on_fatal(status);
  mu_.Lock();
}

}  // namespace rundlet

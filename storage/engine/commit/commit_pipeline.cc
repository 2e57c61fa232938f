#include "storage/engine/commit/commit_pipeline.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "storage/engine/sync_point.h"
#include "storage/format/record.h"
#include "storage/short_wait.h"

namespace rundlet {
namespace {

// Unwritten bytes at which nobody holds a write back any longer.
constexpr uint64_t kHeldBackBytesMax = 1 << 20;

}  // namespace

CommitPipeline::CommitPipeline(Settings settings, ActiveLog* log, Index* index,
                               RecordCache* cache, Revision newest,
                               Revision next_revision)
    : settings_(std::move(settings)),
      log_(log),
      index_(index),
      cache_(cache),
      compressor_(settings_.compression),
      next_revision_(next_revision),
      head_(newest),
      written_(newest),
      synced_(newest),
      ceiling_(log->revision_ceiling()),
      flusher_([this] { RunFlusher(); }) {}

CommitPipeline::~CommitPipeline() {
  // Whoever wants to know how the last sync went has called Close before.
  if (flusher_.joinable()) Close().status().IgnoreError();
}

std::optional<Version> CommitPipeline::FindNewest(absl::string_view key) {
  const absl::MutexLock lock(&mu_);
  FoundVersion found;
  if (!FindLocked(HashedKey(key), &found)) return std::nullopt;
  if (found.value != nullptr) {
    found.version.value = std::make_shared<const std::string>(*found.value);
  }
  return std::move(found.version);
}

absl::Status CommitPipeline::CheckAccepting() const {
  if (!failure_.ok()) return failure_;
  if (closing_) return absl::UnavailableError("the store is closing");
  if (ingesting_) {
    return absl::UnavailableError("an ingest is under way");
  }
  if (pending_bytes_ > settings_.limits->pending_bytes_max) {
    return absl::UnavailableError(absl::StrCat(
        "pending bytes are ", pending_bytes_, ", pending_bytes_max is ",
        settings_.limits->pending_bytes_max,
        ": the disk is slower than the writes that come"));
  }
  return absl::OkStatus();
}

int64_t CommitPipeline::TakeTime() {
  // A run is written at once: one look at the clock is enough for it.
  if (!in_run_) {
    last_time_us_ = std::max(last_time_us_, settings_.time->now_us());
  }
  return last_time_us_;
}

void CommitPipeline::NoteNewest(PlannedChange& change) {
  const auto [newest, is_first] = newest_.insert(NewestChange{&change});
  if (is_first) return;
  newest->change->next_revision = change.version.revision;
  newest->change = &change;
}

void CommitPipeline::ForgetNewest(const PlannedChange& change) {
  if (change.next_revision != 0) return;
  newest_.erase(newest_.find(change.hashed_key()));
}

std::vector<std::string> CommitPipeline::Commit(Transaction* transaction,
                                                const FetchedValues& values,
                                                Callback* done) {
  absl::Status planned;
  {
    const ShortWaitLock lock(&mu_);
    CommitPtr commit = NewCommit();
    planned = Plan(transaction, values, commit.get());
    TransactionPlan& plan = commit->plan;
    if (planned.ok() && !plan.missing_values.empty()) {
      return std::move(plan.missing_values);
    }
    if (planned.ok()) {
      commit->done = std::move(*done);
      ++counts_.commits;
      counts_.puts += plan.put_count;
      counts_.deletes += plan.delete_count;
      const Durability durability = commit->durability;
      RUNDLET_SYNC_POINT("commit: planned");
      Enqueue(std::move(commit));
      in_run_ = transaction->more;
      Advance(durability, transaction->more, transaction->may_block);
      return {};
    }
  }
  (*done)(planned);
  return {};
}

uint64_t CommitPipeline::DeleteExpired(
    absl::Span<const std::pair<std::string, Revision>> expired) {
  const absl::MutexLock lock(&mu_);
  uint64_t deleted = 0;
  for (const auto& [key, revision] : expired) {
    if (!CheckAccepting().ok()) break;
    const HashedKey hashed(key);
    FoundVersion found;
    const bool exists = FindLocked(hashed, &found);
    RUNDLET_SYNC_POINT("expiry: key found");
    if (!exists || found.version.revision != revision) continue;
    CommitPtr commit = NewCommit();
    commit->durability = Durability::kOs;
    commit->time_us = TakeTime();
    commit->expired = true;
    PlannedChange& change = commit->plan.changes.emplace_back();
    change.key = key;
    change.key_hash = hashed.hash;
    change.version.deleted = true;
    change.version.revision = next_revision_;
    change.version.modified_us = commit->time_us;
    commit->record_bytes = RecordBytes(*commit);
    Enqueue(std::move(commit));
    ++deleted;
  }
  if (deleted > 0) {
    Advance(Durability::kOs, /*more=*/false, /*may_block=*/false);
  }
  return deleted;
}

void CommitPipeline::Sync(Durability durability, Callback done) {
  absl::Status refused;
  {
    const absl::MutexLock lock(&mu_);
    in_run_ = false;
    refused = CheckAccepting();
    // A callback may ask more of what has been accepted, and the flusher stays
    // for it: an answer that says "nothing was done" would be wrong.
    if (failure_.ok() && publisher_ == std::this_thread::get_id()) {
      refused = absl::OkStatus();
    }
    if (refused.ok()) {
      CommitPtr waiter = NewCommit();
      waiter->durability = durability == Durability::kDefault
                               ? settings_.durability
                               : durability;
      waiter->done = std::move(done);
      const Durability wanted = waiter->durability;
      Enqueue(std::move(waiter));
      Advance(wanted, /*more=*/false, /*may_block=*/false);
      return;
    }
  }
  done(refused);
}

void CommitPipeline::Enqueue(CommitPtr commit) {
  if (commit->writes()) {
    head_ = next_revision_++;
    for (PlannedChange& change : commit->plan.changes) NoteNewest(change);
    pending_bytes_ += commit->record_bytes;
    commit->unwritten = true;
    unwritten_.push_back(commit.get());
  }
  commit->revision = head_;
  queue_.push_back(std::move(commit));
}

void CommitPipeline::WakeFlusher() {
  if (!flushes_elsewhere_) flusher_wakes_.Signal();
}

void CommitPipeline::Advance(Durability durability, bool more, bool may_block) {
  // The next block is reserved well before this one is used up.
  if (next_revision_ > ceiling_ - log_->revision_block() / 2) {
    reserve_wanted_ = true;
    WakeFlusher();
  }
  const bool hold_back = more && pending_bytes_ < kHeldBackBytesMax;
  if (durability == Durability::kDisk && !hold_back) {
    sync_wanted_ = true;
    if (may_block && MayFlushHere()) {
      FlushHere();
    } else {
      WakeFlusher();
    }
  } else if ((durability == Durability::kOs && !hold_back) ||
             pending_bytes_ >= kHeldBackBytesMax) {
    WriteQueued(Writer::kCommitter);
  }
  // An idle flusher has to start counting the sync interval.
  if (flusher_idles_) WakeFlusher();
  Publish();
}

absl::Status CommitPipeline::Seal() {
  const absl::MutexLock lock(&mu_);
  absl::Status accepting = CheckAccepting();
  if (!accepting.ok()) return accepting;
  const uint64_t wanted = ++seals_wanted_;
  const Revision newest = head_;
  // A commit in a sealed segment that is not in the index yet would look dead
  // to whoever rewrites that segment.
  const auto is_done = [this, wanted, newest] {
    mu_.AssertHeld();
    return seals_done_ >= wanted &&
           (queue_.empty() || queue_.front()->revision > newest);
  };
  ++seal_waiters_;
  WakeFlusher();
  while (!is_done() && failure_.ok() && !closing_) role_left_.Wait(&mu_);
  --seal_waiters_;
  if (is_done()) return seal_status_;
  return failure_.ok() ? absl::UnavailableError("the store is closing")
                       : failure_;
}

void CommitPipeline::Fail(const absl::Status& status) {
  const absl::MutexLock lock(&mu_);
  Stop(status);
  WakeFlusher();
}

absl::StatusOr<Revision> CommitPipeline::Close() {
  {
    const absl::MutexLock lock(&mu_);
    closing_ = true;
    WakeFlusher();
    role_left_.SignalAll();
  }
  flusher_.join();
  const absl::MutexLock lock(&mu_);
  while (publishing_ || writing_) role_left_.Wait(&mu_);
  if (!failure_.ok()) return failure_;
  if (!close_status_.ok()) return close_status_;
  return next_revision_;
}

absl::StatusOr<Revision> CommitPipeline::BeginIngest(uint64_t count) {
  const absl::MutexLock lock(&mu_);
  absl::Status accepting = CheckAccepting();
  if (!accepting.ok()) return accepting;
  ingesting_ = true;
  // The sweeper, too, may have left something that is not synced: a power loss
  // must not take it and leave the ingest, which comes later (P2).
  CommitPtr waiter = NewCommit();
  absl::Status synced;
  waiter->durability = Durability::kDisk;
  waiter->done = [&synced](const absl::StatusOr<Receipt>& receipt) {
    synced = receipt.status();
  };
  Enqueue(std::move(waiter));
  Advance(Durability::kDisk, /*more=*/false, /*may_block=*/false);
  while (!queue_.empty() || publishing_ || writing_) role_left_.Wait(&mu_);
  if (!failure_.ok() || !synced.ok()) {
    ingesting_ = false;
    return failure_.ok() ? synced : failure_;
  }
  writing_ = true;
  const Revision first = next_revision_;
  next_revision_ += count;
  return first;
}

void CommitPipeline::EndIngest(bool loaded) {
  const absl::MutexLock lock(&mu_);
  writing_ = false;
  ingesting_ = false;
  role_left_.SignalAll();
  if (!loaded) return;
  head_ = written_ = synced_ = next_revision_ - 1;
  ceiling_ = log_->revision_ceiling();
}

absl::StatusOr<Revision> CommitPipeline::durable_revision() const {
  const absl::MutexLock lock(&mu_);
  if (!failure_.ok()) return failure_;
  return synced_;
}

CommitPipeline::Counts CommitPipeline::counts() const {
  const absl::MutexLock lock(&mu_);
  Counts counts = counts_;
  counts.pending_bytes = pending_bytes_;
  counts.durable_revision = synced_;
  return counts;
}

}  // namespace rundlet

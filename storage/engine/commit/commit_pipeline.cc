#include "storage/engine/commit/commit_pipeline.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "storage/engine/sync_point.h"
#include "storage/format/record.h"

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

std::optional<Version> CommitPipeline::FindLocked(absl::string_view key) const {
  if (newest_.empty()) return index_->Find(key);
  const auto pending = newest_.find(key);
  if (pending == newest_.end()) return index_->Find(key);
  if (pending->second->version.deleted) return std::nullopt;
  return pending->second->version;
}

std::optional<Version> CommitPipeline::FindNewest(absl::string_view key) {
  const absl::MutexLock lock(&mu_);
  return FindLocked(key);
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

void CommitPipeline::NoteNewest(const Index::Change& change) {
  const auto [newest, is_first] = newest_.try_emplace(change.key, &change);
  if (is_first) return;
  // The map's key has to point into the change that it leads to: the one before
  // may be gone first.
  newest_.erase(newest);
  newest_.emplace(change.key, &change);
}

void CommitPipeline::ForgetNewest(const Index::Change& change) {
  const auto newest = newest_.find(change.key);
  if (newest != newest_.end() && newest->second == &change) {
    newest_.erase(newest);
  }
}

absl::StatusOr<TransactionPlan> CommitPipeline::Plan(
    Transaction* transaction, const FetchedValues& values) {
  const absl::Status accepting = CheckAccepting();
  if (!accepting.ok()) return accepting;
  const auto find = [this](absl::string_view key) {
    mu_.AssertHeld();
    return FindLocked(key);
  };
  const PlanInput input{next_revision_,   head_, TakeTime(), &values,
                        settings_.limits, find};
  return PlanTransaction(transaction, input);
}

std::vector<std::string> CommitPipeline::Commit(Transaction* transaction,
                                                const FetchedValues& values,
                                                Callback* done) {
  absl::Status refused;
  {
    const absl::MutexLock lock(&mu_);
    absl::StatusOr<TransactionPlan> plan = Plan(transaction, values);
    if (plan.ok()) refused = AdmitChanges(plan->changes);
    if (plan.ok() && refused.ok()) {
      if (!plan->missing_values.empty()) return std::move(plan->missing_values);
      auto commit = std::make_shared<PendingCommit>();
      commit->durability = transaction->durability == Durability::kDefault
                               ? settings_.durability
                               : transaction->durability;
      plan->receipt.durability = commit->durability;
      // What only looked has nothing to make durable.
      if (transaction->request.has_value()) {
        commit->extra =
            settings_.requests->ExtraFor(*transaction->request, plan->receipt);
      } else if (plan->put_count + plan->delete_count == 0) {
        commit->durability = Durability::kMemory;
      }
      commit->changes = std::move(plan->changes);
      commit->time_us = last_time_us_;
      commit->receipt = std::move(plan->receipt);
      commit->done = std::move(*done);
      ++counts_.commits;
      counts_.puts += plan->put_count;
      counts_.deletes += plan->delete_count;
      const Durability durability = commit->durability;
      RUNDLET_SYNC_POINT("commit: planned");
      Enqueue(std::move(commit));
      in_run_ = transaction->more;
      Advance(durability, transaction->more);
      return {};
    }
    if (refused.ok()) refused = plan.status();
  }
  (*done)(refused);
  return {};
}

uint64_t CommitPipeline::DeleteExpired(
    absl::Span<const std::pair<std::string, Revision>> expired) {
  const absl::MutexLock lock(&mu_);
  uint64_t deleted = 0;
  for (const auto& [key, revision] : expired) {
    if (!CheckAccepting().ok()) break;
    const std::optional<Version> version = FindLocked(key);
    RUNDLET_SYNC_POINT("expiry: key found");
    if (!version.has_value() || version->revision != revision) continue;
    auto commit = std::make_shared<PendingCommit>();
    commit->durability = Durability::kOs;
    commit->time_us = TakeTime();
    commit->expired = true;
    Index::Change change;
    change.key = key;
    change.version.deleted = true;
    change.version.revision = next_revision_;
    change.version.modified_us = commit->time_us;
    commit->changes.push_back(std::move(change));
    Enqueue(std::move(commit));
    ++deleted;
  }
  if (deleted > 0) Advance(Durability::kOs, /*more=*/false);
  return deleted;
}

void CommitPipeline::Sync(Durability durability, Callback done) {
  absl::Status refused;
  {
    const absl::MutexLock lock(&mu_);
    refused = CheckAccepting();
    if (refused.ok()) {
      auto waiter = std::make_shared<PendingCommit>();
      waiter->durability = durability == Durability::kDefault
                               ? settings_.durability
                               : durability;
      waiter->done = std::move(done);
      const Durability wanted = waiter->durability;
      Enqueue(std::move(waiter));
      Advance(wanted, /*more=*/false);
      return;
    }
  }
  done(refused);
}

void CommitPipeline::Enqueue(CommitPtr commit) {
  if (commit->writes()) {
    head_ = next_revision_++;
    commit->record_bytes += commit->extra.size();
    if (commit->changes.empty()) commit->record_bytes += kRecordHeaderBytes;
    for (const Index::Change& change : commit->changes) {
      commit->record_bytes += kRecordHeaderBytes + change.key.size();
      if (change.version.value != nullptr) {
        commit->record_bytes += change.version.value->size();
      }
      NoteNewest(change);
    }
    pending_bytes_ += commit->record_bytes;
    unwritten_.push_back(commit);
  }
  commit->revision = head_;
  queue_.push_back(std::move(commit));
}

void CommitPipeline::WakeFlusher() { flusher_wakes_.Signal(); }

void CommitPipeline::Advance(Durability durability, bool more) {
  const bool hold_back = more && pending_bytes_ < kHeldBackBytesMax;
  if (durability == Durability::kDisk && !hold_back) {
    sync_wanted_ = true;
    WakeFlusher();
  } else if ((durability == Durability::kOs && !hold_back) ||
             pending_bytes_ >= kHeldBackBytesMax) {
    WriteQueued(Writer::kCommitter);
  }
  // The next block is reserved well before this one is used up.
  if (next_revision_ > ceiling_ - log_->revision_block() / 2) {
    reserve_wanted_ = true;
    WakeFlusher();
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
  const auto waiter = std::make_shared<PendingCommit>();
  waiter->durability = Durability::kDisk;
  Enqueue(waiter);
  Advance(Durability::kDisk, /*more=*/false);
  while (!queue_.empty() || publishing_ || writing_) role_left_.Wait(&mu_);
  if (!failure_.ok() || !waiter->failure.ok()) {
    ingesting_ = false;
    return failure_.ok() ? waiter->failure : failure_;
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

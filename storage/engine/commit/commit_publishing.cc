// CommitPipeline: the publisher's role.

#include "storage/engine/commit/commit_pipeline.h"
#include "storage/engine/sync_point.h"
#include "storage/short_wait.h"

namespace rundlet {
namespace {

// More than a run of small commits has.
constexpr size_t kSpareCommitsMax = 256;

}  // namespace

CommitPipeline::CommitPtr CommitPipeline::NewCommit() {
  if (spare_.empty()) return std::make_unique<PendingCommit>();
  CommitPtr commit = std::move(spare_.back());
  spare_.pop_back();
  return commit;
}

void CommitPipeline::Release(CommitPtr commit) {
  if (commit->unwritten) {
    published_.push_back(std::move(commit));
    return;
  }
  // The memory of many changes is not kept for the one that is usual.
  if (spare_.size() == kSpareCommitsMax || commit->plan.changes.size() > 1) {
    return;
  }
  commit->Clear();
  spare_.push_back(std::move(commit));
}

bool CommitPipeline::IsReady(const PendingCommit& commit) const {
  if (!commit.failure.ok()) return true;
  switch (commit.durability) {
    case Durability::kOs:
      return commit.revision <= written_;
    case Durability::kDefault:
    case Durability::kDisk:
      return commit.revision <= synced_;
    case Durability::kMemory:
      // L2: nobody may see a revision that could be given again.
      return commit.revision <= ceiling_;
  }
  return false;
}

void CommitPipeline::Show(const PendingCommit& commit, Index::Writer* index) {
  shown_.clear();
  for (const PlannedChange& change : commit.plan.changes) {
    ForgetNewest(change);
    shown_.push_back({change.hashed_key(), change.version});
    if (commit.written || change.version.deleted) continue;
    // Readers need the value before it is in the log.
    shown_.back().version.value =
        std::make_shared<const std::string>(change.value);
  }
  index->Apply(shown_, commit.revision);
}

// Whether it may be left out, as one that changes the same key and no other
// follows at once: between the two there is nothing to see.
bool CommitPipeline::IsOvertaken(size_t place) const {
  const auto& changes = ready_[place]->plan.changes;
  if (changes.size() != 1 || place + 1 == ready_.size()) return false;
  const PendingCommit& next = *ready_[place + 1];
  return next.plan.changes.size() == 1 && next.failure.ok() &&
         next.revision == changes.front().next_revision;
}

bool CommitPipeline::TakeReady() {
  ready_.clear();
  while (!queue_.empty() && IsReady(*queue_.front())) {
    ready_.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  if (ready_.empty()) return false;
  Index::Writer index(index_);
  for (size_t place = 0; place < ready_.size(); ++place) {
    PendingCommit& commit = *ready_[place];
    commit.plan.receipt.durable_revision = synced_;
    if (!commit.failure.ok() || !commit.writes()) continue;
    RUNDLET_SYNC_POINT("commit: to be published");
    Remember(commit);
    if (!IsOvertaken(place)) Show(commit, &index);
    commit.published = true;
    if (commit.expired) counts_.expired += commit.plan.changes.size();
  }
  return true;
}

void CommitPipeline::Publish() {
  // Whoever publishes goes on until nothing is ready, so that a callback which
  // commits does not recurse, and callbacks run in revision order (M1).
  if (publishing_ || queue_.empty() || !IsReady(*queue_.front())) return;
  publishing_ = true;
  publisher_ = std::this_thread::get_id();
  while (TakeReady()) {
    if (seal_waiters_ > 0) role_left_.SignalAll();
    mu_.Unlock();
    RUNDLET_SYNC_POINT("commit: published");
    if (settings_.on_publish) settings_.on_publish();
    for (const CommitPtr& commit : ready_) {
      if (!commit->done) continue;
      if (commit->failure.ok()) {
        commit->done(std::move(commit->plan.receipt));
      } else {
        commit->done(commit->failure);
      }
      commit->done = nullptr;
    }
    LockSoon(&mu_);
    for (CommitPtr& commit : ready_) Release(std::move(commit));
  }
  publishing_ = false;
  publisher_ = std::thread::id();
  role_left_.SignalAll();
}

}  // namespace rundlet

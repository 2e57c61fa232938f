// CommitPipeline: the publisher's role.

#include "storage/engine/commit/commit_pipeline.h"
#include "storage/engine/sync_point.h"

namespace rundlet {

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

void CommitPipeline::TakeReady(std::vector<CommitPtr>* ready) {
  ready->clear();
  if (queue_.empty() || !IsReady(*queue_.front())) return;
  ready->reserve(queue_.size());
  Index::Writer index(index_);
  while (!queue_.empty() && IsReady(*queue_.front())) {
    CommitPtr commit = std::move(queue_.front());
    queue_.pop_front();
    if (commit->failure.ok() && commit->writes()) {
      RUNDLET_SYNC_POINT("commit: to be published");
      Remember(*commit);
      index.Apply(commit->changes, commit->revision);
      commit->published = true;
      if (commit->expired) counts_.expired += commit->changes.size();
      for (const Index::Change& change : commit->changes) ForgetNewest(change);
    }
    commit->receipt.durable_revision = synced_;
    ready->push_back(std::move(commit));
  }
}

void CommitPipeline::Publish() {
  // Whoever publishes goes on until nothing is ready, so that a callback which
  // commits does not recurse, and callbacks run in revision order (M1).
  if (publishing_) return;
  publishing_ = true;
  std::vector<CommitPtr> ready;
  for (TakeReady(&ready); !ready.empty(); TakeReady(&ready)) {
    if (seal_waiters_ > 0) role_left_.SignalAll();
    mu_.Unlock();
    RUNDLET_SYNC_POINT("commit: published");
    if (settings_.on_publish) settings_.on_publish();
    for (const CommitPtr& commit : ready) {
      if (!commit->done) continue;
      if (commit->failure.ok()) {
        commit->done(std::move(commit->receipt));
      } else {
        commit->done(commit->failure);
      }
      commit->done = nullptr;
    }
    ready.clear();
    mu_.Lock();
  }
  publishing_ = false;
  role_left_.SignalAll();
}

}  // namespace rundlet

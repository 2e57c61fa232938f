#include "tests/service/gateway/held_store.h"

#include <utility>

namespace rundlet {

void HeldStore::Hold(Release release) {
  {
    absl::MutexLock lock(&mutex_);
    if (holding_) {
      held_.push_back(std::move(release));
      return;
    }
  }
  release();
}

template <typename Result, typename Callback>
auto HeldStore::Holding(Callback done) {
  return [this, done = std::move(done)](absl::StatusOr<Result> result) mutable {
    Hold([done = std::move(done), result = std::move(result)]() mutable {
      done(std::move(result));
    });
  };
}

void HeldStore::ReleaseAll() {
  std::deque<Release> released;
  {
    absl::MutexLock lock(&mutex_);
    released.swap(held_);
  }
  for (Release& release : released) release();
}

void HeldStore::ReleaseLast() {
  Release release;
  {
    absl::MutexLock lock(&mutex_);
    release = std::move(held_.back());
    held_.pop_back();
  }
  release();
}

size_t HeldStore::held_count() const {
  absl::MutexLock lock(&mutex_);
  return held_.size();
}

void HeldStore::WaitForHeld(size_t count) const {
  absl::MutexLock lock(&mutex_);
  const auto enough = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return held_.size() >= count;
  };
  mutex_.Await(absl::Condition(&enough));
}

void HeldStore::StopHolding() {
  absl::MutexLock lock(&mutex_);
  holding_ = false;
}

std::vector<bool> HeldStore::more_flags() const {
  absl::MutexLock lock(&mutex_);
  return more_flags_;
}

size_t HeldStore::sync_count() const {
  absl::MutexLock lock(&mutex_);
  return sync_count_;
}

void HeldStore::Commit(Transaction transaction, CommitCallback done) {
  {
    absl::MutexLock lock(&mutex_);
    more_flags_.push_back(transaction.more);
  }
  model_.Commit(std::move(transaction), Holding<Receipt>(std::move(done)));
}

void HeldStore::Read(ReadRequest request, ReadCallback done) {
  model_.Read(std::move(request), Holding<ReadResult>(std::move(done)));
}

void HeldStore::Scan(ScanRequest request, ScanCallback done) {
  model_.Scan(std::move(request), std::move(done));
}

void HeldStore::OpenSnapshot(SnapshotRequest request, SnapshotCallback done) {
  model_.OpenSnapshot(request, std::move(done));
}

void HeldStore::RenewSnapshot(uint64_t id, absl::Duration lease,
                              SnapshotCallback done) {
  model_.RenewSnapshot(id, lease, std::move(done));
}

void HeldStore::ReleaseSnapshot(uint64_t id, SyncCallback done) {
  model_.ReleaseSnapshot(id, std::move(done));
}

absl::StatusOr<std::unique_ptr<Watch>> HeldStore::OpenWatch(
    WatchRequest request) {
  return model_.OpenWatch(std::move(request));
}

void HeldStore::Sync(Durability durability, SyncCallback done) {
  {
    absl::MutexLock lock(&mutex_);
    ++sync_count_;
  }
  model_.Sync(durability, std::move(done));
}

void HeldStore::Compact(CompactCallback done) {
  model_.Compact(Holding<CompactionReport>(std::move(done)));
}

absl::StatusOr<CompactionPlan> HeldStore::ExplainCompaction() const {
  return model_.ExplainCompaction();
}

void HeldStore::Verify(VerifyCallback done) { model_.Verify(std::move(done)); }

void HeldStore::Backup(std::string folder, BackupCallback done) {
  model_.Backup(std::move(folder), std::move(done));
}

absl::StatusOr<IngestReport> HeldStore::Ingest(EntrySource& source) {
  return model_.Ingest(source);
}

}  // namespace rundlet

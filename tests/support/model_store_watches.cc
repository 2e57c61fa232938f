// ModelStore: snapshots, and watches over what it has logged.

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/limit_checks.h"
#include "storage/refusal.h"
#include "tests/support/model_store.h"

namespace rundlet {

// One watch; the store's, and its handle's while that lives.
struct ModelStore::Watching {
  WatchRequest request;
  Watch::Callback done;        // owed; empty: nobody asks
  std::vector<Entry> present;  // still to be given
  bool marker_given = false;
  bool bookmark_wanted = false;
  Revision through = 0;
  absl::Duration last_batch;
  absl::Status end;         // not OK: over
  std::thread::id running;  // of the callback

  bool Wants(const std::string& key) const {
    return std::any_of(
        request.ranges.begin(), request.ranges.end(),
        [&key](const KeyRange& range) { return range.Contains(key); });
  }
};

class ModelStore::Handle : public Watch {
 public:
  Handle(ModelStore* store, std::shared_ptr<Watching> watching)
      : store_(store), watching_(std::move(watching)) {}
  ~Handle() override { store_->Cancel(watching_); }

  void Next(Callback done) override {
    store_->NextOf(watching_, std::move(done));
  }
  void RequestBookmark() override {
    store_->mutex_.Lock();
    watching_->bookmark_wanted = true;
    store_->completions_.push_back(
        [store = store_, watching = watching_] { store->Serve(watching); });
    store_->Drain();
  }

 private:
  ModelStore* const store_;
  const std::shared_ptr<Watching> watching_;
};

void ModelStore::OpenSnapshot(SnapshotRequest request, SnapshotCallback done) {
  done([&]() -> absl::StatusOr<Snapshot> {
    absl::Status status = CheckLease(request.lease, limits_);
    if (!status.ok()) return status;
    absl::MutexLock lock(&mutex_);
    absl::StatusOr<Moment> moment = MomentOf(0, {}, request.not_before);
    if (!moment.ok()) return moment.status();
    if (snapshots_.size() >= limits_.snapshots_max) {
      return Refused(Refusal::kSnapshotsFull,
                     absl::ResourceExhaustedError("snapshots_max are open"));
    }
    const uint64_t id = ++last_snapshot_id_;
    snapshots_[id] = {id, moment->revision, moment->time, absl::Time()};
    return LeaseSnapshot(id, request.lease);
  }());
}

Snapshot ModelStore::LeaseSnapshot(uint64_t id, absl::Duration lease) {
  if (lease == absl::ZeroDuration()) lease = limits_.snapshot_lease;
  snapshots_[id].lease_end = EngineTime() + lease;
  return snapshots_[id];
}

void ModelStore::RenewSnapshot(uint64_t id, absl::Duration lease,
                               SnapshotCallback done) {
  done([&]() -> absl::StatusOr<Snapshot> {
    absl::Status status = CheckLease(lease, limits_);
    if (!status.ok()) return status;
    absl::MutexLock lock(&mutex_);
    DropOldLeases();
    if (snapshots_.count(id) == 0) return absl::NotFoundError("no snapshot");
    return LeaseSnapshot(id, lease);
  }());
}

void ModelStore::ReleaseSnapshot(uint64_t id, SyncCallback done) {
  done([&]() -> absl::Status {
    absl::MutexLock lock(&mutex_);
    DropOldLeases();
    return snapshots_.erase(id) > 0 ? absl::OkStatus()
                                    : absl::NotFoundError("no snapshot");
  }());
}

absl::StatusOr<std::unique_ptr<Watch>> ModelStore::OpenWatch(
    WatchRequest request) {
  absl::Status status = CheckWatch(request, limits_);
  if (!status.ok()) return status;
  absl::MutexLock lock(&mutex_);
  if (request.from != 0 && request.from < floor_) {
    return HistoryGone(
        absl::OutOfRangeError(absl::StrCat("the oldest revision is ", floor_)),
        floor_);
  }
  if (request.from > newest_ + 1) {
    return absl::OutOfRangeError(absl::StrCat(
        "from is ", request.from, ", the newest revision is ", newest_));
  }
  if (watches_.size() >= limits_.watches_max) {
    return Refused(Refusal::kWatchesFull,
                   absl::ResourceExhaustedError("watches_max are open"));
  }
  auto watching = std::make_shared<Watching>();
  watching->through = request.from == 0 ? newest_ : request.from - 1;
  watching->last_batch = clock_->Monotonic();
  watching->request = std::move(request);
  if (watching->request.present_state) {
    const Moment now = {newest_, EngineTime()};
    for (const auto& [key, versions] : keys_) {
      std::optional<Entry> entry = Find(key, now);
      if (!entry || !watching->Wants(key)) continue;
      if (watching->request.metadata_only) LeaveValueOut(&*entry);
      watching->present.push_back(*std::move(entry));
    }
  }
  watches_.push_back(watching);
  return std::make_unique<Handle>(this, std::move(watching));
}

// What the engine's sweeper does; only a watch can tell.
void ModelStore::SweepForWatches() {
  const Moment now = {newest_, EngineTime()};
  if (watches_.empty()) return;
  for (auto& [key, versions] : keys_) {
    const auto& newest = versions.rbegin()->second;
    if (!newest || newest->expiry > now.time) continue;
    versions[++newest_] = std::nullopt;
    log_[newest_] = {now.time, {key}, /*expired=*/true};
  }
}

void ModelStore::ServeWatches() {
  SweepForWatches();
  for (const std::shared_ptr<Watching>& watching : watches_) {
    completions_.push_back([this, watching] { Serve(watching); });
  }
}

void ModelStore::AddChanges(const Watching& watching, Revision revision,
                            WatchBatch* batch) {
  const Logged& logged = log_[revision];
  for (const std::string& key : logged.keys) {
    if (!watching.Wants(key)) continue;
    const std::optional<Entry>& entry = keys_[key][revision];
    if (entry ? !watching.request.puts : !watching.request.deletes) continue;
    Change change;
    if (entry) {
      change.entry = *entry;
      if (watching.request.metadata_only) LeaveValueOut(&change.entry);
    } else {
      change.cause =
          logged.expired ? Change::Cause::kExpired : Change::Cause::kDelete;
      change.entry.key = key;
      change.entry.revision = revision;
      change.entry.modified = logged.time;
    }
    batch->changes.push_back(std::move(change));
  }
}

std::optional<WatchBatch> ModelStore::NextBatch(Watching& watching) {
  WatchBatch batch;
  batch.through = watching.through;
  uint64_t bytes = 0;
  if (!watching.present.empty()) {
    batch.kind = WatchBatch::Kind::kPresent;
    while (!watching.present.empty()) {
      Entry& entry = watching.present.front();
      bytes += entry.key.size() + entry.value.bytes.size();
      if (!batch.entries.empty() && bytes > watching.request.batch_bytes_max) {
        break;
      }
      batch.entries.push_back(std::move(entry));
      watching.present.erase(watching.present.begin());
    }
    return batch;
  }
  if (!watching.marker_given) {
    watching.marker_given = true;
    batch.kind = WatchBatch::Kind::kMarker;
    return batch;
  }
  // One transaction a batch is as good as many.
  while (watching.through < newest_ && batch.changes.empty()) {
    batch.through = ++watching.through;
    if (log_.count(batch.through) > 0) {
      AddChanges(watching, batch.through, &batch);
    }
  }
  batch.kind = WatchBatch::Kind::kChanges;
  if (!batch.changes.empty()) return batch;
  const absl::Duration interval = watching.request.bookmark_interval;
  const bool due = interval > absl::ZeroDuration() &&
                   clock_->Monotonic() - watching.last_batch >= interval;
  if (!due && !watching.bookmark_wanted) return std::nullopt;
  watching.bookmark_wanted = false;
  batch.kind = WatchBatch::Kind::kBookmark;
  return batch;
}

void ModelStore::Serve(const std::shared_ptr<Watching>& watching) {
  mutex_.Lock();
  absl::StatusOr<WatchBatch> answer = WatchBatch();
  if (!watching->end.ok()) {
    answer = watching->end;
  } else if (watching->done) {
    SweepForWatches();
    std::optional<WatchBatch> batch = NextBatch(*watching);
    if (!batch.has_value()) return mutex_.Unlock();
    watching->last_batch = clock_->Monotonic();
    answer = *std::move(batch);
  }
  Watch::Callback done = std::move(watching->done);
  watching->done = nullptr;
  watching->running = std::this_thread::get_id();
  mutex_.Unlock();
  if (done) done(std::move(answer));
  mutex_.Lock();
  watching->running = std::thread::id();
  mutex_.Unlock();
}

void ModelStore::NextOf(const std::shared_ptr<Watching>& watching,
                        Watch::Callback done) {
  mutex_.Lock();
  if (watching->done) {
    mutex_.Unlock();
    return done(absl::FailedPreconditionError("a batch is owed already"));
  }
  watching->done = std::move(done);
  completions_.push_back([this, watching] { Serve(watching); });
  Drain();
}

void ModelStore::Cancel(const std::shared_ptr<Watching>& watching) {
  mutex_.Lock();
  watching->end = absl::CancelledError("the watch was cancelled");
  Watch::Callback done = std::move(watching->done);
  watching->done = nullptr;
  watches_.erase(std::find(watches_.begin(), watches_.end(), watching));
  const auto is_over = [&watching] {
    return watching->running == std::thread::id() ||
           watching->running == std::this_thread::get_id();
  };
  mutex_.Await(absl::Condition(&is_over));
  mutex_.Unlock();
  if (done) done(absl::CancelledError("the watch was cancelled"));
}

void ModelStore::EndWatches() {
  for (const std::shared_ptr<Watching>& watching : watches_) {
    watching->end =
        HistoryGone(absl::OutOfRangeError("an ingest is no history"), floor_);
  }
}

}  // namespace rundlet

#include "storage/engine/read/snapshots.h"

#include "absl/strings/str_cat.h"
#include "storage/engine/sync_point.h"
#include "storage/limit_checks.h"
#include "storage/refusal.h"

namespace rundlet {
namespace {

Snapshot SnapshotOf(uint64_t id, Revision revision, int64_t read_time_us,
                    int64_t end_us) {
  return {id, revision, absl::FromUnixMicros(read_time_us),
          absl::FromUnixMicros(end_us)};
}

}  // namespace

Snapshots::Snapshots(Index* index, const EngineTime* time, const Limits* limits)
    : index_(index),
      time_(time),
      limits_(limits),
      next_id_(static_cast<uint64_t>(time->now_us())) {}

Snapshots::~Snapshots() {
  const absl::MutexLock lock(&mu_);
  while (!by_id_.empty()) End(by_id_.begin());
}

int64_t Snapshots::EndOf(absl::Duration lease, int64_t now_us) const {
  if (lease == absl::ZeroDuration()) lease = limits_->snapshot_lease;
  return now_us + absl::ToInt64Microseconds(lease);
}

void Snapshots::End(ById::iterator held) {
  ends_.erase({held->second.end_us, held->first});
  RUNDLET_SYNC_POINT("snapshot: to be unpinned");
  index_->Unpin(held->second.revision);
  by_id_.erase(held);
}

void Snapshots::EndOldAt(int64_t now_us) {
  while (!ends_.empty() && ends_.begin()->first <= now_us) {
    End(by_id_.find(ends_.begin()->second));
  }
}

void Snapshots::EndOld() {
  const absl::MutexLock lock(&mu_);
  EndOldAt(time_->now_us());
}

absl::StatusOr<Snapshot> Snapshots::Open(const SnapshotRequest& request) {
  absl::Status checked = CheckLease(request.lease, *limits_);
  if (!checked.ok()) return checked;
  const absl::MutexLock lock(&mu_);
  const int64_t now_us = time_->now_us();
  EndOldAt(now_us);
  if (by_id_.size() >= limits_->snapshots_max) {
    return Refused(Refusal::kSnapshotsFull,
                   absl::ResourceExhaustedError(absl::StrCat(
                       "snapshots are ", by_id_.size(), ", snapshots_max is ",
                       limits_->snapshots_max)));
  }
  const Revision revision = index_->PinNewest();
  RUNDLET_SYNC_POINT("snapshot: pinned");
  if (revision < request.not_before) {
    index_->Unpin(revision);
    return absl::OutOfRangeError(
        absl::StrCat("not_before is ", request.not_before,
                     ", the newest revision is ", revision));
  }
  const uint64_t id = next_id_++;
  const int64_t end_us = EndOf(request.lease, now_us);
  by_id_[id] = {revision, now_us, end_us};
  ends_.insert({end_us, id});
  return SnapshotOf(id, revision, now_us, end_us);
}

absl::StatusOr<Snapshots::ById::iterator> Snapshots::Find(uint64_t id) {
  const ById::iterator found = by_id_.find(id);
  if (found != by_id_.end()) return found;
  return absl::NotFoundError(
      absl::StrCat("snapshot ", id,
                   " is not there: its lease has ended, it was released, "
                   "or the store was closed"));
}

absl::StatusOr<Snapshot> Snapshots::Renew(uint64_t id, absl::Duration lease) {
  absl::Status checked = CheckLease(lease, *limits_);
  if (!checked.ok()) return checked;
  const absl::MutexLock lock(&mu_);
  const int64_t now_us = time_->now_us();
  EndOldAt(now_us);
  const absl::StatusOr<ById::iterator> found = Find(id);
  if (!found.ok()) return found.status();
  Held& held = (*found)->second;
  ends_.erase({held.end_us, id});
  held.end_us = EndOf(lease, now_us);
  ends_.insert({held.end_us, id});
  return SnapshotOf(id, held.revision, held.read_time_us, held.end_us);
}

absl::Status Snapshots::Release(uint64_t id) {
  const absl::MutexLock lock(&mu_);
  EndOldAt(time_->now_us());
  const absl::StatusOr<ById::iterator> found = Find(id);
  if (!found.ok()) return found.status();
  End(*found);
  return absl::OkStatus();
}

size_t Snapshots::count() const {
  const absl::MutexLock lock(&mu_);
  return by_id_.size();
}

}  // namespace rundlet

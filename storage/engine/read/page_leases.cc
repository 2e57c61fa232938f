#include "storage/engine/read/page_leases.h"

#include "storage/engine/sync_point.h"

namespace rundlet {

PageLeases::~PageLeases() {
  const absl::MutexLock lock(&mu_);
  while (!by_end_.empty()) EndFirst();
}

void PageLeases::EndFirst() {
  const Revision revision = by_end_.begin()->second;
  by_end_.erase(by_end_.begin());
  ends_.erase(revision);
  RUNDLET_SYNC_POINT("page lease: to be unpinned");
  index_->Unpin(revision);
}

void PageLeases::Renew(Revision revision) {
  const absl::MutexLock lock(&mu_);
  const absl::Duration end = clock_->Monotonic() + lease_;
  const auto found = ends_.find(revision);
  if (found == ends_.end()) {
    if (leases_max_ == 0 || !index_->PinAgain(revision)) return;
    if (ends_.size() >= leases_max_) EndFirst();
  } else {
    const auto range = by_end_.equal_range(found->second);
    for (auto it = range.first; it != range.second; ++it) {
      if (it->second != revision) continue;
      by_end_.erase(it);
      break;
    }
  }
  ends_[revision] = end;
  by_end_.emplace(end, revision);
}

void PageLeases::EndOld() {
  const absl::MutexLock lock(&mu_);
  const absl::Duration now = clock_->Monotonic();
  while (!by_end_.empty() && by_end_.begin()->first <= now) EndFirst();
}

size_t PageLeases::count() const {
  const absl::MutexLock lock(&mu_);
  return ends_.size();
}

}  // namespace rundlet

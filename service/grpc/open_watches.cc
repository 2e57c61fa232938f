#include "service/grpc/open_watches.h"

namespace rundlet {

bool OpenWatches::Add(Member* member) {
  const absl::MutexLock lock(&mutex_);
  if (draining_) return false;
  members_.insert(member);
  return true;
}

void OpenWatches::Remove(Member* member) {
  const absl::MutexLock lock(&mutex_);
  members_.erase(member);
}

void OpenWatches::Drain(absl::Duration patience) {
  const absl::MutexLock lock(&mutex_);
  draining_ = true;
  for (Member* member : members_) member->Drain();
  const auto none_left = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return members_.empty();
  };
  if (mutex_.AwaitWithTimeout(absl::Condition(&none_left), patience)) return;
  for (Member* member : members_) member->Abandon();
}

}  // namespace rundlet

#include "service/grpc/open_streams.h"

namespace rundlet {

OpenStreams::~OpenStreams() { const absl::MutexLock lock(&mutex_); }

bool OpenStreams::Add(Member* member) {
  const absl::MutexLock lock(&mutex_);
  if (draining_) return false;
  members_.insert(member);
  return true;
}

void OpenStreams::Remove(Member* member) {
  const absl::MutexLock lock(&mutex_);
  members_.erase(member);
}

void OpenStreams::Drain(absl::Duration patience) {
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

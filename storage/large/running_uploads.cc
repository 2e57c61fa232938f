#include "storage/large/running_uploads.h"

#include "absl/strings/str_cat.h"
#include "storage/refusal.h"

namespace rundlet {

absl::Status RunningUploads::Add(const std::string& upload_id) {
  const absl::MutexLock lock(&mutex_);
  if (ids_.size() >= count_max_) {
    return Refused(Refusal::kUploadsFull,
                   absl::ResourceExhaustedError(
                       absl::StrCat("there are ", ids_.size(),
                                    " uploads, uploads_max is ", count_max_)));
  }
  ids_.insert(upload_id);
  return absl::OkStatus();
}

void RunningUploads::Remove(absl::string_view upload_id) {
  const absl::MutexLock lock(&mutex_);
  ids_.erase(upload_id);
}

bool RunningUploads::Has(absl::string_view upload_id) const {
  const absl::MutexLock lock(&mutex_);
  return ids_.contains(upload_id);
}

void RunningUploads::AwaitNone() const {
  const absl::MutexLock lock(&mutex_);
  const auto is_empty = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return ids_.empty();
  };
  mutex_.Await(absl::Condition(&is_empty));
}

}  // namespace rundlet

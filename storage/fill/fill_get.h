// FillGet: one request for an entry or a lease, until it is answered.

#ifndef RUNDLET_STORAGE_FILL_FILL_GET_H_
#define RUNDLET_STORAGE_FILL_FILL_GET_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/fill/fill_lease.h"

namespace rundlet {

// Thread-safe.
class FillGet {
 public:
  using Callback = absl::AnyInvocable<void(absl::StatusOr<FillResult> result)>;

  // `number` is its place among all who ask; `wait_end` is of the monotonic
  // clock.
  FillGet(FillRequest request, uint64_t number, absl::Duration wait_end,
          Callback done)
      : request_(std::move(request)),
        number_(number),
        wait_end_(wait_end),
        done_(std::move(done)) {}

  const ReadRequest& read() const { return request_.read; }
  const std::string& key() const { return request_.read.keys[0]; }
  absl::Duration hold() const { return request_.hold; }
  uint64_t number() const { return number_; }
  absl::Duration wait_end() const { return wait_end_; }

  // The newest revision at which the key was missed.
  void NoteMiss(Revision revision) { missed_at_.store(revision); }
  // An answer without an entry.
  FillResult Miss() const {
    FillResult result;
    result.read.read_revision = missed_at_.load();
    result.read.entries.resize(1);
    return result;
  }

  // Runs the callback, on this thread. False: it has run before.
  bool Answer(absl::StatusOr<FillResult> result) ABSL_LOCKS_EXCLUDED(mutex_) {
    Callback done;
    {
      const absl::MutexLock lock(&mutex_);
      if (answered_) return false;
      answered_ = true;
      done = std::move(done_);
    }
    done(std::move(result));
    return true;
  }
  bool answered() const ABSL_LOCKS_EXCLUDED(mutex_) {
    const absl::MutexLock lock(&mutex_);
    return answered_;
  }

 private:
  const FillRequest request_;
  const uint64_t number_;
  const absl::Duration wait_end_;
  std::atomic<Revision> missed_at_{0};
  mutable absl::Mutex mutex_;  // a leaf
  bool answered_ ABSL_GUARDED_BY(mutex_) = false;
  Callback done_ ABSL_GUARDED_BY(mutex_);
};

using FillGetPtr = std::shared_ptr<FillGet>;

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_FILL_FILL_GET_H_

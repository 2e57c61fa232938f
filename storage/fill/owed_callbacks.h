// OwedCallbacks: how many callbacks are still to come, so that what they use is
// not gone before them.

#ifndef RUNDLET_STORAGE_FILL_OWED_CALLBACKS_H_
#define RUNDLET_STORAGE_FILL_OWED_CALLBACKS_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace rundlet {

// Thread-safe.
class OwedCallbacks {
  struct Count {
    absl::Mutex mutex;
    int64_t owed ABSL_GUARDED_BY(mutex) = 0;
  };

 public:
  // Stands for one callback; held by it.
  class Debt {
   public:
    explicit Debt(std::shared_ptr<Count> count) : count_(std::move(count)) {
      const absl::MutexLock lock(&count_->mutex);
      ++count_->owed;
    }
    Debt(Debt&& other) noexcept = default;
    Debt& operator=(Debt&&) = delete;
    ~Debt() {
      if (count_ == nullptr) return;
      const absl::MutexLock lock(&count_->mutex);
      --count_->owed;
    }

   private:
    std::shared_ptr<Count> count_;  // outlives whoever awaits it
  };

  Debt New() { return Debt(count_); }

  // Waits until there are none.
  void AwaitNone() {
    Count* const count = count_.get();
    const absl::MutexLock lock(&count->mutex);
    const auto none = [count]() ABSL_SHARED_LOCKS_REQUIRED(count->mutex) {
      return count->owed == 0;
    };
    count->mutex.Await(absl::Condition(&none));
  }

 private:
  const std::shared_ptr<Count> count_ = std::make_shared<Count>();
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_FILL_OWED_CALLBACKS_H_

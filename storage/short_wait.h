// ShortWait: waits that are mostly over within microseconds.
//
// To sleep and be woken takes two threads tens of microseconds, on a virtual
// machine more than fifty; a commit under another thread's lock takes one or
// two. So who waits for such a one stays awake for about ten, as long as no
// more threads do so than there are processors, and sleeps then. (Karlin et
// al., "Empirical Studies of Competitive Spinning for a Shared-Memory
// Multiprocessor", SOSP 1991.)

#ifndef RUNDLET_STORAGE_SHORT_WAIT_H_
#define RUNDLET_STORAGE_SHORT_WAIT_H_

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/synchronization/mutex.h"

namespace rundlet {

// Calls `is_over` again and again; whether it was true before the time to stay
// awake had passed. It may be called once only.
bool IsOverSoon(absl::FunctionRef<bool()> is_over);

// mu->Lock(), for a mutex that nobody holds for long.
void LockSoon(absl::Mutex* mu) ABSL_EXCLUSIVE_LOCK_FUNCTION(mu);

// absl::MutexLock alike.
class ABSL_SCOPED_LOCKABLE ShortWaitLock {
 public:
  explicit ShortWaitLock(absl::Mutex* mu) ABSL_EXCLUSIVE_LOCK_FUNCTION(mu)
      : mu_(mu) {
    LockSoon(mu_);
  }
  ~ShortWaitLock() ABSL_UNLOCK_FUNCTION() { mu_->Unlock(); }
  ShortWaitLock(const ShortWaitLock&) = delete;
  ShortWaitLock& operator=(const ShortWaitLock&) = delete;

 private:
  absl::Mutex* const mu_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_SHORT_WAIT_H_

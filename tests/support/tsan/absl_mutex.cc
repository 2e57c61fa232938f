// Tells ThreadSanitizer what absl::Mutex and its kin order. Debian's libabsl is
// built without instrumentation, so without this file every variable under an
// absl::Mutex would look unguarded. The functions below take the place of
// Abseil's by symbol interposition, for us and for gRPC: each calls the
// original and reports what it did. Abseil's WithTimeout calls its
// WithDeadline, so the latter stands for both.

#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <cstdlib>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

namespace rundlet {
namespace {

using absl::BlockingCounter;
using absl::Condition;
using absl::CondVar;
using absl::Duration;
using absl::Mutex;
using absl::Notification;
using absl::Time;

constexpr unsigned kWrite = 0;
constexpr unsigned kRead = __tsan_mutex_read_lock;

// Abseil's own definition of `symbol`.
void* Abseil(const char* symbol) {
  void* found = dlsym(RTLD_NEXT, symbol);
  if (found == nullptr) std::abort();
  return found;
}

// Holds the report open while the original takes the lock.
class Taking {
 public:
  Taking(Mutex* mutex, unsigned how) : mutex_(mutex), how_(how) {
    __tsan_mutex_pre_lock(mutex_, how_);
  }
  Taking(const Taking&) = delete;
  Taking& operator=(const Taking&) = delete;
  ~Taking() { __tsan_mutex_post_lock(mutex_, how_, 0); }

  bool Held(bool held) {
    if (!held) how_ |= __tsan_mutex_try_lock_failed;
    return held;
  }

 private:
  Mutex* mutex_;
  unsigned how_;
};

// Holds the report open while the original gives the lock back.
class Giving {
 public:
  Giving(Mutex* mutex, unsigned how) : mutex_(mutex), how_(how) {
    __tsan_mutex_pre_unlock(mutex_, how_);
  }
  Giving(const Giving&) = delete;
  Giving& operator=(const Giving&) = delete;
  ~Giving() { __tsan_mutex_post_unlock(mutex_, how_); }

 private:
  Mutex* mutex_;
  unsigned how_;
};

// A wait gives the lock back and takes it again before it returns.
class Waiting {
 public:
  explicit Waiting(Mutex* mutex) : gave_(mutex), taking_(mutex, kWrite) {}

 private:
  struct Gave {
    explicit Gave(Mutex* mutex) { Giving giving(mutex, kWrite); }
  };
  Gave gave_;
  Taking taking_;
};

}  // namespace

// Defines FUNCTION under Abseil's SYMBOL; FUNCTION_abseil() is the original.
#define RUNDLET_INTERPOSE(result, function, symbol, parameters) \
  extern "C" result function parameters __asm__(symbol);        \
  static decltype(&function) function##_abseil() {              \
    static const auto abseil =                                  \
        reinterpret_cast<decltype(&function)>(Abseil(symbol));  \
    return abseil;                                              \
  }                                                             \
  extern "C" result function parameters

#define RUNDLET_MUTEX "_ZN4absl7debian35Mutex"
#define RUNDLET_CONDITION "ERKNS0_9ConditionE"
#define RUNDLET_CONDVAR "_ZN4absl7debian37CondVar"
#define RUNDLET_NOTIFICATION "_ZNK4absl7debian312Notification"

RUNDLET_INTERPOSE(void, Lock, RUNDLET_MUTEX "4LockEv", (Mutex * mutex)) {
  Taking taking(mutex, kWrite);
  Lock_abseil()(mutex);
}

RUNDLET_INTERPOSE(void, Unlock, RUNDLET_MUTEX "6UnlockEv", (Mutex * mutex)) {
  Giving giving(mutex, kWrite);
  Unlock_abseil()(mutex);
}

RUNDLET_INTERPOSE(bool, TryLock, RUNDLET_MUTEX "7TryLockEv", (Mutex * mutex)) {
  Taking taking(mutex, kWrite | __tsan_mutex_try_lock);
  return taking.Held(TryLock_abseil()(mutex));
}

RUNDLET_INTERPOSE(void, ReaderLock, RUNDLET_MUTEX "10ReaderLockEv",
                  (Mutex * mutex)) {
  Taking taking(mutex, kRead);
  ReaderLock_abseil()(mutex);
}

RUNDLET_INTERPOSE(void, ReaderUnlock, RUNDLET_MUTEX "12ReaderUnlockEv",
                  (Mutex * mutex)) {
  Giving giving(mutex, kRead);
  ReaderUnlock_abseil()(mutex);
}

RUNDLET_INTERPOSE(bool, ReaderTryLock, RUNDLET_MUTEX "13ReaderTryLockEv",
                  (Mutex * mutex)) {
  Taking taking(mutex, kRead | __tsan_mutex_try_lock);
  return taking.Held(ReaderTryLock_abseil()(mutex));
}

RUNDLET_INTERPOSE(void, LockWhen, RUNDLET_MUTEX "8LockWhen" RUNDLET_CONDITION,
                  (Mutex * mutex, const Condition& condition)) {
  Taking taking(mutex, kWrite);
  LockWhen_abseil()(mutex, condition);
}

RUNDLET_INTERPOSE(bool, LockWhenWithDeadline,
                  RUNDLET_MUTEX
                  "20LockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE",
                  (Mutex * mutex, const Condition& condition, Time until)) {
  Taking taking(mutex, kWrite);
  return LockWhenWithDeadline_abseil()(mutex, condition, until);
}

RUNDLET_INTERPOSE(void, ReaderLockWhen,
                  RUNDLET_MUTEX "14ReaderLockWhen" RUNDLET_CONDITION,
                  (Mutex * mutex, const Condition& condition)) {
  Taking taking(mutex, kRead);
  ReaderLockWhen_abseil()(mutex, condition);
}

RUNDLET_INTERPOSE(void, Await, RUNDLET_MUTEX "5Await" RUNDLET_CONDITION,
                  (Mutex * mutex, const Condition& condition)) {
  Waiting waiting(mutex);
  Await_abseil()(mutex, condition);
}

RUNDLET_INTERPOSE(bool, AwaitWithDeadline,
                  RUNDLET_MUTEX
                  "17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE",
                  (Mutex * mutex, const Condition& condition, Time until)) {
  Waiting waiting(mutex);
  return AwaitWithDeadline_abseil()(mutex, condition, until);
}

RUNDLET_INTERPOSE(void, DestroyMutex, RUNDLET_MUTEX "D1Ev", (Mutex * mutex)) {
  __tsan_mutex_destroy(mutex, __tsan_mutex_not_static);
  DestroyMutex_abseil()(mutex);
}

RUNDLET_INTERPOSE(void, CondVarWait, RUNDLET_CONDVAR "4WaitEPNS0_5MutexE",
                  (CondVar * self, Mutex* mutex)) {
  Waiting waiting(mutex);
  CondVarWait_abseil()(self, mutex);
}

RUNDLET_INTERPOSE(bool, CondVarWaitWithDeadline,
                  RUNDLET_CONDVAR "16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE",
                  (CondVar * self, Mutex* mutex, Time until)) {
  Waiting waiting(mutex);
  return CondVarWaitWithDeadline_abseil()(self, mutex, until);
}

RUNDLET_INTERPOSE(void, Notify, "_ZN4absl7debian312Notification6NotifyEv",
                  (Notification * self)) {
  __tsan_release(self);
  Notify_abseil()(self);
}

RUNDLET_INTERPOSE(void, WaitForNotification,
                  RUNDLET_NOTIFICATION "19WaitForNotificationEv",
                  (const Notification* self)) {
  WaitForNotification_abseil()(self);
  __tsan_acquire(const_cast<Notification*>(self));
}

RUNDLET_INTERPOSE(bool, WaitForNotificationWithTimeout,
                  RUNDLET_NOTIFICATION
                  "30WaitForNotificationWithTimeoutENS0_8DurationE",
                  (const Notification* self, Duration wait)) {
  const bool notified = WaitForNotificationWithTimeout_abseil()(self, wait);
  __tsan_acquire(const_cast<Notification*>(self));
  return notified;
}

RUNDLET_INTERPOSE(bool, DecrementCount,
                  "_ZN4absl7debian315BlockingCounter14DecrementCountEv",
                  (BlockingCounter * self)) {
  __tsan_release(self);
  return DecrementCount_abseil()(self);
}

RUNDLET_INTERPOSE(void, WaitForCount,
                  "_ZN4absl7debian315BlockingCounter4WaitEv",
                  (BlockingCounter * self)) {
  WaitForCount_abseil()(self);
  __tsan_acquire(self);
}

}  // namespace rundlet

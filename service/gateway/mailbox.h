// Mailbox: what other threads have for the thread of a loop.

#ifndef RUNDLET_SERVICE_GATEWAY_MAILBOX_H_
#define RUNDLET_SERVICE_GATEWAY_MAILBOX_H_

#include <atomic>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"

namespace rundlet {

// Thread-safe, but for the methods of the loop's thread.
class Mailbox {
 public:
  using Task = absl::AnyInvocable<void()>;

  // `wake` makes the loop call RunAll() soon. It is called from any thread,
  // once for all tasks that are posted before that RunAll(), and not after
  // Close().
  explicit Mailbox(absl::AnyInvocable<void()> wake);

  // Hands `task` to the loop's thread; drops it after Close().
  void Post(Task task) ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether the calling thread is the one that called Bind().
  bool OnLoopThread() const {
    return loop_thread_.load(std::memory_order_relaxed) ==
           std::this_thread::get_id();
  }

  // The loop's thread: first, and whenever it is woken.
  void Bind() { loop_thread_ = std::this_thread::get_id(); }
  void RunAll() ABSL_LOCKS_EXCLUDED(mutex_);

  // Forgets what was not run.
  void Close() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  std::atomic<std::thread::id> loop_thread_{std::thread::id()};

  absl::Mutex mutex_;
  absl::AnyInvocable<void()> wake_ ABSL_GUARDED_BY(mutex_);
  std::vector<Task> tasks_ ABSL_GUARDED_BY(mutex_);
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GATEWAY_MAILBOX_H_

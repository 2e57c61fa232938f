#include "service/gateway/mailbox.h"

#include <utility>

namespace rundlet {

Mailbox::Mailbox(absl::AnyInvocable<void()> wake) : wake_(std::move(wake)) {}

void Mailbox::Post(Task task) {
  absl::MutexLock lock(&mutex_);
  if (closed_) return;
  tasks_.push_back(std::move(task));
  if (woken_) return;
  woken_ = true;
  wake_();
}

void Mailbox::RunAll() {
  std::vector<Task> tasks;
  {
    absl::MutexLock lock(&mutex_);
    tasks.swap(tasks_);
    woken_ = false;
  }
  for (Task& task : tasks) task();
}

void Mailbox::Close() {
  std::vector<Task> tasks;  // destroyed without the lock
  absl::MutexLock lock(&mutex_);
  closed_ = true;
  // A later thread may be given the same id.
  loop_thread_ = std::thread::id();
  tasks.swap(tasks_);
}

}  // namespace rundlet

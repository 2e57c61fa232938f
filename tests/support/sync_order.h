// SyncOrder: makes one sync point of the engine come before another.
// REQUIRES: a build with RUNDLET_SYNC_POINTS, as --config=tsan is.

#ifndef RUNDLET_TESTS_SUPPORT_SYNC_ORDER_H_
#define RUNDLET_TESTS_SUPPORT_SYNC_ORDER_H_

#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace rundlet {

// One at a time. What a thread has seen of one stays usable for ever.
class SyncOrder {
 public:
  // From now on a thread that comes to `second` waits there until some thread
  // has come to `first`, but no longer than `patience`: locks of the engine may
  // rule the order out. Both count once.
  static SyncOrder* Begin(const std::string& first, const std::string& second,
                          absl::Duration patience);

  // Lets every thread go. Returns whether `second` came, and behind `first`.
  bool End();

 private:
  SyncOrder(std::string first, std::string second, absl::Duration patience);

  static void Hook(const char* name);
  void Reach(const char* name) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string first_;
  const std::string second_;
  const absl::Duration patience_;

  absl::Mutex mutex_;
  bool first_reached_ ABSL_GUARDED_BY(mutex_) = false;
  bool second_reached_ ABSL_GUARDED_BY(mutex_) = false;
  bool met_ ABSL_GUARDED_BY(mutex_) = false;
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
};

// The names of the sync points that threads come to in its life.
class SyncPointNames {
 public:
  SyncPointNames();
  ~SyncPointNames();
  SyncPointNames(const SyncPointNames&) = delete;
  SyncPointNames& operator=(const SyncPointNames&) = delete;

  std::set<std::string> seen() const;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_SYNC_ORDER_H_

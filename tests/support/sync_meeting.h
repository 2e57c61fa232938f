// SyncMeeting: holds two threads at sync points of the engine at once: while
// one is at a point the other comes to its own, and while that one stays there
// the first goes on to its next point. So the steps of both come in either
// order, as far as locks let them.
// REQUIRES: a build with RUNDLET_SYNC_POINTS, as --config=tsan is.

#ifndef RUNDLET_TESTS_SUPPORT_SYNC_MEETING_H_
#define RUNDLET_TESTS_SUPPORT_SYNC_MEETING_H_

#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace rundlet {

// One at a time. What a thread has seen of one stays usable for ever.
class SyncMeeting {
 public:
  struct Plan {
    std::string here;   // a point of the first thread
    std::string other;  // of another one
    std::string next;   // of the first, behind `here`; empty: nobody waits
    // How long the first waits here, and the other for it to come on: locks of
    // the engine, or what the threads do, may rule it out.
    absl::Duration other_patience;
    absl::Duration next_patience;
  };

  struct Outcome {
    bool other_came = false;  // while the first was here
    bool next_came = false;   // while the other stayed
  };

  // From now on the first thread that comes to `here` waits for another that
  // comes to `other`, which then waits for the first to come to `next`. Each
  // counts once; who comes to `other` earlier or later passes.
  static SyncMeeting* Begin(Plan plan);

  // Waits until the first thread is here. Returns whether it has come.
  bool AwaitFirst(absl::Duration patience) ABSL_LOCKS_EXCLUDED(mutex_);

  // Lets every thread go.
  Outcome End() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  explicit SyncMeeting(Plan plan) : plan_(std::move(plan)) {}

  static void Hook(const char* name);
  void Reach(const char* name) ABSL_LOCKS_EXCLUDED(mutex_);
  bool HasCome() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return has_come_; }
  bool FirstMayGo() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return outcome_.other_came || over_;
  }
  bool OtherMayGo() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return outcome_.next_came || over_;
  }

  const Plan plan_;

  absl::Mutex mutex_;
  bool has_come_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_here_ ABSL_GUARDED_BY(mutex_) = false;
  bool other_stays_ ABSL_GUARDED_BY(mutex_) = false;
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
  Outcome outcome_ ABSL_GUARDED_BY(mutex_);
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

#endif  // RUNDLET_TESTS_SUPPORT_SYNC_MEETING_H_

// CheckedWatches: readers of a CheckedStore's changes that stop and go on,
// across restarts and crashes. What they have seen must be the log, and the log
// what the store has acknowledged (P9, L3, L4).

#ifndef RUNDLET_TESTS_SUPPORT_CHECKED_WATCHES_H_
#define RUNDLET_TESTS_SUPPORT_CHECKED_WATCHES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "storage/store.h"
#include "tests/support/checked_store.h"
#include "tests/support/seeded_random.h"
#include "tests/support/watch_follower.h"

namespace rundlet {

// One thread at a time. Errors are no difference where the checked store
// expects some; what was given before them still counts. Nothing is asked of a
// store that is not open.
class CheckedWatches {
 public:
  // `count` readers, of all changes, of some keys, of deletes only, and so on.
  // Not owned; outlives this.
  CheckedWatches(CheckedStore* checked, size_t count, SeededRandom& random);

  // One of them takes a batch; it begins, or goes on, if it does not read.
  void Read(SeededRandom& random);
  // One of them stops.
  void Stop(SeededRandom& random);

  // The store is about to close. Some watches outlive it: those that it gives
  // back, which must say so.
  std::vector<std::unique_ptr<WatchReader>> StopAll(SeededRandom& random);
  static void ExpectClosed(
      const std::vector<std::unique_ptr<WatchReader>>& outliving);

  // Reads the log in one go as far as it goes back, and compares.
  void Compare();

  uint64_t resume_count() const { return resume_count_; }

 private:
  // Begins, or goes on; begins again where history is gone, as it may be.
  void Start(WatchFollower& follower);
  // All of the log that there is, up to `newest`; floor: its begin().
  std::unique_ptr<WatchFollower> ReadLog(Revision newest);
  // Fails the test if the error may not be.
  void Judge(const absl::Status& status);
  void CompareState(const WatchFollower& follower);

  CheckedStore* const checked_;
  std::vector<WatchFollower> followers_;
  uint64_t resume_count_ = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_CHECKED_WATCHES_H_

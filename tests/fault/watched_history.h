// WatchedHistory: a store with random writes, crashes and compactions, and
// followers that read it by watches, which end and are resumed at random
// points. What each has seen must be the history, and nothing else (P9).

#ifndef RUNDLET_TESTS_FAULT_WATCHED_HISTORY_H_
#define RUNDLET_TESTS_FAULT_WATCHED_HISTORY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "storage/store.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/watch_follower.h"

namespace rundlet {

// One thread at a time. Differences fail the running test.
class WatchedHistory {
 public:
  // With all of history kept, or with no more than the newest segments.
  WatchedHistory(uint64_t seed, bool keeps_all);

  // Makes so many random steps, then reads to the end and compares.
  void Run(uint64_t steps);

  uint64_t resume_count() const { return resume_count_; }
  // Resumed where history was gone, and so begun again.
  uint64_t restart_count() const { return restart_count_; }

 private:
  struct Written {
    ChangeTexts changes;
    Durability reached = Durability::kMemory;
    bool may_be_lost = false;
  };

  void Open();
  void Step();
  void Commit();
  void CommitOne(Transaction transaction);
  void Crash();
  void Reopen();

  void Resume(WatchFollower& follower);
  void CatchUp(WatchFollower& follower);
  void CheckHistory(const LogTexts& history);
  void CheckStates();

  SeededRandom random_;
  const bool keeps_all_;
  const uint64_t segment_bytes_;
  FakeClock clock_;
  CrashableFileSystem disk_;
  std::map<Revision, Written> written_;
  std::vector<WatchFollower> followers_;
  uint64_t resume_count_ = 0;
  uint64_t restart_count_ = 0;
  uint64_t value_ = 0;
  std::unique_ptr<Store> store_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_FAULT_WATCHED_HISTORY_H_

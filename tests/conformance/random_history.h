// RandomHistory: random operations on a store and on the model side by side.

#ifndef RUNDLET_TESTS_CONFORMANCE_RANDOM_HISTORY_H_
#define RUNDLET_TESTS_CONFORMANCE_RANDOM_HISTORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/options.h"
#include "storage/scan.h"
#include "tests/support/checked_backups.h"
#include "tests/support/checked_snapshots.h"
#include "tests/support/checked_store.h"
#include "tests/support/checked_watches.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"
#include "tests/support/power_loss.h"
#include "tests/support/random_transaction.h"
#include "tests/support/seeded_random.h"

namespace rundlet {

// The seed says all: what a step does hangs on the seed and on the number of
// the step alone, so that steps can be left out without changing the others.
class RandomHistory {
 public:
  explicit RandomHistory(uint64_t seed);

  // Opens the store, takes the steps with these numbers, in order, and compares
  // all at the end. Returns how it failed, and what the steps did; empty: it
  // did not.
  std::string Run(const std::vector<uint64_t>& steps);

 private:
  // A scan in the middle, on both sides.
  struct Pages {
    ScanRequest store;
    ScanRequest model;
    absl::Time end;  // of the lease
  };
  Options MakeOptions();
  void Reopen();
  void Crash();
  void StepClock();
  void Step();
  void Commit();
  // Says what the present step does.
  void Note(absl::string_view what);
  void ChangeStore(uint64_t choice);
  void Ingest();

  void CommitRequest();
  void StepOfASnapshot(uint64_t choice);
  void BackUp();

  // Pages whose lease may have ended are not asked for again.
  void ForgetOld();

  ScanRequest RandomScan();
  void StartPages();
  void GoOnWithPages();
  void GoOn(size_t at);

  const uint64_t seed_;
  SeededRandom random_;  // of the present step
  FakeClock clock_;
  CrashableFileSystem disk_;
  CheckedStore checked_;
  TransactionShape shape_;
  uint64_t segment_bytes_ = 0;
  uint64_t sources_ = 0;
  std::vector<std::string> notes_;
  std::vector<Pages> pages_;
  CheckedSnapshots snapshots_{&checked_};
  CheckedBackups backups_{&checked_, &disk_, &clock_};
  CheckedWatches watches_;
  uint64_t step_ = 0;  // the present one
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_CONFORMANCE_RANDOM_HISTORY_H_

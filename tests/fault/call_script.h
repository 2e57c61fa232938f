// CallScript: 300 operations that make a store call the file system in all the
// ways it has: commits at every durability, requests, rolls, compactions,
// ingests, backups, watches that read the log, expiry, MANIFEST edits and
// rewrites, clean stops and starts. A test lets one of the calls fail, or the
// power go inside it, and has the store checked afterwards.

#ifndef RUNDLET_TESTS_FAULT_CALL_SCRIPT_H_
#define RUNDLET_TESTS_FAULT_CALL_SCRIPT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "storage/options.h"
#include "storage/transaction.h"
#include "tests/support/checked_backups.h"
#include "tests/support/checked_store.h"
#include "tests/support/checked_watches.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/seeded_random.h"

namespace rundlet {

// One thread at a time.
class CallScript {
 public:
  explicit CallScript(uint64_t seed);

  // What is to go wrong is set here, before Run.
  FaultyFileSystem& files() { return files_; }
  CrashableFileSystem& disk() { return disk_; }

  // Runs the operations, in four lives; ends early when the power goes. With
  // `expect_errors` they may fail.
  void Run(bool expect_errors);

  // The disk works again. All that was promised must be there, and outlive
  // another power loss; the store must go on.
  void CheckAfterFault(bool power_loss);

  // The power has gone, or goes now, and comes back. All that was promised must
  // be there, and the store must go on.
  void CheckAfterPowerLoss(PowerLoss loss);

  // The power has gone, or goes now. Recovery loses it, too: inside its first
  // call, in the next try inside its second, and so on, each time from the same
  // disk. Every time the store must be the same afterwards. Returns how many
  // calls there were.
  uint64_t LosePowerInRecovery(PowerLoss loss);

 private:
  // Whether the store has said that it cannot go on. Thread-safe.
  class FatalFlag;

  Options MakeOptions();
  bool TryOpen(bool expect_errors);
  void OpenAndCompare();
  void Cut(PowerLoss loss);
  void GoOn();
  void Step(uint64_t step, bool expect_errors);
  absl::Status CommitStep(uint64_t step);
  absl::Status Commit(const std::string& key, uint64_t bytes,
                      Durability durability, Expiry expiry = Expiry::Never());
  absl::Status Ingest(uint64_t step);
  // Asks for the newest request again.
  absl::Status Repeat();
  void ReadWatch(bool expect_errors);

  SeededRandom random_;
  SeededRandom watch_random_;
  FakeClock clock_;
  CrashableFileSystem disk_;
  FaultyFileSystem files_;
  std::shared_ptr<FatalFlag> fatal_;
  CheckedStore checked_;
  CheckedWatches watches_;
  CheckedBackups backups_;
  uint64_t requests_ = 0;
};

// About as many numbers from 1 to `total` as RUNDLET_RUNS says, evenly spread,
// and not the same ones in each run; all if it says nothing less.
std::vector<uint64_t> ChosenCalls(uint64_t total, uint64_t runs,
                                  SeededRandom& random);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_FAULT_CALL_SCRIPT_H_

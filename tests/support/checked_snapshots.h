// CheckedSnapshots: snapshots of a CheckedStore beside those of its model. What
// is read at them has to be what the model has there, whatever was written and
// compacted since, for as long as the lease says and no longer.

#ifndef RUNDLET_TESTS_SUPPORT_CHECKED_SNAPSHOTS_H_
#define RUNDLET_TESTS_SUPPORT_CHECKED_SNAPSHOTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "storage/scan.h"
#include "storage/snapshot.h"
#include "tests/support/checked_store.h"
#include "tests/support/seeded_random.h"

namespace rundlet {

// One thread at a time. Where the checked store expects errors they are no
// difference, but a wrong answer is. Nothing is asked of a store that is not
// open.
class CheckedSnapshots {
 public:
  // One snapshot on both sides.
  struct Pair {
    Snapshot store;
    Snapshot model;
    absl::Time end;  // of the lease
  };

  // Not owned; outlives this.
  explicit CheckedSnapshots(CheckedStore* checked) : checked_(checked) {}

  // Each takes one that is open, if there is one.
  void Open(SeededRandom& random);
  void Renew(SeededRandom& random);
  void Release(SeededRandom& random);
  // Reads some keys, or all by a scan.
  void Read(const std::vector<std::string>& keys, SeededRandom& random);
  void Scan(SeededRandom& random);

  // One that is open; null: none is.
  const Pair* Any(SeededRandom& random);

  // The store was opened anew: none is left there.
  void ExpectNone();

 private:
  // Ends those whose lease is over, and checks that the store has ended them.
  void ForgetOld();
  // Whether the answer of the store can be compared; fails the test if it is an
  // error that may not be.
  bool IsComparable(const absl::Status& status) const;

  CheckedStore* const checked_;
  std::vector<Pair> pairs_;
};

// Comparable text of entries and of what was read.
std::vector<std::string> TextsOf(const std::vector<Entry>& entries);
std::vector<std::string> TextsOf(const ReadResult& result);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_CHECKED_SNAPSHOTS_H_

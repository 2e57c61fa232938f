// Fill leases: of many who miss a key at once, one fills it and the others
// wait. What FillStore (fill_store.h) takes and gives.

#ifndef RUNDLET_STORAGE_FILL_FILL_LEASE_H_
#define RUNDLET_STORAGE_FILL_FILL_LEASE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "storage/file/clock.h"
#include "storage/transaction.h"

namespace rundlet {

// Names a lease for ever: no other one has had it or will, of this process or
// of another.
struct FillToken {
  uint64_t life = 0;    // drawn when the FillStore began
  uint64_t number = 0;  // within that life

  friend bool operator==(const FillToken& a, const FillToken& b) {
    return a.life == b.life && a.number == b.number;
  }
};

// The permission to fill a key.
struct FillLease {
  FillToken token;
  absl::Time end;  // by the wall clock, when it was given
};

struct FillLimits {
  uint64_t leases_max = 0;   // keys with a lease at a time; 0: there are none
  uint64_t waiters_max = 0;  // requests that wait, of all keys
  absl::Duration wait_max = absl::Minutes(1);
  absl::Duration hold_max = absl::Minutes(10);
};

struct FillOptions {
  FillLimits limits = {65536, 4096};
  // Not owned.
  const Clock* clock = Clock::System();
  // 64 bits that nobody can guess; null: those of the system.
  absl::AnyInvocable<uint64_t()> random = nullptr;
};

struct FillRequest {
  ReadRequest read;     // of one key, at the newest revision
  absl::Duration wait;  // for the fill of another; 0 to wait_max
  absl::Duration hold;  // how long the lease lasts; above 0, to hold_max
};

struct FillResult {
  // With an entry: the key is there. Without: exactly one of the other two.
  ReadResult read;
  std::optional<FillLease> lease;  // whoever gets it is to fill the key
  bool under_way = false;          // another has it, and the wait is over
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_FILL_FILL_LEASE_H_

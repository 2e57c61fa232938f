// Why a store refuses what is asked of it, where the status code alone does not
// say it.

#ifndef RUNDLET_STORAGE_REFUSAL_H_
#define RUNDLET_STORAGE_REFUSAL_H_

#include <cstdint>

#include "absl/status/status.h"

namespace rundlet {

enum class Refusal : uint8_t {
  kNone = 0,       // the status says no such thing
  kMemoryFull,     // RESOURCE_EXHAUSTED: Options::memory_bytes_max
  kRequestsFull,   // RESOURCE_EXHAUSTED: Options::requests_max
  kWatchesFull,    // RESOURCE_EXHAUSTED: Limits::watches_max
  kSnapshotsFull,  // RESOURCE_EXHAUSTED: Limits::snapshots_max
  kUploadsFull,    // RESOURCE_EXHAUSTED: LargeOptions::uploads_max
  kFillsFull,      // RESOURCE_EXHAUSTED: FillLimits::leases_max
  kFillWaitsFull,  // RESOURCE_EXHAUSTED: FillLimits::waiters_max
  kFillLost,       // ABORTED: a fill without its lease
  kNotANumber,     // FAILED_PRECONDITION: an AddOperation found another value
  kSumOutOfRange,  // FAILED_PRECONDITION: its sum is no int64
  kOtherRequest,   // INVALID_ARGUMENT: the request id names another transaction
};

// The same status, which says why from now on.
absl::Status Refused(Refusal why, absl::Status status);

Refusal RefusalOf(const absl::Status& status);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_REFUSAL_H_

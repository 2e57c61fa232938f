// The error of a call as that of a write that has changed nothing.

#ifndef RUNDLET_STORAGE_ENGINE_KNOWN_FAILURE_H_
#define RUNDLET_STORAGE_ENGINE_KNOWN_FAILURE_H_

#include "absl/status/status.h"

namespace rundlet {

// `status`, but UNAVAILABLE instead of UNKNOWN: that is what the operating
// system's errors without a code of their own become (EIO), and what Store
// keeps for writes of which the outcome is not known.
inline absl::Status KnownFailure(absl::Status status) {
  if (!absl::IsUnknown(status)) return status;
  return absl::UnavailableError(status.message());
}

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_KNOWN_FAILURE_H_

// A write that was refused for want of room, and when to come back.

#ifndef RUNDLET_SERVICE_ADMISSION_REFUSED_WRITE_H_
#define RUNDLET_SERVICE_ADMISSION_REFUSED_WRITE_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rundlet {

// UNAVAILABLE: nothing was done, for this reason; another try has a chance
// after `delay`. The message says both.
absl::Status RefusedWrite(absl::string_view reason, absl::Duration delay);

// The delay of such a status; empty of any other.
std::optional<absl::Duration> RetryDelayOf(const absl::Status& status);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_ADMISSION_REFUSED_WRITE_H_

// The process's limit of open descriptors.

#ifndef RUNDLET_SERVICE_DESCRIPTOR_LIMIT_H_
#define RUNDLET_SERVICE_DESCRIPTOR_LIMIT_H_

#include <cstdint>

#include "absl/status/statusor.h"

namespace rundlet {

// Raises the soft limit to the hard one and gives back what holds then. The
// low default of many systems is there for programs that use select(2).
absl::StatusOr<uint64_t> RaiseDescriptorLimit();

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_DESCRIPTOR_LIMIT_H_

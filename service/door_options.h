// Options of rundletd that bound what clients may do, and those of the process.

#ifndef RUNDLET_SERVICE_DOOR_OPTIONS_H_
#define RUNDLET_SERVICE_DOOR_OPTIONS_H_

#include "absl/types/span.h"
#include "service/option_row.h"

namespace rundlet {

// In the order of --help.
absl::Span<const OptionRow> DoorOptions();

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_DOOR_OPTIONS_H_

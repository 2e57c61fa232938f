// Options of rundletd that say what is served, and how it is kept.

#ifndef RUNDLET_SERVICE_STORE_OPTIONS_H_
#define RUNDLET_SERVICE_STORE_OPTIONS_H_

#include "absl/types/span.h"
#include "service/option_row.h"

namespace rundlet {

// In the order of --help.
absl::Span<const OptionRow> StoreOptions();

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_STORE_OPTIONS_H_

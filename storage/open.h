// Opening a store on a data folder.

#ifndef RUNDLET_STORAGE_OPEN_H_
#define RUNDLET_STORAGE_OPEN_H_

#include <memory>

#include "absl/status/statusor.h"
#include "storage/options.h"
#include "storage/store.h"

namespace rundlet {

// Opens the store in options.path, recovering what a crash left, and makes it
// if there is none. Destroying the store syncs and closes it.
//
// INVALID_ARGUMENT: an option is out of its range. FAILED_PRECONDITION: another
// process holds the folder, or its format is newer than this build.
// DATA_LOSS: bytes that were synced are damaged or gone; the message says file,
// offset and how many keys are at risk. Nothing was changed.
absl::StatusOr<std::unique_ptr<Store>> Open(Options options);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_OPEN_H_

// The identity of a new store (FORMAT.md section 2).

#ifndef RUNDLET_STORAGE_ENGINE_RECOVERY_STORE_ID_H_
#define RUNDLET_STORAGE_ENGINE_RECOVERY_STORE_ID_H_

#include <cstdint>
#include <string>

#include "absl/functional/any_invocable.h"

namespace rundlet {

// kStoreIdBytes random bytes, from `random` or, if that is empty, from the
// system.
std::string NewStoreId(absl::AnyInvocable<uint64_t()>& random);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_RECOVERY_STORE_ID_H_

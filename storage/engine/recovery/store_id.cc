#include "storage/engine/recovery/store_id.h"

#include <random>

#include "storage/format/file_header.h"
#include "storage/format/fixed_int.h"

namespace rundlet {

std::string NewStoreId(absl::AnyInvocable<uint64_t()>& random) {
  std::random_device system;
  std::string id;
  while (id.size() < kStoreIdBytes) {
    AppendFixed<uint64_t>(
        random ? random() : (uint64_t{system()} << 32) | uint64_t{system()},
        &id);
  }
  return id;
}

}  // namespace rundlet

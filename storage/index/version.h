// Version: what the index knows of one version of one key.

#ifndef RUNDLET_STORAGE_INDEX_VERSION_H_
#define RUNDLET_STORAGE_INDEX_VERSION_H_

#include <cstdint>
#include <memory>
#include <string>

#include "storage/entry.h"
#include "storage/format/location.h"

namespace rundlet {

struct Version {
  Revision revision = 0;
  Revision create_revision = 0;
  uint64_t version = 0;
  int64_t created_us = 0;
  int64_t modified_us = 0;
  int64_t expiry_us = 0;  // 0: never
  ValueKind kind = ValueKind::kText;
  bool deleted = false;
  Location location;
  // The value, for as long as it is in no segment; else null.
  std::shared_ptr<const std::string> value;

  bool ExpiredAt(int64_t time_us) const {
    return expiry_us != 0 && expiry_us <= time_us;
  }
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_INDEX_VERSION_H_

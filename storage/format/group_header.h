// Group headers: what one write to the log says of itself (FORMAT.md 3.2).

#ifndef RUNDLET_STORAGE_FORMAT_GROUP_HEADER_H_
#define RUNDLET_STORAGE_FORMAT_GROUP_HEADER_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/entry.h"

namespace rundlet {

constexpr size_t kGroupHeaderBytes = 48;
// Where the magic stands in a header, and what it is: for finding headers.
constexpr size_t kGroupMagicAt = 4;
constexpr char kGroupMagic[] = "GRUP";

struct GroupHeader {
  uint32_t payload_bytes = 0;
  uint32_t record_count = 0;
  uint64_t synced_bytes = 0;
  Revision first_revision = 0;
  Revision last_revision = 0;
  int64_t time_us = 0;
};

// Writes kGroupHeaderBytes to `out`.
void EncodeGroupHeader(const GroupHeader& header, uint32_t seed, char* out);

// DATA_LOSS: `bytes` does not begin with a header that verifies.
absl::StatusOr<GroupHeader> DecodeGroupHeader(absl::string_view bytes,
                                              uint32_t seed);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_FORMAT_GROUP_HEADER_H_

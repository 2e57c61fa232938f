// CRC-32 with zlib's polynomial, bound to the place of what it covers.

#ifndef RUNDLET_STORAGE_FORMAT_CHECKSUM_H_
#define RUNDLET_STORAGE_FORMAT_CHECKSUM_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace rundlet {

// The CRC-32 of `data` going on from `seed`, as zlib's crc32(seed, ...).
uint32_t Crc32(uint32_t seed, absl::string_view data);

// Where a checksum of offset `offset` starts in a segment with this salt
// (FORMAT.md section 2).
inline uint32_t PlaceSeed(uint32_t salt, uint64_t offset) {
  return salt ^ static_cast<uint32_t>(offset) ^
         static_cast<uint32_t>(offset >> 32);
}

// The salt of a segment; store_id has 16 bytes.
uint32_t SegmentSalt(absl::string_view store_id, uint64_t segment_id);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_FORMAT_CHECKSUM_H_

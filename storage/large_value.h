// LargeValue: what stands under a key whose value is too large for one record.
// The bytes stand in chunks, under keys of their own (large/); this says how
// many there are, what they are, and where.

#ifndef RUNDLET_STORAGE_LARGE_VALUE_H_
#define RUNDLET_STORAGE_LARGE_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/entry.h"

namespace rundlet {

struct LargeValue {
  static constexpr size_t kUploadIdBytes = 16;

  ValueKind kind = ValueKind::kData;  // of the whole; kText or kData
  uint32_t crc32 = 0;                 // zlib's CRC-32 of the whole
  uint64_t bytes = 0;                 // of the whole, at least 1
  uint32_t chunk_bytes = 0;  // of each chunk but the last one, at least 1
  std::string upload_id;     // names the chunks; kUploadIdBytes

  uint64_t chunk_count() const {
    return bytes / chunk_bytes + (bytes % chunk_bytes == 0 ? 0 : 1);
  }
};

// A value of kind kLarge (FORMAT.md 3.6). REQUIRES the shape told above.
Value EncodeLargeValue(const LargeValue& large);

// DATA_LOSS: the bytes are no description of a large value.
absl::StatusOr<LargeValue> DecodeLargeValue(absl::string_view bytes);

// The part of a description that tells one content from another: kind, CRC-32
// and size. It is the same for two uploads of the same bytes.
absl::string_view LargeValueContent(absl::string_view bytes);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LARGE_VALUE_H_

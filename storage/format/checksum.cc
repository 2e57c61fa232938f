#include "storage/format/checksum.h"

#include <libdeflate.h>

#include <string>

#include "storage/format/fixed_int.h"

namespace rundlet {

uint32_t Crc32(uint32_t seed, absl::string_view data) {
  return libdeflate_crc32(seed, data.data(), data.size());
}

uint32_t SegmentSalt(absl::string_view store_id, uint64_t segment_id) {
  std::string bytes(store_id);
  AppendFixed<uint64_t>(segment_id, &bytes);
  return Crc32(0, bytes);
}

}  // namespace rundlet

#include "storage/format/group_header.h"

#include <cstring>

#include "absl/status/status.h"
#include "storage/format/checksum.h"
#include "storage/format/fixed_int.h"

namespace rundlet {

void EncodeGroupHeader(const GroupHeader& header, uint32_t seed, char* out) {
  std::memcpy(out + kGroupMagicAt, kGroupMagic, 4);
  EncodeFixed(header.payload_bytes, out + 8);
  EncodeFixed(header.record_count, out + 12);
  EncodeFixed(header.synced_bytes, out + 16);
  EncodeFixed(header.first_revision, out + 24);
  EncodeFixed(header.last_revision, out + 32);
  EncodeFixed(header.time_us, out + 40);
  EncodeFixed(Crc32(seed, {out + 4, kGroupHeaderBytes - 4}), out);
}

absl::StatusOr<GroupHeader> DecodeGroupHeader(absl::string_view bytes,
                                              uint32_t seed) {
  if (bytes.size() < kGroupHeaderBytes) {
    return absl::DataLossError("a group header ends early");
  }
  const char* in = bytes.data();
  if (std::memcmp(in + kGroupMagicAt, kGroupMagic, 4) != 0) {
    return absl::DataLossError("a group header has no magic");
  }
  if (DecodeFixed<uint32_t>(in) !=
      Crc32(seed, {in + 4, kGroupHeaderBytes - 4})) {
    return absl::DataLossError("a group header fails its checksum");
  }
  GroupHeader header;
  header.payload_bytes = DecodeFixed<uint32_t>(in + 8);
  header.record_count = DecodeFixed<uint32_t>(in + 12);
  header.synced_bytes = DecodeFixed<uint64_t>(in + 16);
  header.first_revision = DecodeFixed<uint64_t>(in + 24);
  header.last_revision = DecodeFixed<uint64_t>(in + 32);
  header.time_us = DecodeFixed<int64_t>(in + 40);
  return header;
}

}  // namespace rundlet

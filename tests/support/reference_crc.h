// CRC-32 by zlib: what the format's own checksum is held against.

#ifndef RUNDLET_TESTS_SUPPORT_REFERENCE_CRC_H_
#define RUNDLET_TESTS_SUPPORT_REFERENCE_CRC_H_

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/string_view.h"

namespace rundlet {

inline uint32_t ReferenceCrc(uint32_t seed, absl::string_view data) {
  return static_cast<uint32_t>(
      crc32_z(seed, reinterpret_cast<const Bytef*>(data.data()), data.size()));
}

// Makes the CRC at (*bytes)[at] right for the `count` bytes that begin there;
// the CRC covers those behind itself.
inline void FixCrc(uint32_t seed, size_t at, size_t count, std::string* bytes) {
  const uint32_t crc =
      ReferenceCrc(seed, absl::string_view(*bytes).substr(at + 4, count - 4));
  std::memcpy(&(*bytes)[at], &crc, sizeof(crc));
}

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_REFERENCE_CRC_H_

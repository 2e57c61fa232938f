// Little-endian numbers of fixed width, to and from bytes.

#ifndef RUNDLET_STORAGE_FORMAT_FIXED_INT_H_
#define RUNDLET_STORAGE_FORMAT_FIXED_INT_H_

#include <cstdint>
#include <cstring>
#include <string>

namespace rundlet {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "the format's numbers are copied as they are in memory");

template <typename Int>
Int DecodeFixed(const char* bytes) {
  Int value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

template <typename Int>
void EncodeFixed(Int value, char* out) {
  std::memcpy(out, &value, sizeof(value));
}

template <typename Int>
void AppendFixed(Int value, std::string* out) {
  char bytes[sizeof(value)];
  EncodeFixed(value, bytes);
  out->append(bytes, sizeof(value));
}

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_FORMAT_FIXED_INT_H_

// How the bytes of values are stored.

#ifndef RUNDLET_STORAGE_COMPRESSION_H_
#define RUNDLET_STORAGE_COMPRESSION_H_

#include <cstdint>

namespace rundlet {

// The numbers are on disk (FORMAT.md section 3.3).
enum class Compression : uint8_t {
  kNone = 0,
  kSnappy = 1,
  kZstd = 2,  // with a dictionary once the store has learned one
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_COMPRESSION_H_

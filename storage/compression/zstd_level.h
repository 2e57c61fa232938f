// The level that values are compressed at.

#ifndef RUNDLET_STORAGE_COMPRESSION_ZSTD_LEVEL_H_
#define RUNDLET_STORAGE_COMPRESSION_ZSTD_LEVEL_H_

namespace rundlet {

// With a dictionary, higher ones make session values no shorter.
constexpr int kZstdLevel = 3;

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_COMPRESSION_ZSTD_LEVEL_H_

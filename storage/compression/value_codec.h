// Compressed values back to what they were (FORMAT.md section 3.5).

#ifndef RUNDLET_STORAGE_COMPRESSION_VALUE_CODEC_H_
#define RUNDLET_STORAGE_COMPRESSION_VALUE_CODEC_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/compression/dictionaries.h"
#include "storage/format/record.h"

namespace rundlet {

// No longer value is ever compressed: what a reader has to find memory for
// before it knows whether a length is true.
constexpr uint64_t kCompressibleBytesMax = uint64_t{16} << 20;

// The length of the record's value as it was put. Of a compressed one it is
// what its first bytes say, checked: more than is stored, and at most
// kCompressibleBytesMax. DATA_LOSS: it is not, or they say none.
absl::StatusOr<uint64_t> PlainValueBytes(const Record& record);

// The record's value as it was put; the record has been verified. DATA_LOSS:
// what is stored is not what the compressor left, or its dictionary is not
// known; *value is undefined. Thread-safe; threads share nothing.
absl::Status DecodeValue(const Record& record, const Dictionaries& dictionaries,
                         std::string* value);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_COMPRESSION_VALUE_CODEC_H_

#include "storage/large_value.h"

#include <cstring>

#include "absl/status/status.h"

namespace rundlet {
namespace {

// Offsets of FORMAT.md section 3.6.
constexpr size_t kKindAt = 0;
constexpr size_t kCrcAt = 4;
constexpr size_t kBytesAt = 8;
constexpr size_t kContentBytes = 16;
constexpr size_t kChunkBytesAt = 16;
constexpr size_t kZeroAt = 20;
constexpr size_t kUploadIdAt = 24;
constexpr size_t kDescriptionBytes = kUploadIdAt + LargeValue::kUploadIdBytes;

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "the format's numbers are copied as they are in memory");

}  // namespace

Value EncodeLargeValue(const LargeValue& large) {
  std::string bytes(kDescriptionBytes, '\0');
  bytes[kKindAt] = static_cast<char>(large.kind);
  std::memcpy(&bytes[kCrcAt], &large.crc32, sizeof(large.crc32));
  std::memcpy(&bytes[kBytesAt], &large.bytes, sizeof(large.bytes));
  std::memcpy(&bytes[kChunkBytesAt], &large.chunk_bytes,
              sizeof(large.chunk_bytes));
  bytes.replace(kUploadIdAt, LargeValue::kUploadIdBytes, large.upload_id);
  return {ValueKind::kLarge, std::move(bytes)};
}

absl::StatusOr<LargeValue> DecodeLargeValue(absl::string_view bytes) {
  const absl::Status bad =
      absl::DataLossError("the description of a large value is damaged");
  if (bytes.size() != kDescriptionBytes) return bad;
  LargeValue large;
  large.kind = static_cast<ValueKind>(bytes[kKindAt]);
  std::memcpy(&large.crc32, &bytes[kCrcAt], sizeof(large.crc32));
  std::memcpy(&large.bytes, &bytes[kBytesAt], sizeof(large.bytes));
  std::memcpy(&large.chunk_bytes, &bytes[kChunkBytesAt],
              sizeof(large.chunk_bytes));
  large.upload_id = std::string(bytes.substr(kUploadIdAt));
  const bool zeros =
      bytes.substr(kKindAt + 1, 3) == absl::string_view("\0\0\0", 3) &&
      bytes.substr(kZeroAt, 4) == absl::string_view("\0\0\0\0", 4);
  if (!zeros || large.bytes == 0 || large.chunk_bytes == 0 ||
      (large.kind != ValueKind::kText && large.kind != ValueKind::kData)) {
    return bad;
  }
  return large;
}

absl::string_view LargeValueContent(absl::string_view bytes) {
  return bytes.substr(0, kContentBytes);
}

}  // namespace rundlet

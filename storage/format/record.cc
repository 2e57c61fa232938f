#include "storage/format/record.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "storage/format/checksum.h"
#include "storage/format/fixed_int.h"

namespace rundlet {
namespace {

// Offsets of FORMAT.md section 3.3.
constexpr size_t kValueBytesAt = 4;
constexpr size_t kKeyBytesAt = 8;
constexpr size_t kExtraBytesAt = 10;
constexpr size_t kTypeAt = 12;
constexpr size_t kKindAt = 13;
constexpr size_t kCompressionAt = 14;
constexpr size_t kFlagsAt = 15;
constexpr size_t kNumbersAt = 16;

constexpr uint8_t kEndsTransaction = 1;
constexpr uint8_t kExpired = 2;
constexpr uint8_t kHasRequest = 4;
constexpr uint8_t kKnownFlags = kEndsTransaction | kExpired | kHasRequest;

constexpr uint8_t kKindMax = static_cast<uint8_t>(ValueKind::kLarge);

constexpr size_t kKeyBytesMax = 4096;

uint8_t ByteAt(absl::string_view bytes, size_t at) {
  return static_cast<uint8_t>(bytes[at]);
}

// What has no value has no compression.
uint8_t CompressionMax(RecordType type) {
  return type == RecordType::kPut ? static_cast<uint8_t>(Compression::kZstd)
                                  : 0;
}

// What a checksum cannot tell: that the writer was of this version.
absl::Status CheckFields(const Record& record, uint8_t flags) {
  const auto kind = static_cast<uint8_t>(record.kind);
  const bool is_put = record.type == RecordType::kPut;
  const bool is_receipt = record.type == RecordType::kReceipt;
  if (!is_put && !is_receipt && record.type != RecordType::kDelete) {
    return absl::DataLossError(absl::StrCat(
        "record type ", static_cast<int>(record.type), " is unknown"));
  }
  if (is_put ? (kind < 1 || kind > kKindMax) : kind != 0) {
    return absl::DataLossError(
        absl::StrCat("value kind ", kind, " is not one of this record type"));
  }
  if ((!is_put && !record.value.empty()) ||
      (record.expired && record.type != RecordType::kDelete)) {
    return absl::DataLossError("a value or a cause is not one of its type");
  }
  const auto compression = static_cast<uint8_t>(record.compression);
  if (compression > CompressionMax(record.type) ||
      (flags & ~kKnownFlags) != 0) {
    return absl::DataLossError(absl::StrCat(
        "compression ", compression, " or flags ", flags, " are unknown"));
  }
  if (record.key.size() > kKeyBytesMax || record.key.empty() != is_receipt) {
    return absl::DataLossError(
        absl::StrCat("a key of ", record.key.size(), " bytes is not allowed"));
  }
  return absl::OkStatus();
}

}  // namespace

void AppendRecord(const Record& record, uint32_t seed, std::string* out) {
  const size_t start = out->size();
  out->resize(start + record.EncodedBytes());
  EncodeRecord(record, seed, &(*out)[start]);
}

void EncodeRecord(const Record& record, uint32_t seed, char* out) {
  char* const header = out;
  EncodeFixed(static_cast<uint32_t>(record.value.size()),
              header + kValueBytesAt);
  EncodeFixed(static_cast<uint16_t>(record.key.size()), header + kKeyBytesAt);
  EncodeFixed(static_cast<uint16_t>(record.extra.size()),
              header + kExtraBytesAt);
  const bool is_put = record.type == RecordType::kPut;
  header[kTypeAt] = static_cast<char>(record.type);
  header[kKindAt] = is_put ? static_cast<char>(record.kind) : '\0';
  header[kCompressionAt] = static_cast<char>(record.compression);
  header[kFlagsAt] =
      static_cast<char>((record.ends_transaction ? kEndsTransaction : 0) |
                        (record.expired ? kExpired : 0) |
                        (record.extra.empty() ? 0 : kHasRequest));
  char* numbers = header + kNumbersAt;
  EncodeFixed(record.revision, numbers);
  EncodeFixed(record.create_revision, numbers + 8);
  EncodeFixed(record.version, numbers + 16);
  EncodeFixed(record.created_us, numbers + 24);
  EncodeFixed(record.modified_us, numbers + 32);
  EncodeFixed(record.expiry_us, numbers + 40);
  char* end = header + kRecordHeaderBytes;
  for (const absl::string_view part :
       {record.key, record.value, record.extra}) {
    end = std::copy(part.begin(), part.end(), end);
  }
  const absl::string_view covered(header + 4, record.EncodedBytes() - 4);
  EncodeFixed(Crc32(seed, covered), header);
}

size_t PeekRecordBytes(absl::string_view header) {
  return kRecordHeaderBytes + DecodeFixed<uint32_t>(&header[kValueBytesAt]) +
         DecodeFixed<uint16_t>(&header[kKeyBytesAt]) +
         DecodeFixed<uint16_t>(&header[kExtraBytesAt]);
}

bool LooksLikeRecord(absl::string_view bytes) {
  const uint8_t type = ByteAt(bytes, kTypeAt);
  const uint8_t kind = ByteAt(bytes, kKindAt);
  const bool is_put = type == static_cast<uint8_t>(RecordType::kPut);
  const bool is_receipt = type == static_cast<uint8_t>(RecordType::kReceipt);
  const size_t key_bytes = DecodeFixed<uint16_t>(&bytes[kKeyBytesAt]);
  return type >= 1 && type <= 3 && kind <= kKindMax && is_put == (kind != 0) &&
         ByteAt(bytes, kCompressionAt) <=
             CompressionMax(static_cast<RecordType>(type)) &&
         (ByteAt(bytes, kFlagsAt) & ~kKnownFlags) == 0 &&
         (is_put || DecodeFixed<uint32_t>(&bytes[kValueBytesAt]) == 0) &&
         key_bytes <= kKeyBytesMax && (key_bytes == 0) == is_receipt;
}

ClaimedRecord PeekRecord(absl::string_view bytes) {
  const size_t key_bytes = DecodeFixed<uint16_t>(&bytes[kKeyBytesAt]);
  ClaimedRecord claimed;
  claimed.revision = DecodeFixed<uint64_t>(&bytes[kNumbersAt]);
  if (bytes.size() >= kRecordHeaderBytes + key_bytes) {
    claimed.key = bytes.substr(kRecordHeaderBytes, key_bytes);
  }
  return claimed;
}

absl::StatusOr<Record> DecodeRecord(absl::string_view bytes, uint32_t seed) {
  if (bytes.size() < kRecordHeaderBytes) {
    return absl::DataLossError(
        absl::StrCat("a record's header ends after ", bytes.size(), " bytes"));
  }
  const size_t record_bytes = PeekRecordBytes(bytes);
  if (bytes.size() < record_bytes) {
    return absl::DataLossError(absl::StrCat(
        "a record of ", record_bytes, " bytes ends after ", bytes.size()));
  }
  const uint32_t want = DecodeFixed<uint32_t>(bytes.data());
  const uint32_t have = Crc32(seed, bytes.substr(4, record_bytes - 4));
  if (want != have) {
    return absl::DataLossError(absl::StrCat(
        "a record's checksum is ", absl::Hex(have, absl::kZeroPad8), ", not ",
        absl::Hex(want, absl::kZeroPad8)));
  }
  const uint8_t flags = ByteAt(bytes, kFlagsAt);
  const char* numbers = bytes.data() + kNumbersAt;
  const size_t key_bytes = DecodeFixed<uint16_t>(&bytes[kKeyBytesAt]);
  const size_t value_bytes = DecodeFixed<uint32_t>(&bytes[kValueBytesAt]);
  Record record;
  record.type = static_cast<RecordType>(ByteAt(bytes, kTypeAt));
  record.kind = static_cast<ValueKind>(ByteAt(bytes, kKindAt));
  record.compression = static_cast<Compression>(ByteAt(bytes, kCompressionAt));
  record.ends_transaction = (flags & kEndsTransaction) != 0;
  record.expired = (flags & kExpired) != 0;
  record.revision = DecodeFixed<uint64_t>(numbers);
  record.create_revision = DecodeFixed<uint64_t>(numbers + 8);
  record.version = DecodeFixed<uint64_t>(numbers + 16);
  record.created_us = DecodeFixed<int64_t>(numbers + 24);
  record.modified_us = DecodeFixed<int64_t>(numbers + 32);
  record.expiry_us = DecodeFixed<int64_t>(numbers + 40);
  record.key = bytes.substr(kRecordHeaderBytes, key_bytes);
  record.value = bytes.substr(kRecordHeaderBytes + key_bytes, value_bytes);
  record.extra =
      bytes.substr(kRecordHeaderBytes + key_bytes + value_bytes,
                   record_bytes - kRecordHeaderBytes - key_bytes - value_bytes);
  const absl::Status fields = CheckFields(record, flags);
  if (!fields.ok()) return fields;
  return record;
}

}  // namespace rundlet

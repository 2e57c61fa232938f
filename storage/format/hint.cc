#include "storage/format/hint.h"

#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "storage/format/checksum.h"
#include "storage/format/fixed_int.h"

namespace rundlet {
namespace {

constexpr uint8_t kKindMax = static_cast<uint8_t>(ValueKind::kLarge);

// Offsets of FORMAT.md section 8.1.
constexpr size_t kKindAt = 4;
constexpr size_t kPayloadBytesAt = 8;
constexpr size_t kEntryCountAt = 12;

// Offsets of FORMAT.md section 8.2.
constexpr size_t kRecordBytesAt = 8;
constexpr size_t kKeyBytesAt = 12;
constexpr size_t kExtraBytesAt = 14;
constexpr size_t kTypeAt = 16;
constexpr size_t kValueKindAt = 17;
constexpr size_t kRecordFlagsAt = 18;
constexpr size_t kPartsAt = 19;
constexpr size_t kRevisionAt = 20;
constexpr size_t kModifiedAt = 28;
constexpr size_t kFixedBytes = 36;

constexpr uint8_t kEndsTransaction = 1;
constexpr uint8_t kExpired = 2;
constexpr uint8_t kKnownRecordFlags = kEndsTransaction | kExpired;

constexpr uint8_t kNamesSegment = 1;
constexpr uint8_t kHasHistory = 2;  // is not the first version of its key
constexpr uint8_t kHasExpiry = 4;
constexpr uint8_t kKnownParts = kNamesSegment | kHasHistory | kHasExpiry;

constexpr size_t kKeyBytesMax = 4096;
constexpr size_t kEndBytes = 12;

bool IsFirstVersion(const Record& record) {
  return record.create_revision == record.revision && record.version == 1 &&
         record.created_us == record.modified_us;
}

// Takes numbers off the front of what may be too short for them.
class Numbers {
 public:
  explicit Numbers(absl::string_view bytes) : bytes_(bytes) {}

  template <typename Int>
  bool Take(Int* number) {
    if (bytes_.size() < sizeof(Int)) return false;
    *number = DecodeFixed<Int>(bytes_.data());
    bytes_.remove_prefix(sizeof(Int));
    return true;
  }
  absl::string_view rest() const { return bytes_; }

 private:
  absl::string_view bytes_;
};

bool HasKnownShape(const Record& record, uint8_t kind, uint8_t flags,
                   uint8_t parts, size_t key_bytes) {
  const bool is_put = record.type == RecordType::kPut;
  const bool is_delete = record.type == RecordType::kDelete;
  const bool is_receipt = record.type == RecordType::kReceipt;
  if (!is_put && !is_delete && !is_receipt) return false;
  if (is_put ? (kind < 1 || kind > kKindMax) : kind != 0) return false;
  if ((flags & ~kKnownRecordFlags) != 0) return false;
  if ((flags & kExpired) != 0 && !is_delete) return false;
  if ((parts & ~kKnownParts) != 0) return false;
  return key_bytes <= kKeyBytesMax && (key_bytes == 0) == is_receipt;
}

}  // namespace

std::string EncodeHintFrame(const HintFrame& frame, uint32_t seed) {
  std::string out(kHintFrameHeaderBytes, '\0');
  EncodeFixed(static_cast<uint32_t>(frame.kind), &out[kKindAt]);
  EncodeFixed(static_cast<uint32_t>(frame.payload.size()),
              &out[kPayloadBytesAt]);
  EncodeFixed(frame.entry_count, &out[kEntryCountAt]);
  out.append(frame.payload.data(), frame.payload.size());
  EncodeFixed(Crc32(seed, absl::string_view(out).substr(kKindAt)), &out[0]);
  return out;
}

size_t PeekHintFrameBytes(absl::string_view bytes) {
  return kHintFrameHeaderBytes + DecodeFixed<uint32_t>(&bytes[kPayloadBytesAt]);
}

absl::StatusOr<HintFrame> DecodeHintFrame(absl::string_view bytes,
                                          uint32_t seed) {
  if (bytes.size() < kHintFrameHeaderBytes ||
      bytes.size() < PeekHintFrameBytes(bytes)) {
    return absl::DataLossError("a frame ends early");
  }
  bytes = bytes.substr(0, PeekHintFrameBytes(bytes));
  if (DecodeFixed<uint32_t>(bytes.data()) !=
      Crc32(seed, bytes.substr(kKindAt))) {
    return absl::DataLossError("a frame fails its checksum");
  }
  HintFrame frame;
  frame.kind =
      static_cast<HintFrameKind>(DecodeFixed<uint32_t>(&bytes[kKindAt]));
  frame.entry_count = DecodeFixed<uint32_t>(&bytes[kEntryCountAt]);
  frame.payload = bytes.substr(kHintFrameHeaderBytes);
  if (frame.kind != HintFrameKind::kBinding &&
      frame.kind != HintFrameKind::kEntries &&
      frame.kind != HintFrameKind::kEnd) {
    return absl::DataLossError("a frame is of no known kind");
  }
  return frame;
}

std::string EncodeHintEnd(const HintEnd& end) {
  std::string out;
  AppendFixed(end.entry_count, &out);
  AppendFixed(end.digest, &out);
  return out;
}

absl::StatusOr<HintEnd> DecodeHintEnd(absl::string_view payload) {
  if (payload.size() != kEndBytes) {
    return absl::DataLossError(
        absl::StrCat("an end of ", payload.size(), " bytes"));
  }
  return HintEnd{DecodeFixed<uint64_t>(payload.data()),
                 DecodeFixed<uint32_t>(payload.data() + 8)};
}

void AppendHintEntry(const Record& record, const Location& location,
                     bool names_segment, std::string* out) {
  const bool has_history = !IsFirstVersion(record);
  const size_t start = out->size();
  out->resize(start + kFixedBytes);
  char* fixed = &(*out)[start];
  EncodeFixed(location.offset, fixed);
  EncodeFixed(location.bytes, fixed + kRecordBytesAt);
  EncodeFixed(static_cast<uint16_t>(record.key.size()), fixed + kKeyBytesAt);
  EncodeFixed(static_cast<uint16_t>(record.extra.size()),
              fixed + kExtraBytesAt);
  fixed[kTypeAt] = static_cast<char>(record.type);
  fixed[kValueKindAt] =
      record.type == RecordType::kPut ? static_cast<char>(record.kind) : '\0';
  fixed[kRecordFlagsAt] =
      static_cast<char>((record.ends_transaction ? kEndsTransaction : 0) |
                        (record.expired ? kExpired : 0));
  fixed[kPartsAt] = static_cast<char>((names_segment ? kNamesSegment : 0) |
                                      (has_history ? kHasHistory : 0) |
                                      (record.expiry_us != 0 ? kHasExpiry : 0));
  EncodeFixed(record.revision, fixed + kRevisionAt);
  EncodeFixed(record.modified_us, fixed + kModifiedAt);
  if (names_segment) AppendFixed(location.segment_id, out);
  if (has_history) {
    AppendFixed(record.create_revision, out);
    AppendFixed(record.version, out);
    AppendFixed(record.created_us, out);
  }
  if (record.expiry_us != 0) AppendFixed(record.expiry_us, out);
  out->append(record.key.data(), record.key.size());
  out->append(record.extra.data(), record.extra.size());
}

bool TakeHintEntry(absl::string_view* payload, Record* record,
                   Location* location) {
  if (payload->size() < kFixedBytes) return false;
  const char* fixed = payload->data();
  location->offset = DecodeFixed<uint64_t>(fixed);
  location->bytes = DecodeFixed<uint32_t>(fixed + kRecordBytesAt);
  const size_t key_bytes = DecodeFixed<uint16_t>(fixed + kKeyBytesAt);
  const size_t extra_bytes = DecodeFixed<uint16_t>(fixed + kExtraBytesAt);
  const auto flags = static_cast<uint8_t>(fixed[kRecordFlagsAt]);
  const auto parts = static_cast<uint8_t>(fixed[kPartsAt]);
  record->type = static_cast<RecordType>(fixed[kTypeAt]);
  record->kind = static_cast<ValueKind>(fixed[kValueKindAt]);
  record->ends_transaction = (flags & kEndsTransaction) != 0;
  record->expired = (flags & kExpired) != 0;
  record->revision = DecodeFixed<uint64_t>(fixed + kRevisionAt);
  record->modified_us = DecodeFixed<int64_t>(fixed + kModifiedAt);
  record->create_revision = record->revision;
  record->version = 1;
  record->created_us = record->modified_us;
  record->expiry_us = 0;
  Numbers numbers(payload->substr(kFixedBytes));
  const bool has_parts =
      ((parts & kNamesSegment) == 0 || numbers.Take(&location->segment_id)) &&
      ((parts & kHasHistory) == 0 ||
       (numbers.Take(&record->create_revision) &&
        numbers.Take(&record->version) && numbers.Take(&record->created_us))) &&
      ((parts & kHasExpiry) == 0 || numbers.Take(&record->expiry_us));
  const absl::string_view rest = numbers.rest();
  if (!has_parts || rest.size() < key_bytes + extra_bytes ||
      !HasKnownShape(*record, static_cast<uint8_t>(fixed[kValueKindAt]), flags,
                     parts, key_bytes)) {
    return false;
  }
  record->key = rest.substr(0, key_bytes);
  record->value = absl::string_view();
  record->extra = rest.substr(key_bytes, extra_bytes);
  *payload = rest.substr(key_bytes + extra_bytes);
  return true;
}

}  // namespace rundlet

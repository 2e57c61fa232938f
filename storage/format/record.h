// Records: one version of one key as bytes (FORMAT.md section 3.3).

#ifndef RUNDLET_STORAGE_FORMAT_RECORD_H_
#define RUNDLET_STORAGE_FORMAT_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/compression.h"
#include "storage/entry.h"

namespace rundlet {

enum class RecordType : uint8_t { kPut = 1, kDelete = 2, kReceipt = 3 };

constexpr size_t kRecordHeaderBytes = 64;

// A record; the strings point into memory of somebody else. The value is what
// is stored: what was put, or that compressed (compression/value_codec.h).
struct Record {
  RecordType type = RecordType::kPut;
  ValueKind kind = ValueKind::kText;             // of a put; ignored otherwise
  Compression compression = Compression::kNone;  // of the value, as stored
  bool ends_transaction = true;
  bool expired = false;  // a delete: because the key had expired
  Revision revision = 0;
  Revision create_revision = 0;
  uint64_t version = 0;
  int64_t created_us = 0;
  int64_t modified_us = 0;
  int64_t expiry_us = 0;  // 0: never
  absl::string_view key;
  absl::string_view value;
  absl::string_view extra;

  size_t EncodedBytes() const {
    return kRecordHeaderBytes + key.size() + value.size() + extra.size();
  }
};

// Writes the record as it stands at the place that `seed` names (PlaceSeed) to
// the EncodedBytes() from `out` on.
void EncodeRecord(const Record& record, uint32_t seed, char* out);
void AppendRecord(const Record& record, uint32_t seed, std::string* out);

// The length of the record whose first kRecordHeaderBytes are `header`, which
// is not verified: good for asking for more bytes, no more.
size_t PeekRecordBytes(absl::string_view header);

// Whether bytes of at least a header could begin a record of this version: a
// quick look, for finding records behind damage.
bool LooksLikeRecord(absl::string_view bytes);

// What bytes that look like a record say of themselves; nothing is verified.
struct ClaimedRecord {
  absl::string_view key;  // empty if the bytes end before its end
  Revision revision = 0;
};
ClaimedRecord PeekRecord(absl::string_view bytes);

// Decodes and verifies the record at the start of `bytes`; what it returns
// points into `bytes`. DATA_LOSS: the bytes end early, fail the checksum, or
// are no record of this version; the message says which.
absl::StatusOr<Record> DecodeRecord(absl::string_view bytes, uint32_t seed);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_FORMAT_RECORD_H_

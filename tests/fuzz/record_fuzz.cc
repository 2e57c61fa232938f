// Goal: no bytes make a decoder of the format crash or read behind their end,
// and what one takes, its encoder writes again.
// Method: every decoder on the same input, at a place that its first byte
// chooses: as it stands, and with its checksum made right, which no fuzzer
// guesses.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "storage/compression/value_codec.h"
#include "storage/format/checksum.h"
#include "storage/format/file_header.h"
#include "storage/format/file_names.h"
#include "storage/format/fixed_int.h"
#include "storage/format/group_header.h"
#include "storage/format/manifest_edit.h"
#include "storage/format/record.h"
#include "tests/support/reference_crc.h"

namespace rundlet {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

// A value comes out whole, of the length that its bytes say, or not at all.
void CheckValue(const Record& record) {
  static const auto* const kNoDictionaries = new Dictionaries();
  std::string value;
  const absl::Status decoded = DecodeValue(record, *kNoDictionaries, &value);
  if (!decoded.ok()) {
    Require(record.compression != Compression::kNone);
    Require(decoded.code() == absl::StatusCode::kDataLoss);
    return;
  }
  Require(PlainValueBytes(record).value_or(0) == value.size());
  Require(record.compression == Compression::kNone
              ? value == record.value
              : value.size() > record.value.size() &&
                    value.size() <= kCompressibleBytesMax);
}

void CheckRecord(absl::string_view bytes, uint32_t seed) {
  const auto record = DecodeRecord(bytes, seed);
  if (!record.ok()) {
    Require(record.status().code() == absl::StatusCode::kDataLoss);
    return;
  }
  CheckValue(*record);
  std::string again;
  AppendRecord(*record, seed, &again);
  Require(again.size() == record->EncodedBytes());
  // Whether extra holds a request is known by the byte before the numbers;
  // readers of version 1 pass over it, so it need not agree.
  std::string same(bytes.substr(0, again.size()));
  same[15] = again[15];
  FixCrc(seed, 0, same.size(), &same);
  Require(again == same);
}

void CheckGroupHeader(absl::string_view bytes, uint32_t seed) {
  const auto header = DecodeGroupHeader(bytes, seed);
  if (!header.ok()) return;
  std::string again(kGroupHeaderBytes, '\0');
  EncodeGroupHeader(*header, seed, &again[0]);
  Require(again == bytes.substr(0, kGroupHeaderBytes));
}

void CheckFileHeader(absl::string_view bytes) {
  const auto header = DecodeFileHeader(bytes);
  if (!header.ok()) return;
  Require(EncodeFileHeader(*header) == bytes.substr(0, kFileHeaderBytes));
}

void CheckEdit(absl::string_view payload) {
  const auto edit = DecodeManifestEdit(payload);
  if (!edit.ok()) return;
  // The order of operations is the encoder's, and of some the last one counts.
  const std::string bytes = EncodeManifestEdit(*edit);
  Require(bytes.size() <= payload.size());
  const auto again = DecodeManifestEdit(bytes);
  Require(again.ok() && EncodeManifestEdit(*again) == bytes);
}

void CheckEditCopy(absl::string_view bytes, uint32_t seed) {
  const auto copy = DecodeEditCopy(bytes, seed);
  if (!copy.ok()) return;
  CheckEdit(copy->payload);
  std::string again;
  AppendEditCopy(*copy, seed, &again);
  Require(again == bytes.substr(0, copy->EncodedBytes()));
}

void CheckName(absl::string_view name) {
  const auto segment = ParseSegmentName(name);
  if (segment.has_value()) Require(FormatSegmentName(*segment) == name);
}

void CheckAsItStands(absl::string_view bytes, uint32_t seed) {
  CheckRecord(bytes, seed);
  CheckGroupHeader(bytes, seed);
  CheckFileHeader(bytes);
  CheckEditCopy(bytes, seed);
  CheckEdit(bytes);
  CheckName(bytes);
}

void CheckWithRightChecksums(const std::string& bytes, uint32_t seed) {
  std::string fixed = bytes;
  if (bytes.size() >= kRecordHeaderBytes &&
      PeekRecordBytes(bytes) <= bytes.size()) {
    FixCrc(seed, 0, PeekRecordBytes(bytes), &fixed);
    CheckRecord(fixed, seed);
  }
  if (bytes.size() >= kGroupHeaderBytes) {
    fixed = bytes;
    FixCrc(seed, 0, kGroupHeaderBytes, &fixed);
    CheckGroupHeader(fixed, seed);
    fixed = bytes;
    EncodeFixed(ReferenceCrc(0, absl::string_view(fixed).substr(0, 44)),
                &fixed[44]);
    CheckFileHeader(fixed);
  }
  if (bytes.size() >= kEditHeaderBytes) {
    fixed = bytes;
    EncodeFixed(static_cast<uint32_t>(bytes.size() - kEditHeaderBytes),
                &fixed[4]);
    FixCrc(seed, 0, fixed.size(), &fixed);
    CheckEditCopy(fixed, seed);
  }
}

}  // namespace
}  // namespace rundlet

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const uint32_t seed = rundlet::PlaceSeed(0x12345678, uint64_t{data[0]} << 8);
  // On the heap at its exact size, so that a read behind it is seen.
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  rundlet::CheckAsItStands(bytes, seed);
  rundlet::CheckWithRightChecksums(bytes, seed);
  return 0;
}

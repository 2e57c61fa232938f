#include "storage/format/file_header.h"

#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "storage/format/checksum.h"
#include "storage/format/fixed_int.h"

namespace rundlet {
namespace {

constexpr absl::string_view kSegmentMagic = "RUNDSEG1";
constexpr absl::string_view kManifestMagic = "RUNDMAN1";
constexpr absl::string_view kHintMagic = "RUNDHNT1";
constexpr size_t kCrcAt = 44;
constexpr uint8_t kRecovered = 1;

// Empty: the kind is unknown.
absl::string_view MagicOf(FileKind kind) {
  switch (kind) {
    case FileKind::kManifest:
      return kManifestMagic;
    case FileKind::kLog:
    case FileKind::kBase:
      return kSegmentMagic;
    case FileKind::kHint:
    case FileKind::kCheckpoint:
      return kHintMagic;
  }
  return "";
}

// Whether what version 1 keeps at zero is zero.
bool RestIsZero(absl::string_view bytes) {
  const auto flags = static_cast<uint8_t>(bytes[13]);
  return (flags & ~kRecovered) == 0 && DecodeFixed<uint16_t>(&bytes[14]) == 0 &&
         DecodeFixed<uint32_t>(&bytes[40]) == 0;
}

}  // namespace

std::string EncodeFileHeader(const FileHeader& header) {
  std::string out(kFileHeaderBytes, '\0');
  const absl::string_view magic = MagicOf(header.kind);
  std::memcpy(&out[0], magic.data(), magic.size());
  EncodeFixed(kFormatVersion, &out[8]);
  out[12] = static_cast<char>(header.kind);
  out[13] = static_cast<char>(header.recovered ? kRecovered : 0);
  std::memcpy(&out[16], header.store_id.data(), kStoreIdBytes);
  EncodeFixed(header.segment_id, &out[32]);
  EncodeFixed(Crc32(0, absl::string_view(out).substr(0, kCrcAt)), &out[kCrcAt]);
  return out;
}

absl::StatusOr<FileHeader> DecodeFileHeader(absl::string_view bytes) {
  if (bytes.size() < kFileHeaderBytes) {
    return absl::DataLossError("the file header ends early");
  }
  const absl::string_view magic = bytes.substr(0, kSegmentMagic.size());
  if (magic != kSegmentMagic && magic != kManifestMagic &&
      magic != kHintMagic) {
    return absl::DataLossError("the file header has no magic");
  }
  if (DecodeFixed<uint32_t>(&bytes[kCrcAt]) !=
      Crc32(0, bytes.substr(0, kCrcAt))) {
    return absl::DataLossError("the file header fails its checksum");
  }
  const auto version = DecodeFixed<uint32_t>(&bytes[8]);
  if (version > kFormatVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("format version ", version, " is newer than ",
                     kFormatVersion, ", the newest that this build reads"));
  }
  FileHeader header;
  header.kind = static_cast<FileKind>(bytes[12]);
  header.recovered = bytes[13] == kRecovered;
  header.store_id = std::string(bytes.substr(16, kStoreIdBytes));
  header.segment_id = DecodeFixed<uint64_t>(&bytes[32]);
  if (magic != MagicOf(header.kind) || version == 0 || !RestIsZero(bytes)) {
    return absl::DataLossError("the file header has fields that do not agree");
  }
  return header;
}

}  // namespace rundlet

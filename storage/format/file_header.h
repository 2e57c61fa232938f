// The first bytes of each of our files (FORMAT.md 3.1, 5 and 8).

#ifndef RUNDLET_STORAGE_FORMAT_FILE_HEADER_H_
#define RUNDLET_STORAGE_FORMAT_FILE_HEADER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rundlet {

constexpr size_t kFileHeaderBytes = 48;
constexpr size_t kStoreIdBytes = 16;
constexpr uint32_t kFormatVersion = 1;

enum class FileKind : uint8_t {
  kManifest = 0,
  kLog = 1,
  kBase = 2,
  kHint = 3,
  kCheckpoint = 4,
};

struct FileHeader {
  FileKind kind = FileKind::kLog;
  bool recovered = false;  // a log segment made by recovery
  std::string store_id;    // kStoreIdBytes bytes
  uint64_t segment_id = 0;
};

std::string EncodeFileHeader(const FileHeader& header);

// DATA_LOSS: not such a header. FAILED_PRECONDITION: of a newer version.
absl::StatusOr<FileHeader> DecodeFileHeader(absl::string_view bytes);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_FORMAT_FILE_HEADER_H_

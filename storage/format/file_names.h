// The names of our files (FORMAT.md section 1).

#ifndef RUNDLET_STORAGE_FORMAT_FILE_NAMES_H_
#define RUNDLET_STORAGE_FORMAT_FILE_NAMES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "storage/format/file_header.h"

namespace rundlet {

constexpr char kLockName[] = "LOCK";
constexpr char kManifestName[] = "MANIFEST";
constexpr char kNewManifestName[] = "MANIFEST.new";
constexpr char kDeleteReserveName[] = "RESERVE.delete";
constexpr char kCompactionReserveName[] = "RESERVE.compaction";
constexpr char kCheckpointName[] = "CHECKPOINT";

struct SegmentName {
  uint64_t segment_id = 0;
  FileKind kind = FileKind::kLog;
};

std::string FormatSegmentName(SegmentName name);

// Empty if it is not the name of a segment.
std::optional<SegmentName> ParseSegmentName(absl::string_view name);

// The hint of a segment.
std::string FormatHintName(uint64_t segment_id);

// The id of its segment; empty if it is not the name of a hint.
std::optional<uint64_t> ParseHintName(absl::string_view name);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_FORMAT_FILE_NAMES_H_

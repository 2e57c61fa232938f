// MANIFEST edits as bytes (FORMAT.md section 5).

#ifndef RUNDLET_STORAGE_FORMAT_MANIFEST_EDIT_H_
#define RUNDLET_STORAGE_FORMAT_MANIFEST_EDIT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/entry.h"
#include "storage/format/file_header.h"

namespace rundlet {

struct SegmentSeal {
  uint64_t segment_id = 0;
  uint64_t bytes = 0;  // that count, the header included
  Revision revision_min = 0;
  Revision revision_max = 0;
  uint64_t record_count = 0;
};

struct AddedSegment {
  uint64_t segment_id = 0;
  FileKind kind = FileKind::kLog;
};

struct CleanStop {
  uint64_t active_id = 0;
  uint64_t synced_bytes = 0;
  Revision next_revision = 0;
};

// What zstd knows of values before it sees one (FORMAT.md section 3.5).
struct AddedDictionary {
  uint8_t id = 0;
  std::string bytes;
};

// What one edit says; an absent field says nothing.
struct ManifestEdit {
  std::vector<AddedSegment> added;
  std::vector<SegmentSeal> sealed;
  std::vector<uint64_t> removed;
  std::optional<Revision> revision_ceiling;
  std::optional<Revision> floor;
  std::optional<int64_t> time_us;
  std::optional<uint64_t> segment_id_max;
  std::optional<CleanStop> clean_stop;
  std::vector<std::string> ingested;
  std::vector<AddedDictionary> dictionaries;
};

// REQUIRES: labels and dictionaries have at most 65,535 bytes.
std::string EncodeManifestEdit(const ManifestEdit& edit);

// DATA_LOSS: an unknown operation or kind, or bytes that end early.
absl::StatusOr<ManifestEdit> DecodeManifestEdit(absl::string_view payload);

constexpr size_t kEditHeaderBytes = 17;

// One of an edit's two copies; the payload points into the bytes decoded.
struct EditCopy {
  uint64_t edit_number = 0;
  uint8_t copy = 0;
  absl::string_view payload;

  size_t EncodedBytes() const { return kEditHeaderBytes + payload.size(); }
};

void AppendEditCopy(const EditCopy& copy, uint32_t seed, std::string* out);

// DATA_LOSS: `bytes` does not begin with a copy that verifies.
absl::StatusOr<EditCopy> DecodeEditCopy(absl::string_view bytes, uint32_t seed);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_FORMAT_MANIFEST_EDIT_H_

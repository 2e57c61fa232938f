// The hint of a sealed segment: how it is made, and when it is believed
// (FORMAT.md section 8).

#ifndef RUNDLET_STORAGE_ENGINE_RECOVERY_SEGMENT_HINT_H_
#define RUNDLET_STORAGE_ENGINE_RECOVERY_SEGMENT_HINT_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/file/file_system.h"
#include "storage/format/file_header.h"
#include "storage/format/manifest_edit.h"
#include "storage/log/hint_file.h"

namespace rundlet {

HintFileName HintNameOf(const std::string& folder, const std::string& store_id,
                        uint64_t segment_id);

// Reads a sealed segment from one end to the other and writes its hint; returns
// the hint's bytes. DATA_LOSS: the segment is damaged. CANCELLED: `cancelled`
// said so; it is asked now and then. After an error there is no hint.
absl::StatusOr<uint64_t> WriteHint(FileSystem* file_system,
                                   const std::string& folder,
                                   const std::string& store_id, FileKind kind,
                                   const SegmentSeal& seal,
                                   absl::FunctionRef<bool()> cancelled);

// The hint of the segment that was sealed so. NOT_FOUND: it has none.
// DATA_LOSS: it is damaged, or is that of other bytes.
absl::StatusOr<std::unique_ptr<HintReader>> OpenHint(
    FileSystem* file_system, const std::string& folder,
    const std::string& store_id, const SegmentSeal& seal);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_RECOVERY_SEGMENT_HINT_H_

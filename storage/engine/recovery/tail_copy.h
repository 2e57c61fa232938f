// Copying the surviving tail of an active segment to a new one (FORMAT.md
// section 6, case 3).

#ifndef RUNDLET_STORAGE_ENGINE_RECOVERY_TAIL_COPY_H_
#define RUNDLET_STORAGE_ENGINE_RECOVERY_TAIL_COPY_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "storage/file/file_system.h"
#include "storage/format/manifest_edit.h"
#include "storage/log/segment.h"

namespace rundlet {

struct CopiedTail {
  std::shared_ptr<Segment> segment;  // flagged recovered, synced, not listed
  SegmentSeal seal;
};

// Copies the transactions of [from, to) of `source` to a new log segment.
absl::StatusOr<CopiedTail> CopyTail(FileSystem* file_system,
                                    const std::string& folder,
                                    const std::string& store_id,
                                    const Segment& source, uint64_t from,
                                    uint64_t to, uint64_t new_segment_id);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_RECOVERY_TAIL_COPY_H_

// The checkpoint of the index: what a clean stop leaves so that the next open
// reads one file instead of all segments (FORMAT.md section 8).

#ifndef RUNDLET_STORAGE_ENGINE_RECOVERY_INDEX_CHECKPOINT_H_
#define RUNDLET_STORAGE_ENGINE_RECOVERY_INDEX_CHECKPOINT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "storage/engine/requests/request_table.h"
#include "storage/file/file_system.h"
#include "storage/format/manifest_edit.h"
#include "storage/index/index.h"
#include "storage/log/manifest.h"

namespace rundlet {

std::string CheckpointPath(const std::string& folder);

// Writes what `index` holds, which nothing changes any more, and the requests
// that are remembered. `state` is that of the MANIFEST after the clean stop,
// `active` what the active segment holds. After an error there is no
// checkpoint.
absl::Status WriteCheckpoint(FileSystem* file_system, const std::string& folder,
                             const ManifestState& state,
                             const SegmentSeal& active, const Index& index,
                             absl::Span<const CommittedRequest> requests);

// Fills an empty index, appends the requests and returns what the active
// segment holds. NOT_FOUND: there is no checkpoint. DATA_LOSS: it is damaged,
// or is not that of this state; the index is then as it was, or holds part of
// what the segments say, and so do the requests.
absl::StatusOr<SegmentSeal> LoadCheckpoint(
    FileSystem* file_system, const std::string& folder,
    const ManifestState& state, Index* index,
    std::vector<CommittedRequest>* requests);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_RECOVERY_INDEX_CHECKPOINT_H_

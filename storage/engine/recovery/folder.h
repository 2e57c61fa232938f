// Folder: what stands in a data folder beside what the MANIFEST lists.

#ifndef RUNDLET_STORAGE_ENGINE_RECOVERY_FOLDER_H_
#define RUNDLET_STORAGE_ENGINE_RECOVERY_FOLDER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/file/file_system.h"
#include "storage/log/manifest.h"
#include "storage/log/segment.h"

namespace rundlet {

// A store's folder that has no MANIFEST: refuses with DATA_LOSS if there has
// been one (FORMAT.md section 6, case 1), else makes the store.
absl::StatusOr<std::unique_ptr<Manifest>> MakeStore(FileSystem* file_system,
                                                    const std::string& folder,
                                                    const std::string& store_id,
                                                    int64_t time_us);

// The paths of our files that the MANIFEST does not list, and that may be
// removed: segments, hints of what is not sealed, and the checkpoint, which is
// good for one open only. DATA_LOSS: one of them shows that the MANIFEST has
// lost an edit (case 4).
absl::StatusOr<std::vector<std::string>> FindUnlisted(
    FileSystem* file_system, const std::string& folder,
    const ManifestState& state);

// Opens a listed segment. DATA_LOSS: it is missing, or shorter than sealed.
absl::StatusOr<std::shared_ptr<Segment>> OpenListed(
    FileSystem* file_system, const std::string& folder,
    const std::string& store_id, uint64_t segment_id,
    const ManifestState::SegmentState& listed);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_RECOVERY_FOLDER_H_

// Repair: what can be saved of a damaged store, into a new one.
//
// For a folder that Open refuses with DATA_LOSS and of which there is no
// backup. Explicit and offline: a store never repairs itself.

#ifndef RUNDLET_STORAGE_REPAIR_H_
#define RUNDLET_STORAGE_REPAIR_H_

#include <cstdint>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "storage/file/file_system.h"
#include "storage/repair_report.h"

namespace rundlet {

struct RepairRequest {
  std::string from;  // the damaged folder; nothing in it is changed
  std::string to;    // the new one: missing or empty
  uint64_t segment_bytes = uint64_t{256} << 20;  // of the new store

  // Not owned.
  FileSystem* file_system = FileSystem::Posix();
  // Of which the new store id is made. Empty: from the system.
  absl::AnyInvocable<uint64_t()> random;
};

// Reads every record of request.from that verifies, also where the MANIFEST is
// missing or damaged, and makes a new store of the newest version of each key.
// The new store has a store id of its own: tokens and bookmarks speak of a
// history that is no longer whole. Older versions and history are not kept.
//
// Without a good MANIFEST a file may be read that the store had replaced: then
// keys that were deleted long ago may come back. The report says so by
// manifest_error.
//
// NOT_FOUND: there is no segment in request.from. ALREADY_EXISTS: request.to is
// not empty. FAILED_PRECONDITION: another process holds one of the folders, or
// a newer version wrote it. After an error request.to is no store.
absl::StatusOr<RepairReport> RepairStore(RepairRequest request);

// What RepairStore would find in a folder; nothing is written. Its key_count
// and store_id stay empty. Errors alike.
absl::StatusOr<RepairReport> InspectStore(const std::string& folder,
                                          FileSystem* file_system);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_REPAIR_H_

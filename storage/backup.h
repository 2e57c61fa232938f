// Restore: a new store from a backup (Store::Backup).

#ifndef RUNDLET_STORAGE_BACKUP_H_
#define RUNDLET_STORAGE_BACKUP_H_

#include <cstdint>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "storage/entry.h"
#include "storage/file/file_system.h"

namespace rundlet {

struct RestoreRequest {
  std::string from;  // a backup; nothing in it is changed
  std::string to;    // the new store: missing or empty
  uint64_t segment_bytes = uint64_t{256} << 20;  // of the new store

  // Not owned.
  FileSystem* file_system = FileSystem::Posix();
  // Of which the new store id is made. Empty: from the system.
  absl::AnyInvocable<uint64_t()> random;
};

struct RestoreReport {
  std::string store_id;   // of the new store, 32 hexadecimal digits
  Revision revision = 0;  // that the backup is of
  uint64_t key_count = 0;
  uint64_t bytes = 0;  // of the new store
};

// Copies a backup to a new folder, every record verified and encoded anew under
// a store id of its own: tokens and bookmarks of the store that was backed up
// speak of revisions which the new one gives to other writes (L2).
//
// DATA_LOSS: something in the backup is damaged or missing; storage/repair.h is
// for that. FAILED_PRECONDITION: request.from is a store that was not stopped
// cleanly, or another process holds one of the folders. ALREADY_EXISTS:
// request.to is not empty. After an error request.to is no store.
absl::StatusOr<RestoreReport> RestoreBackup(RestoreRequest request);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_BACKUP_H_

// Backup: the store as of one revision, written into a folder that is a store
// of its own, beside reads and writes.

#ifndef RUNDLET_STORAGE_ENGINE_INTEGRITY_BACKUP_H_
#define RUNDLET_STORAGE_ENGINE_INTEGRITY_BACKUP_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/engine/engine_time.h"
#include "storage/engine/integrity/folder_writer.h"
#include "storage/engine/requests/request_table.h"
#include "storage/file/file_system.h"
#include "storage/index/index.h"
#include "storage/log/manifest.h"
#include "storage/log/segment_set.h"
#include "storage/stats.h"

namespace rundlet {

// One owner; Run is called once.
class Backup {
 public:
  struct Environment {
    FileSystem* file_system = nullptr;
    uint64_t segment_bytes = 0;
    const Manifest* manifest = nullptr;
    const SegmentSet* segments = nullptr;
    Index* index = nullptr;
    const EngineTime* time = nullptr;
    // Makes durable what the index leads to by now; never empty.
    std::function<absl::Status()> sync_log;
    const RequestTable* requests = nullptr;  // null: none are remembered
  };

  // Asked now and then; false ends the backup.
  using Proceed = absl::FunctionRef<bool(uint64_t bytes)>;

  explicit Backup(Environment environment)
      : environment_(std::move(environment)) {}

  // The newest revision is pinned while it is copied: what is written meanwhile
  // is not in the backup, what is compacted meanwhile is read where it is then.
  // CANCELLED: `proceed` said so. DATA_LOSS: a record is damaged; no backup is
  // made of what cannot be read. After an error the folder is no store, or a
  // whole one.
  absl::StatusOr<BackupReport> Run(const std::string& folder,
                                   const std::string& store_id,
                                   Proceed proceed);

 private:
  absl::Status CopyRequests(Revision at, FolderWriter& writer);
  absl::Status Copy(Revision at, FolderWriter& writer, Proceed proceed);
  absl::Status CopyVersion(const std::string& key, Version version, Revision at,
                           FolderWriter& writer);

  const Environment environment_;
  uint64_t request_count_ = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_INTEGRITY_BACKUP_H_

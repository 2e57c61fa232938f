// Recovery: from the files of a data folder to a store that can go on.

#ifndef RUNDLET_STORAGE_ENGINE_RECOVERY_RECOVERY_H_
#define RUNDLET_STORAGE_ENGINE_RECOVERY_RECOVERY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/engine/requests/request_table.h"
#include "storage/file/file_system.h"
#include "storage/index/index.h"
#include "storage/log/log_writer.h"
#include "storage/log/manifest.h"
#include "storage/log/segment_set.h"
#include "storage/options.h"

namespace rundlet {

struct RecoveredStore {
  std::unique_ptr<FileLock> lock;  // the last to be given up
  std::unique_ptr<Manifest> manifest;
  std::unique_ptr<LogWriter> writer;
  Revision next_revision = 1;
  uint64_t next_segment_id = 2;
  int64_t time_us = 0;  // engine time was at least this
  uint64_t record_count = 0;
  uint64_t cut_bytes = 0;  // of torn tail
  bool used_checkpoint = false;
  uint64_t hints_used = 0;
  uint64_t hints_rejected = 0;
  uint64_t segments_read = 0;              // whole, sealed ones
  std::vector<CommittedRequest> requests;  // of all that records carry
};

// Opens or makes the store of options.path as FORMAT.md section 6 says, and
// fills `segments` and `index`. After DATA_LOSS nothing has been changed.
absl::StatusOr<RecoveredStore> Recover(Options& options, SegmentSet* segments,
                                       Index* index);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_RECOVERY_RECOVERY_H_

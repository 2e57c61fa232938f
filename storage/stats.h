// What a store says about itself.

#ifndef RUNDLET_STORAGE_STATS_H_
#define RUNDLET_STORAGE_STATS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "storage/entry.h"

namespace rundlet {

// What a disk allows (engine/disk_guard.h).
enum class DiskState : uint8_t {
  kOk = 0,
  kLow = 1,   // writes are refused; deletes, expiry and compaction go on
  kFull = 2,  // the same, and deletes live on their reserve
};

struct DiskStats {
  DiskState state = DiskState::kOk;
  uint64_t free_bytes = 0;      // at the last look, reserves apart
  uint64_t free_bytes_min = 0;  // the mark below which writes are refused
  // Held now; 0 while they are in use.
  uint64_t delete_reserve_bytes = 0;
  uint64_t compaction_reserve_bytes = 0;
};

// What a store takes of memory, by part.
struct MemoryStats {
  uint64_t bytes_max = 0;   // the ceiling; 0: none
  uint64_t used_bytes = 0;  // the parts together, or the process, if more
  uint64_t index_bytes = 0;
  uint64_t cache_bytes = 0;
  uint64_t pending_bytes = 0;  // committed, not yet written
  uint64_t request_bytes = 0;  // remembered requests
  uint64_t process_bytes = 0;  // of the process; 0: not known
};

// What compression has done since open.
struct CompressionStats {
  uint64_t value_bytes = 0;       // of values, as they were put
  uint64_t stored_bytes = 0;      // the same, as they were written
  uint64_t dictionary_count = 0;  // that the store has learned, ever
};

struct StoreStats {
  // The six that BitPyStore has. Counters count from open.
  uint64_t keys_in_index = 0;
  uint64_t keys_in_cache = 0;
  uint64_t put_count = 0;        // puts and expiry changes
  uint64_t delete_count = 0;     // also of absent keys
  uint64_t file_size_bytes = 0;  // all segments
  std::optional<absl::Time> last_compaction_time;

  // What an operator needs beyond them.
  std::string store_id;  // 32 hexadecimal digits
  Revision visible_revision = 0;
  Revision durable_revision = 0;
  uint64_t commit_count = 0;
  uint64_t read_count = 0;
  uint64_t cache_hit_count = 0;
  uint64_t cache_miss_count = 0;
  uint64_t cache_bytes = 0;
  uint64_t expired_count = 0;  // keys removed by the sweeper
  uint64_t write_count = 0;    // commit groups written
  uint64_t sync_count = 0;     // fdatasync calls on the log
  uint64_t pending_bytes = 0;  // committed, not yet written
  uint64_t log_segment_count = 0;
  uint64_t base_segment_count = 0;
  uint64_t live_bytes = 0;   // of records that the index points to
  uint64_t index_bytes = 0;  // estimated
  uint64_t page_lease_count = 0;
  uint64_t compaction_count = 0;
  Revision floor_revision = 0;  // the oldest that a watch may start from
  uint64_t snapshot_count = 0;
  uint64_t watch_count = 0;
  uint64_t watch_lag_bytes = 0;       // of the watch that is behind most
  uint64_t watch_lag_changes = 0;     // alike
  uint64_t verify_count = 0;          // asked for or by the scrub, and finished
  uint64_t damaged_record_count = 0;  // that the last of them has found
  std::optional<absl::Time> last_verify_time;
  uint64_t request_count = 0;  // under way or remembered
  DiskStats disk;
  uint64_t hint_count = 0;  // sealed segments that have a hint
  uint64_t hint_bytes = 0;  // that were written since open
  MemoryStats memory;
  CompressionStats compression;  // zero, but for dictionaries, where it is off
  // What recovery found at open.
  bool recovery_used_checkpoint = false;
  uint64_t recovery_hints_used = 0;
  uint64_t recovery_hints_rejected = 0;  // damaged, or of other bytes
  uint64_t recovery_segments_read = 0;   // whole, for want of a hint
  absl::Duration recovery_duration;
  uint64_t recovered_record_count = 0;
  uint64_t recovery_cut_bytes =
      0;  // of torn tail, never acknowledged as synced
};

struct CompactionReport {
  uint64_t segments_before = 0;  // that were rewritten
  uint64_t segments_after = 0;   // that replaced them
  uint64_t bytes_before = 0;
  uint64_t bytes_after = 0;
  uint64_t records_kept = 0;
  uint64_t records_dropped = 0;
  absl::Duration duration;
};

struct BackupReport {
  Revision revision = 0;  // that the backup is of
  uint64_t key_count = 0;
  uint64_t segment_count = 0;
  uint64_t bytes = 0;
  absl::Duration duration;
};

struct IngestReport {
  uint64_t entry_count = 0;
  Revision first_revision = 0;
  Revision last_revision = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_STATS_H_

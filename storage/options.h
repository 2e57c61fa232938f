// How a store on a data folder comes to be: every choice, with its default.

#ifndef RUNDLET_STORAGE_OPTIONS_H_
#define RUNDLET_STORAGE_OPTIONS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/compression.h"
#include "storage/file/clock.h"
#include "storage/file/file_system.h"
#include "storage/limits.h"
#include "storage/transaction.h"

namespace rundlet {

struct Options {
  // The data folder; it is made if it is missing. One process at a time.
  std::string path;

  // What kDefault means for a write. Never kDefault itself.
  Durability durability = Durability::kDisk;

  // A log or base segment is sealed when the next record would make it larger.
  // Smaller: finer compaction, more files. 4 KiB (tests: 256 B) to 4 GiB.
  uint64_t segment_bytes = uint64_t{256} << 20;

  // How values are stored that are put or compacted from now on. One of less
  // than 64 bytes, or that would not become shorter by an eighth, is stored
  // plain; what has been written is read whatever stands here.
  Compression compression = Compression::kNone;

  // With kZstd: how many bytes of values a dictionary is learned from, which
  // makes short ones much shorter. 0: none is learned.
  uint64_t dictionary_sample_bytes = uint64_t{1} << 20;

  // The cache of records, by least recent use: at most this many entries and
  // bytes. 0 entries turn it off.
  uint64_t cache_entries = 1000;
  uint64_t cache_bytes = uint64_t{64} << 20;

  // Whether records are read through mappings of their segments, which costs no
  // system call; a disk that fails to give a byte then ends the process. Off:
  // they are read by pread, and the failure is that read's error.
  bool use_mapping = true;

  // How long a write below kDisk may wait for its sync (the loss window of P2).
  absl::Duration sync_interval = absl::Milliseconds(100);

  // Zeros that are written ahead of the log's end where commits wait for the
  // disk: a sync is cheaper that need not make the file longer. 0: none are.
  uint64_t log_ahead_bytes = uint64_t{256} << 10;

  // How soon after its time an expired key is deleted; reads hide it at once.
  absl::Duration sweep_interval = absl::Milliseconds(50);

  // The store compacts by itself, in steps, when less than this part of its
  // bytes is live and at least so many bytes are dead. A ratio of 0 turns that
  // off, and all that follows; 1 is the highest.
  double compaction_live_ratio = 0.5;
  uint64_t compaction_dead_bytes = uint64_t{256} << 20;

  // It does so, too, when so many bytes of records whose expiry has passed
  // stand in segments that are a quarter dead; hints say so. 0: not for that.
  uint64_t compaction_expired_bytes = uint64_t{256} << 20;

  // And when a segment was sealed so long ago, or opened, and a sixteenth of it
  // is dead. Zero: not for that.
  absl::Duration compaction_age = absl::ZeroDuration();

  // And when there are so many more segments than the live bytes would fill,
  // as crashes leave them. 0: not for that.
  uint64_t compaction_spare_segments = 64;

  // What one step copies at most, unless its only segment has more: less needs
  // less room, and takes more steps. At least 1.
  uint64_t compaction_step_bytes = uint64_t{256} << 20;

  // How often the store looks whether a step is due; above zero.
  absl::Duration compaction_interval = absl::Seconds(1);

  // A compaction that the store has started goes at a pace which follows the
  // writes and gives way when syncs slow down, and never above this; 0: there
  // is no limit. One that is asked for goes as fast as it can.
  uint64_t compaction_bytes_per_second = 0;

  // A watch may start from any change of so long ago that is among the newest
  // so many bytes of the log: compaction leaves the segments alone that hold
  // them. Zero, either: none are kept for watches to come.
  absl::Duration history_window;
  uint64_t history_bytes = uint64_t{256} << 20;

  // What Verify and the scrub read at most; 0: as fast as it goes.
  uint64_t verify_bytes_per_second = uint64_t{64} << 20;

  // The scrub reads all that is on the disk once in this time, in the
  // background, and tells what is damaged. Zero turns it off.
  absl::Duration scrub_interval = absl::ZeroDuration();

  // The memory that the store may take, at most. Beyond it writes are refused
  // with RESOURCE_EXHAUSTED; reads and deletes go on (P11). 0: no ceiling.
  uint64_t memory_bytes_max = 0;

  // What the whole process takes, which the ceiling counts if it is more than
  // the store knows of. Called from any thread. Empty: only the store counts.
  std::function<uint64_t()> process_bytes;

  // Exactly once: how long the outcome of a request with an id is remembered
  // after its commit, in engine time and across restarts; and how many are,
  // beyond which new ids are refused.
  absl::Duration request_window = absl::Minutes(10);
  uint64_t requests_max = 1'000'000;

  // A full disk (P11). With fewer free bytes than this, writes are refused with
  // RESOURCE_EXHAUSTED; deletes, expiry and compaction go on. At most a 16th of
  // the room that the store has, free or its own. 0: no such mark.
  uint64_t disk_free_bytes_min = uint64_t{64} << 20;

  // Room kept back in files of their own: for deletes and expiry, at most a
  // 32nd of that room; and for the output of a compaction, at most an 8th.
  // Empty: a segment and 1 MiB for the MANIFEST. 0: none.
  uint64_t delete_reserve_bytes = uint64_t{4} << 20;
  std::optional<uint64_t> compaction_reserve_bytes;

  // How often the store looks how much is free.
  absl::Duration disk_interval = absl::Milliseconds(100);

  // Whether each sealed segment gets a hint and a clean stop leaves a
  // checkpoint, so that the next open need not read the records. They are only
  // ever a shortcut.
  bool write_hints = true;

  // Reads and verifies every record at open, hints and checkpoint or not: then
  // damage is found at once, not by the first read of what it has hit.
  bool verify_on_open = false;

  // How many segments are loaded at a time at open. 0: as many as there are
  // processors, at most 16.
  uint32_t open_threads = 0;

  // Revisions reserved at a time in the MANIFEST (L2). An unclean stop skips
  // the rest of a block.
  uint64_t revision_block = uint64_t{1} << 20;

  // The MANIFEST is rewritten when it has so many bytes, and twice what its
  // state takes.
  uint64_t manifest_bytes = uint64_t{1} << 20;

  Limits limits;

  // Not owned; must outlive the store.
  FileSystem* file_system = FileSystem::Posix();
  const Clock* clock = Clock::System();

  // Randomness, of which only the store id is made. Empty: from the system.
  absl::AnyInvocable<uint64_t()> random;

  // Called once, from a thread of the store, when the store can no longer keep
  // its promises (a failed sync, P7). The process should end non-zero; until
  // then every write is refused. Empty: the store only refuses.
  absl::AnyInvocable<void(absl::Status)> on_fatal;

  // Called for what an operator should read in the log: recovery, cuts,
  // compaction. From any thread of the store. Empty: nothing is said.
  absl::AnyInvocable<void(absl::string_view line)> on_event;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_OPTIONS_H_

// ActiveLog: the end of the log, where commits are written; and the two things
// that have to be in the MANIFEST before that may go on: the next segment, and
// the next block of revisions.

#ifndef RUNDLET_STORAGE_ENGINE_COMMIT_ACTIVE_LOG_H_
#define RUNDLET_STORAGE_ENGINE_COMMIT_ACTIVE_LOG_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "storage/engine/watch/log_chain.h"
#include "storage/file/file_system.h"
#include "storage/format/location.h"
#include "storage/format/record.h"
#include "storage/log/log_writer.h"
#include "storage/log/manifest.h"
#include "storage/log/segment_set.h"

namespace rundlet {

// One caller at a time, the writer. End, Sync and SetSynced may run beside
// Write; NextSegmentId and broken beside all.
//
// P7: once a sync has failed, or a failed write could not be cut off, broken()
// says so and nothing more may be acknowledged. Any other error has changed
// nothing, and the call may be repeated.
class ActiveLog {
 public:
  struct Settings {
    FileSystem* file_system = nullptr;
    std::string folder;
    std::string store_id;
    uint64_t segment_bytes = 0;
    uint64_t revision_block = 0;
    LogChain* chain = nullptr;  // told what is synced; null: nobody is
    uint64_t ahead_bytes = 0;   // Options::log_ahead_bytes
  };

  // What is synced: a segment and how much of it.
  struct Mark {
    std::shared_ptr<Segment> segment;
    uint64_t bytes = 0;
  };

  // `writer` stands at the end of the active segment, all of it synced.
  ActiveLog(Settings settings, Manifest* manifest, SegmentSet* segments,
            std::unique_ptr<LogWriter> writer, uint64_t next_segment_id);

  // The bytes of records that one group should hold at most.
  uint64_t group_bytes_max() const;

  // Whether a group of so many bytes of records belongs into a new segment.
  bool NeedsRoll(uint64_t records_bytes) const;

  // Seals the active segment and starts the next one; nothing, if it is empty.
  absl::Status Roll(int64_t time_us);

  absl::Status Write(absl::Span<const Record> records, int64_t time_us,
                     std::vector<Location>* locations);
  // The bytes of the record at `location`, which the last Write wrote.
  absl::string_view Written(const Location& location) const;
  // Cuts off what a failed Write left; it has to be called before the next.
  absl::Status Repair();

  // Whether Extend would make the syncs to come cheaper: the zeros ahead of the
  // end are used up, and it is little that waits for a sync at a time.
  bool NeedsExtending() const;
  // Writes zeros ahead of the end. A shortcut for syncs alone: where it cannot,
  // the log is what it was, and it is not tried again in this segment.
  void Extend();

  // By how many bytes the active segment's file has grown since the last call.
  uint64_t TakeGrowth();

  // Where the log ends now, for Sync.
  Mark End() const;
  absl::Status Sync(const Mark& mark);
  // The mark has been synced: the groups to come may say so.
  void SetSynced(const Mark& mark);

  // Raises the revision ceiling by one block above `revision`.
  absl::Status ReserveRevisions(Revision revision);
  // Somebody else's MANIFEST edit has raised it.
  void set_revision_ceiling(Revision ceiling) { revision_ceiling_ = ceiling; }
  Revision revision_ceiling() const { return revision_ceiling_; }
  uint64_t revision_block() const { return settings_.revision_block; }

  // Trims the log, all of which is synced, and says in the MANIFEST that
  // nothing is to come.
  absl::Status StopCleanly(Revision next_revision, int64_t time_us);

  // What the MANIFEST would say if the active segment were sealed now.
  SegmentSeal ActiveSeal() const { return writer_->Seal(); }

  uint64_t NextSegmentId() { return next_segment_id_.fetch_add(1); }
  bool broken() const { return broken_.load(); }

 private:
  // What the active segment can still take.
  uint64_t Room() const;
  // Ends the active segment's file where its groups end.
  absl::Status TrimAndSync();
  absl::Status AppendEdit(const ManifestEdit& edit);
  absl::Status Broken(const absl::Status& status, absl::string_view what);

  const Settings settings_;
  Manifest* const manifest_;
  SegmentSet* const segments_;
  std::unique_ptr<LogWriter> writer_;
  std::atomic<uint64_t> synced_bytes_;  // of the active segment
  std::atomic<Revision> newest_written_{0};
  bool extendable_ = true;  // the active segment
  uint64_t counted_bytes_;  // of its file, by TakeGrowth
  Revision revision_ceiling_;
  std::atomic<uint64_t> next_segment_id_;
  std::atomic<bool> broken_{false};
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMMIT_ACTIVE_LOG_H_

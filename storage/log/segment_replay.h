// Reading a segment from one end to the other: replay of what must be good, and
// the inspection of an active segment's tail, where it is found out what is.

#ifndef RUNDLET_STORAGE_LOG_SEGMENT_REPLAY_H_
#define RUNDLET_STORAGE_LOG_SEGMENT_REPLAY_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/format/location.h"
#include "storage/format/record.h"
#include "storage/log/file_window.h"
#include "storage/log/segment.h"

namespace rundlet {

// Gets one record, valid during the call; another status than OK ends a replay.
using RecordVisitor = absl::FunctionRef<absl::Status(const Record& record,
                                                     const Location& location)>;

// Visits the records of [from, to) in order, all verified. `from` is the end of
// the file header or the start of a group (log) or record (base), `to` the end
// of a transaction. DATA_LOSS names the offset of the first bad byte.
absl::Status ReplaySegment(const Segment& segment, uint64_t from, uint64_t to,
                           RecordVisitor visit);

// Visits the records of the group at `offset` of a log segment, all verified;
// those of one that ends below revision `from` are passed over unread. Returns
// the group's end, which is not behind the window's. DATA_LOSS: as above.
absl::StatusOr<uint64_t> ReplayGroup(const Segment& segment, FileWindow& window,
                                     uint64_t offset, Revision from,
                                     RecordVisitor visit);

// What an active segment holds (FORMAT.md section 6, case 3).
struct Tail {
  uint64_t mark = 0;          // up to here it was synced: the start of a group
  uint64_t end = 0;           // the end of the last whole transaction; >= mark
  uint64_t torn_end = 0;      // what is behind `end` up to here is torn; >= end
  int64_t time_us = 0;        // the highest time of its groups
  Revision revision_max = 0;  // of the records before `end`
};

// Finds mark and end. `synced_bytes` is what the MANIFEST knows to be synced
// (0: nothing). DATA_LOSS: something below the mark is damaged.
absl::StatusOr<Tail> InspectTail(const Segment& segment, uint64_t synced_bytes);

// The file's end without the zeros that it ends with, but not before `from`.
absl::StatusOr<uint64_t> WrittenEnd(const Segment& segment, uint64_t from);

// Whether the file holds a group header that verifies, anywhere.
absl::StatusOr<bool> HoldsGroup(const Segment& segment);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LOG_SEGMENT_REPLAY_H_

// Walking a segment past its damage: each record that verifies, and each
// stretch of bytes in which none does. Where a replay (segment_replay.h) ends
// with an error, a walk goes on behind it.

#ifndef RUNDLET_STORAGE_LOG_SEGMENT_WALK_H_
#define RUNDLET_STORAGE_LOG_SEGMENT_WALK_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "storage/format/group_header.h"
#include "storage/format/location.h"
#include "storage/format/record.h"
#include "storage/log/segment.h"

namespace rundlet {

struct SegmentDamage {
  uint64_t offset = 0;
  uint64_t bytes = 0;  // up to what verifies again, or to the end
  std::string what;
  // What the bytes say of themselves, if they look like one record; nothing
  // vouches for it. An empty key: they do not.
  std::string claimed_key;
  Revision claimed_revision = 0;
};

// Called in the order of the bytes; views are valid during the call. Another
// status than OK ends the walk.
class SegmentVisitor {
 public:
  virtual ~SegmentVisitor() = default;

  // The header of a group (of a log segment), before its records.
  virtual absl::Status OnGroup(const GroupHeader& header, uint64_t offset) = 0;
  virtual absl::Status OnRecord(const Record& record,
                                const Location& location) = 0;
  virtual absl::Status OnDamage(const SegmentDamage& damage) = 0;
};

// Visits all of [end of the file header, to). Bytes that cannot be read, and
// those that a file lacks, are damage like any other. Returns what the visitor
// returned.
absl::Status WalkSegment(const Segment& segment, uint64_t to,
                         SegmentVisitor& visitor);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LOG_SEGMENT_WALK_H_

// What a compaction would do now, and why (Store::ExplainCompaction).

#ifndef RUNDLET_STORAGE_COMPACTION_PLAN_H_
#define RUNDLET_STORAGE_COMPACTION_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace rundlet {

// What makes the store compact by itself.
enum class CompactionTrigger : uint8_t {
  kNone = 0,
  kLiveRatio = 1,     // too little of the bytes is live
  kDiskLow = 2,       // the disk is low on room
  kExpiredBytes = 3,  // too much has expired
  kAge = 4,           // something has been dead for long
  kSegmentCount = 5,  // there are too many small segments
};

struct CompactionPlan {
  struct Input {
    uint64_t segment_id = 0;
    std::string path;
    uint64_t bytes = 0;
    uint64_t live_bytes = 0;    // of records that somebody may still read
    uint64_t record_count = 0;  // 0: it is not sealed yet
    uint64_t live_record_count = 0;
    // Not live, but copied: deletes that hide older records elsewhere, and
    // requests that are remembered.
    uint64_t kept_bytes = 0;
    uint64_t expired_bytes = 0;  // of records whose expiry has passed
    absl::Duration age;          // since it was sealed, or since open
  };

  // Why the store would start it by itself; kNone and empty: it would not now,
  // and the plan is that of a Compact that somebody asks for.
  CompactionTrigger trigger = CompactionTrigger::kNone;
  std::string reason;
  // Whether it takes all that it may take and leaves it in the order of its
  // keys. Else it is one step, which takes the segments that give the most for
  // the least copying, and keeps what is old apart from what is new.
  bool takes_everything = true;
  std::vector<Input> inputs;  // by segment id; empty: there is nothing to do
  // Sealed segments that stay as they are because they are in the history
  // window, or hold commits that are not published yet.
  uint64_t segments_kept = 0;
  uint64_t bytes_before = 0;
  uint64_t bytes_to_copy = 0;    // estimated
  uint64_t bytes_after = 0;      // estimated
  uint64_t bytes_to_gain = 0;    // estimated
  uint64_t available_bytes = 0;  // on the disk; bytes_after have to fit
  // By the rate of the last compaction; empty: there has been none.
  std::optional<absl::Duration> estimated_duration;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_COMPACTION_PLAN_H_

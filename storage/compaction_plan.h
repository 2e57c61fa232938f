// What a compaction would do now, and why (Store::ExplainCompaction).

#ifndef RUNDLET_STORAGE_COMPACTION_PLAN_H_
#define RUNDLET_STORAGE_COMPACTION_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace rundlet {

struct CompactionPlan {
  struct Input {
    uint64_t segment_id = 0;
    std::string path;
    uint64_t bytes = 0;
    uint64_t live_bytes = 0;  // of records that somebody may still read
    uint64_t record_count = 0;
    uint64_t live_record_count = 0;
  };

  // Why the store would start it by itself; empty: it would not now.
  std::string reason;
  std::vector<Input> inputs;  // by segment id; empty: there is nothing to do
  // Sealed segments that stay as they are because they are in the history
  // window, or hold commits that are not published yet.
  uint64_t segments_kept = 0;
  uint64_t bytes_before = 0;
  uint64_t bytes_after = 0;      // estimated
  uint64_t bytes_to_gain = 0;    // estimated
  uint64_t available_bytes = 0;  // on the disk; bytes_after have to fit
  // By the rate of the last compaction; empty: there has been none.
  std::optional<absl::Duration> estimated_duration;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_COMPACTION_PLAN_H_

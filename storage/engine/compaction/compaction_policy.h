// CompactionPolicy: when a compaction is worth its work. Pure.

#ifndef RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_POLICY_H_
#define RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_POLICY_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace rundlet {

class CompactionPolicy {
 public:
  struct Settings {
    // Due when less than this part of all bytes is live; 0: never.
    double live_ratio_min = 0;
    // But not for less than so many dead bytes.
    uint64_t dead_bytes_min = 0;
    // Due, too, when there are so many more segments than the live bytes fill.
    uint64_t spare_segments_max = 0;
    uint64_t segment_bytes = 1;
    // Due, too, when the last one is so long ago and at least a sixteenth of
    // the bytes is dead; zero: never for that.
    absl::Duration age_max = absl::ZeroDuration();
  };

  struct Figures {
    uint64_t file_bytes = 0;  // of all segments
    uint64_t live_bytes = 0;  // of the records that the index holds
    uint64_t segment_count = 0;
    // What the last compaction left: large records do not fill segments.
    uint64_t segments_needed = 0;
    bool disk_is_low = false;  // then less has to be dead
    // Since the last compaction, or since the store was opened.
    absl::Duration age = absl::ZeroDuration();
  };

  explicit CompactionPolicy(const Settings& settings) : settings_(settings) {}

  // One that is never due.
  static CompactionPolicy Off() { return CompactionPolicy(Settings()); }

  bool is_on() const { return settings_.live_ratio_min > 0; }

  // Why a compaction is due; empty: it is not.
  std::string Reason(const Figures& figures) const;

 private:
  Settings settings_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_POLICY_H_

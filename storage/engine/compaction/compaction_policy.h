// CompactionPolicy: when a compaction is worth its work, and of which segments.
// Pure.

#ifndef RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_POLICY_H_
#define RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_POLICY_H_

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "storage/compaction_plan.h"

namespace rundlet {

// A segment that a compaction may take.
struct SegmentFigures {
  uint64_t segment_id = 0;
  bool is_active = false;  // it has to be sealed first
  uint64_t bytes = 0;
  uint64_t live_bytes = 0;
  uint64_t record_count = 0;  // 0 of the active one
  uint64_t live_record_count = 0;
  // Not live, but copied: deletes that hide what stands in other segments,
  // which are dropped if those are inputs, too; requests that are remembered.
  uint64_t delete_bytes = 0;
  uint64_t request_bytes = 0;
  uint64_t expired_bytes = 0;
  absl::Duration age;

  // What taking it alone copies, at most all of it, and what that frees.
  uint64_t bytes_to_copy() const;
  uint64_t dead_bytes() const { return bytes - bytes_to_copy(); }
};

class CompactionPolicy {
 public:
  struct Settings {
    // Due when less than this part of all bytes is live; 0: never, and not for
    // any other reason.
    double live_ratio_min = 0;
    // But not for less than so many dead bytes.
    uint64_t dead_bytes_min = 0;
    // Due, too, when there are so many more segments than the live bytes fill;
    // 0: never for that.
    uint64_t spare_segments_max = 0;
    uint64_t segment_bytes = 1;
    // Due, too, when a sixteenth of a segment that is so old is dead; zero:
    // never for that.
    absl::Duration age_max = absl::ZeroDuration();
    // Due, too, when so many bytes have expired in segments that are a quarter
    // dead; 0: never for that.
    uint64_t expired_bytes_min = 0;
    // What a step copies at most, unless its only segment has more.
    uint64_t step_bytes = std::numeric_limits<uint64_t>::max();
  };

  // What is known without looking at each key.
  struct Totals {
    uint64_t file_bytes = 0;  // of all segments that may be taken
    uint64_t kept_bytes = 0;  // of those that may not
    uint64_t live_bytes = 0;  // of both
    uint64_t segment_count = 0;
    uint64_t expired_bytes = 0;
    absl::Duration oldest_age;
    bool disk_is_low = false;
  };

  struct Figures {
    std::vector<SegmentFigures> segments;  // by id
    bool disk_is_low = false;              // then less has to be dead
    uint64_t room_bytes = std::numeric_limits<uint64_t>::max();  // to copy into
  };

  struct Choice {
    CompactionTrigger trigger = CompactionTrigger::kNone;
    std::string reason;  // empty with kNone
    bool takes_everything = false;
    std::vector<uint64_t> segment_ids;  // ascending; none with kNone
    bool takes_active = false;
    uint64_t bytes = 0;
    uint64_t bytes_to_copy = 0;
  };

  explicit CompactionPolicy(const Settings& settings) : settings_(settings) {}

  // One that is never due.
  static CompactionPolicy Off() { return CompactionPolicy(Settings()); }

  bool is_on() const { return settings_.live_ratio_min > 0; }
  const Settings& settings() const { return settings_; }

  // False: Choose would choose nothing, so that nobody need look at each key.
  bool MayBeDue(const Totals& totals) const;

  // What to compact now: the segments that free the most for the least copying
  // first, as many as fit a step and the disk. A choice of nothing: it is not
  // due, or would not help.
  Choice Choose(const Figures& figures) const;

 private:
  using Filter = absl::FunctionRef<bool(const SegmentFigures& segment)>;

  Choice ChooseForRatio(const Figures& figures) const;
  Choice ChooseForLowDisk(const Figures& figures) const;
  Choice ChooseExpired(const Figures& figures) const;
  Choice ChooseAged(const Figures& figures) const;
  Choice ChooseSmall(const Figures& figures) const;
  // Of those that pass.
  Choice Best(const Figures& figures, CompactionTrigger trigger,
              Filter passes) const;
  Choice Everything(const Figures& figures, CompactionTrigger trigger) const;

  Settings settings_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_POLICY_H_

#include "storage/engine/compaction/compaction_policy.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace rundlet {
namespace {

// Without room, a compaction is worth its work when it frees a 16th.
constexpr uint64_t kLowDiskDeadShare = 16;
// Of what has been dead for long this part is worth a compaction.
constexpr uint64_t kAgedDeadShare = 16;

}  // namespace

std::string CompactionPolicy::Reason(const Figures& figures) const {
  if (!is_on()) return "";
  const uint64_t live = std::min(figures.live_bytes, figures.file_bytes);
  const uint64_t dead = figures.file_bytes - live;
  const double live_min =
      settings_.live_ratio_min * static_cast<double>(figures.file_bytes);
  if (dead >= settings_.dead_bytes_min &&
      static_cast<double>(live) < live_min) {
    return absl::StrCat(dead, " of ", figures.file_bytes, " bytes are dead");
  }
  if (figures.disk_is_low && dead > figures.file_bytes / kLowDiskDeadShare) {
    return absl::StrCat("the disk is low on room, ", dead, " of ",
                        figures.file_bytes, " bytes are dead");
  }
  if (settings_.age_max > absl::ZeroDuration() &&
      figures.age >= settings_.age_max &&
      dead >= figures.file_bytes / kAgedDeadShare && dead > 0) {
    return absl::StrCat(dead, " of ", figures.file_bytes,
                        " bytes are dead, and the last compaction is ",
                        absl::FormatDuration(figures.age), " ago");
  }
  const uint64_t filled =
      std::max(live / settings_.segment_bytes + 1, figures.segments_needed);
  if (figures.segment_count > filled + settings_.spare_segments_max) {
    return absl::StrCat(figures.segment_count,
                        " segments hold what would fill ", filled);
  }
  return "";
}

}  // namespace rundlet

#include "storage/engine/compaction/compaction_policy.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "storage/format/file_header.h"

namespace rundlet {
namespace {

using Choice = CompactionPolicy::Choice;
using Figures = CompactionPolicy::Figures;

// The part of a segment that has to be dead: without room, or if it is old.
constexpr uint64_t kSmallDeadShare = 16;
// The same, to be taken for what has expired.
constexpr uint64_t kExpiredDeadShare = 4;
// A segment is small with this part of what it may have. Of so many of them the
// outputs are fewer, whatever their records' sizes and temperatures.
constexpr uint64_t kSmallPart = 4;
constexpr size_t kSmallSegmentsMin = 8;

struct Sum {
  uint64_t bytes = 0;
  uint64_t lasting = 0;  // live, or a request that is remembered
  uint64_t dead() const { return bytes - lasting; }
};

Sum SumOf(const std::vector<SegmentFigures>& segments) {
  Sum sum;
  for (const SegmentFigures& segment : segments) {
    sum.bytes += segment.bytes;
    sum.lasting +=
        std::min(segment.bytes,
                 kFileHeaderBytes + segment.live_bytes + segment.request_bytes);
  }
  return sum;
}

// a/b of two segments compared without dividing by zero.
bool FreesMore(const SegmentFigures* a, const SegmentFigures* b) {
  const double a_copies =
      static_cast<double>(a->bytes_to_copy()) * static_cast<double>(b->bytes);
  const double b_copies =
      static_cast<double>(b->bytes_to_copy()) * static_cast<double>(a->bytes);
  return a_copies == b_copies ? a->segment_id < b->segment_id
                              : a_copies < b_copies;
}

void Add(const SegmentFigures& segment, Choice* choice) {
  choice->segment_ids.push_back(segment.segment_id);
  choice->takes_active |= segment.is_active;
  choice->bytes += segment.bytes;
  choice->bytes_to_copy += segment.bytes_to_copy();
}

bool IsDead(const SegmentFigures& segment, uint64_t share) {
  const uint64_t dead = segment.dead_bytes();
  const uint64_t header = std::min<uint64_t>(segment.bytes, kFileHeaderBytes);
  return dead > 0 && dead >= (segment.bytes - header) / share;
}

}  // namespace

uint64_t SegmentFigures::bytes_to_copy() const {
  return std::min(bytes,
                  kFileHeaderBytes + live_bytes + delete_bytes + request_bytes);
}

bool CompactionPolicy::MayBeDue(const Totals& totals) const {
  if (!is_on()) return false;
  // All of what may not be taken may be live.
  const uint64_t live = std::min(
      totals.live_bytes - std::min(totals.live_bytes, totals.kept_bytes),
      totals.file_bytes);
  const uint64_t dead = totals.file_bytes - live;
  if (dead >= settings_.dead_bytes_min &&
      static_cast<double>(live) <
          settings_.live_ratio_min * static_cast<double>(totals.file_bytes)) {
    return true;
  }
  if (totals.disk_is_low && dead > totals.file_bytes / kSmallDeadShare) {
    return true;
  }
  if (settings_.expired_bytes_min > 0 &&
      totals.expired_bytes >= settings_.expired_bytes_min) {
    return true;
  }
  if (settings_.age_max > absl::ZeroDuration() && dead > 0 &&
      totals.oldest_age >= settings_.age_max) {
    return true;
  }
  return settings_.spare_segments_max > 0 &&
         totals.segment_count >
             settings_.spare_segments_max + live / settings_.segment_bytes + 1;
}

Choice CompactionPolicy::Best(const Figures& figures, CompactionTrigger trigger,
                              Filter passes) const {
  std::vector<const SegmentFigures*> best;
  for (const SegmentFigures& segment : figures.segments) {
    if (passes(segment)) best.push_back(&segment);
  }
  std::sort(best.begin(), best.end(), FreesMore);
  Choice choice;
  for (const SegmentFigures* segment : best) {
    const uint64_t bytes_to_copy =
        choice.bytes_to_copy + segment->bytes_to_copy();
    // A smaller one may fit the disk.
    if (bytes_to_copy > figures.room_bytes) continue;
    if (bytes_to_copy > settings_.step_bytes && !choice.segment_ids.empty()) {
      break;
    }
    Add(*segment, &choice);
  }
  if (choice.segment_ids.empty()) return choice;
  std::sort(choice.segment_ids.begin(), choice.segment_ids.end());
  choice.trigger = trigger;
  return choice;
}

Choice CompactionPolicy::Everything(const Figures& figures,
                                    CompactionTrigger trigger) const {
  Choice choice;
  for (const SegmentFigures& segment : figures.segments) Add(segment, &choice);
  choice.bytes_to_copy = SumOf(figures.segments).lasting;
  if (choice.segment_ids.empty() || choice.bytes_to_copy > figures.room_bytes) {
    return Choice();
  }
  choice.trigger = trigger;
  choice.takes_everything = true;
  return choice;
}

Choice CompactionPolicy::ChooseForRatio(const Figures& figures) const {
  const Sum sum = SumOf(figures.segments);
  if (sum.dead() < settings_.dead_bytes_min || sum.dead() == 0 ||
      static_cast<double>(sum.lasting) >=
          settings_.live_ratio_min * static_cast<double>(sum.bytes)) {
    return Choice();
  }
  const double dead_share = 1 - settings_.live_ratio_min;
  Choice choice = Best(
      figures, CompactionTrigger::kLiveRatio,
      [dead_share](const SegmentFigures& segment) {
        const uint64_t dead = segment.dead_bytes();
        return dead > 0 && static_cast<double>(dead) >=
                               dead_share * static_cast<double>(segment.bytes);
      });
  // Then it is deletes that take the room, and they go together only.
  if (choice.segment_ids.empty()) {
    choice = Everything(figures, CompactionTrigger::kLiveRatio);
  }
  choice.reason =
      absl::StrCat(sum.dead(), " of ", sum.bytes, " bytes are dead");
  return choice;
}

Choice CompactionPolicy::ChooseForLowDisk(const Figures& figures) const {
  if (!figures.disk_is_low) return Choice();
  const Sum sum = SumOf(figures.segments);
  if (sum.dead() < sum.bytes / kSmallDeadShare) return Choice();
  Choice choice = Best(figures, CompactionTrigger::kDiskLow,
                       [](const SegmentFigures& segment) {
                         return IsDead(segment, kSmallDeadShare);
                       });
  if (choice.segment_ids.empty()) {
    choice = Everything(figures, CompactionTrigger::kDiskLow);
  }
  choice.reason = absl::StrCat("the disk is low on room, ", sum.dead(), " of ",
                               sum.bytes, " bytes are dead");
  return choice;
}

Choice CompactionPolicy::ChooseExpired(const Figures& figures) const {
  if (settings_.expired_bytes_min == 0) return Choice();
  const auto passes = [](const SegmentFigures& segment) {
    return segment.expired_bytes > 0 && IsDead(segment, kExpiredDeadShare);
  };
  uint64_t expired = 0;
  for (const SegmentFigures& segment : figures.segments) {
    if (!passes(segment)) continue;
    expired += std::min(segment.expired_bytes, segment.dead_bytes());
  }
  if (expired < settings_.expired_bytes_min) return Choice();
  Choice choice = Best(figures, CompactionTrigger::kExpiredBytes, passes);
  choice.reason = absl::StrCat(expired, " bytes have expired");
  return choice;
}

Choice CompactionPolicy::ChooseAged(const Figures& figures) const {
  if (settings_.age_max <= absl::ZeroDuration()) return Choice();
  absl::Duration oldest;
  const auto passes = [&](const SegmentFigures& segment) {
    if (segment.age < settings_.age_max || !IsDead(segment, kSmallDeadShare)) {
      return false;
    }
    oldest = std::max(oldest, segment.age);
    return true;
  };
  Choice choice = Best(figures, CompactionTrigger::kAge, passes);
  choice.reason = absl::StrCat(
      choice.bytes - choice.bytes_to_copy, " of ", choice.bytes,
      " bytes are dead, in segments of up to ", absl::FormatDuration(oldest));
  return choice;
}

Choice CompactionPolicy::ChooseSmall(const Figures& figures) const {
  const uint64_t filled =
      SumOf(figures.segments).lasting / settings_.segment_bytes + 1;
  if (settings_.spare_segments_max == 0 ||
      figures.segments.size() <= filled + settings_.spare_segments_max) {
    return Choice();
  }
  std::vector<const SegmentFigures*> small;
  for (const SegmentFigures& segment : figures.segments) {
    if (!segment.is_active &&
        segment.bytes_to_copy() <= settings_.segment_bytes / kSmallPart) {
      small.push_back(&segment);
    }
  }
  std::sort(small.begin(), small.end(), [](const auto* a, const auto* b) {
    return a->bytes_to_copy() == b->bytes_to_copy()
               ? a->segment_id < b->segment_id
               : a->bytes_to_copy() < b->bytes_to_copy();
  });
  Choice choice;
  const uint64_t most = std::max(settings_.step_bytes, settings_.segment_bytes);
  for (const SegmentFigures* segment : small) {
    const uint64_t bytes_to_copy =
        choice.bytes_to_copy + segment->bytes_to_copy();
    if (bytes_to_copy > figures.room_bytes) break;
    if (bytes_to_copy > most &&
        choice.segment_ids.size() >= kSmallSegmentsMin) {
      break;
    }
    Add(*segment, &choice);
  }
  if (choice.segment_ids.size() < kSmallSegmentsMin) return Choice();
  std::sort(choice.segment_ids.begin(), choice.segment_ids.end());
  choice.trigger = CompactionTrigger::kSegmentCount;
  choice.reason = absl::StrCat(figures.segments.size(),
                               " segments hold what would fill ", filled);
  return choice;
}

Choice CompactionPolicy::Choose(const Figures& figures) const {
  if (!is_on()) return Choice();
  Choice choice = ChooseForRatio(figures);
  if (choice.segment_ids.empty()) choice = ChooseForLowDisk(figures);
  if (choice.segment_ids.empty()) choice = ChooseExpired(figures);
  if (choice.segment_ids.empty()) choice = ChooseAged(figures);
  if (choice.segment_ids.empty()) choice = ChooseSmall(figures);
  return choice.segment_ids.empty() ? Choice() : choice;
}

}  // namespace rundlet

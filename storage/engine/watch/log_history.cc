#include "storage/engine/watch/log_history.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/engine/sync_point.h"
#include "storage/format/file_header.h"
#include "storage/watch.h"

namespace rundlet {
namespace {

// The sealed log segments that hold revisions of `from` or above and stand
// before the segment `last_id`, newest first.
std::vector<SegmentSeal> SealedBefore(uint64_t last_id, Revision from,
                                      const ManifestState& state) {
  const auto last = state.segments.find(last_id);
  std::vector<SegmentSeal> sealed;
  for (const auto& [id, segment] : state.segments) {
    if (segment.kind != FileKind::kLog || !segment.seal.has_value()) continue;
    const bool is_before =
        !last->second.seal.has_value() ||
        segment.seal->revision_max < last->second.seal->revision_min;
    if (is_before && segment.seal->revision_max >= from) {
      sealed.push_back(*segment.seal);
    }
  }
  std::sort(sealed.begin(), sealed.end(),
            [](const SegmentSeal& a, const SegmentSeal& b) {
              return a.revision_min > b.revision_min;
            });
  return sealed;
}

}  // namespace

absl::StatusOr<LogPlace> LogHistory::Find(Revision from) const {
  while (true) {
    // Held from here on, so that what is rolled or compacted behind it stays.
    LogPlace place = chain_->PlaceOf(from);
    if (place.link == nullptr) place = {chain_->last(), kFileHeaderBytes};
    const ManifestState state = manifest_->state();
    if (from < state.floor) {
      return HistoryGone(
          absl::OutOfRangeError(absl::StrCat(
              "changes from revision ", from,
              " on are no longer kept, the oldest revision is ", state.floor)),
          state.floor);
    }
    if (place.offset != kFileHeaderBytes) return place;
    const uint64_t last_id = place.link->segment()->id();
    // Sealed and compacted since: look again.
    if (state.segments.count(last_id) == 0) continue;
    bool is_whole = true;
    RUNDLET_SYNC_POINT("watch: history listed");
    for (const SegmentSeal& seal : SealedBefore(last_id, from, state)) {
      std::shared_ptr<const Segment> segment = segments_->Find(seal.segment_id);
      is_whole = segment != nullptr;
      if (!is_whole) break;  // compacted since
      auto link = std::make_shared<LogLink>(std::move(segment), seal.bytes);
      link->set_next(std::move(place.link));
      place.link = std::move(link);
    }
    if (is_whole) return place;
  }
}

}  // namespace rundlet

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "storage/log/manifest.h"

namespace rundlet {
namespace {

absl::Status Misfit(absl::string_view what, uint64_t segment_id) {
  return absl::DataLossError(
      absl::StrCat("a MANIFEST edit ", what, " segment ", segment_id));
}

}  // namespace

absl::Status ManifestState::Apply(const ManifestEdit& edit) {
  for (const AddedSegment& added : edit.added) {
    const SegmentState fresh{added.kind, std::nullopt};
    if (!segments.emplace(added.segment_id, fresh).second) {
      return Misfit("adds again", added.segment_id);
    }
    segment_id_max = std::max(segment_id_max, added.segment_id);
  }
  for (const SegmentSeal& seal : edit.sealed) {
    const auto found = segments.find(seal.segment_id);
    if (found == segments.end() || found->second.seal.has_value()) {
      return Misfit("seals what is not open,", seal.segment_id);
    }
    found->second.seal = seal;
  }
  for (const uint64_t id : edit.removed) {
    if (segments.erase(id) == 0) return Misfit("removes an unknown", id);
  }
  if (edit.revision_ceiling.has_value()) {
    revision_ceiling = *edit.revision_ceiling;
  }
  // A compaction may have begun before an ingest and end behind it.
  if (edit.floor.has_value()) floor = std::max(floor, *edit.floor);
  if (edit.time_us.has_value()) time_us = std::max(time_us, *edit.time_us);
  if (edit.segment_id_max.has_value()) {
    segment_id_max = std::max(segment_id_max, *edit.segment_id_max);
  }
  ingested.insert(edit.ingested.begin(), edit.ingested.end());
  for (const AddedDictionary& added : edit.dictionaries) {
    if (!dictionaries.emplace(added.id, added.bytes).second) {
      return absl::DataLossError(
          absl::StrCat("a MANIFEST edit adds again dictionary ", added.id));
    }
  }
  stopped_cleanly = edit.clean_stop.has_value();
  if (stopped_cleanly) clean_stop = edit.clean_stop;
  return absl::OkStatus();
}

ManifestEdit ManifestState::AsEdit() const {
  ManifestEdit edit;
  for (const auto& [id, segment] : segments) {
    edit.added.push_back({id, segment.kind});
    if (segment.seal.has_value()) edit.sealed.push_back(*segment.seal);
  }
  edit.revision_ceiling = revision_ceiling;
  edit.floor = floor;
  edit.time_us = time_us;
  edit.segment_id_max = segment_id_max;
  edit.clean_stop = clean_stop;
  edit.ingested.assign(ingested.begin(), ingested.end());
  for (const auto& [id, bytes] : dictionaries) {
    edit.dictionaries.push_back({id, bytes});
  }
  return edit;
}

}  // namespace rundlet

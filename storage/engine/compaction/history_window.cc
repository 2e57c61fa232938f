#include "storage/engine/compaction/history_window.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/format/checksum.h"
#include "storage/format/file_header.h"
#include "storage/format/group_header.h"

namespace rundlet {

absl::StatusOr<int64_t> HistoryWindow::StartOf(uint64_t segment_id,
                                               int64_t now_us) {
  const auto known = starts_.find(segment_id);
  if (known != starts_.end()) return known->second;
  const std::shared_ptr<const Segment> segment = segments_->Find(segment_id);
  if (segment == nullptr || segment->bytes() == kFileHeaderBytes) return now_us;
  std::string bytes(kGroupHeaderBytes, '\0');
  const absl::Status read =
      segment->file().ReadAt(kFileHeaderBytes, bytes.size(), &bytes[0]);
  if (!read.ok()) return read;
  const absl::StatusOr<GroupHeader> header =
      DecodeGroupHeader(bytes, PlaceSeed(segment->salt(), kFileHeaderBytes));
  if (!header.ok()) {
    return absl::DataLossError(absl::StrCat(segment->path(), ": at offset ",
                                            kFileHeaderBytes, ": ",
                                            header.status().message()));
  }
  starts_[segment_id] = header->time_us;
  return header->time_us;
}

absl::StatusOr<HistoryWindow::Kept> HistoryWindow::At(
    int64_t now_us, const ManifestState& state) {
  Kept kept;
  if (settings_.age <= absl::ZeroDuration() || settings_.bytes == 0) {
    return kept;
  }
  if (settings_.gives_way && settings_.gives_way()) return kept;
  // Newest first; the active one has no seal.
  std::vector<std::pair<Revision, uint64_t>> by_revision;
  uint64_t active_id = 0;
  for (const auto& [id, segment] : state.segments) {
    if (segment.kind != FileKind::kLog) continue;
    if (!segment.seal.has_value()) active_id = id;
    if (segment.seal.has_value() && segment.seal->revision_max >= state.floor) {
      by_revision.emplace_back(segment.seal->revision_min, id);
    }
  }
  std::sort(by_revision.rbegin(), by_revision.rend());
  kept.segment_ids.insert(active_id);
  const std::shared_ptr<const Segment> active = segments_->Find(active_id);
  uint64_t newer_bytes = active == nullptr ? 0 : active->bytes();
  uint64_t newer_id = active_id;
  const int64_t oldest_us = now_us - absl::ToInt64Microseconds(settings_.age);
  const absl::MutexLock lock(&mu_);
  for (const auto& [revision, id] : by_revision) {
    // Its last change is not older than the first one behind it.
    const absl::StatusOr<int64_t> end_us = StartOf(newer_id, now_us);
    if (!end_us.ok()) return end_us.status();
    if (newer_bytes >= settings_.bytes || *end_us <= oldest_us) break;
    kept.segment_ids.insert(id);
    newer_bytes += state.segments.at(id).seal->bytes;
    newer_id = id;
  }
  absl::erase_if(starts_, [&state](const auto& start) {
    return state.segments.count(start.first) == 0;
  });
  return kept;
}

}  // namespace rundlet

#include "storage/engine/compaction/segment_notes.h"

#include <algorithm>
#include <utility>

namespace rundlet {

void SegmentNotes::Follow(const ManifestState& state) {
  const absl::Duration now = clock_->Monotonic();
  const absl::MutexLock lock(&mu_);
  absl::erase_if(notes_, [&state](const auto& note) {
    return state.segments.count(note.first) == 0;
  });
  for (const auto& [id, segment] : state.segments) {
    if (!segment.seal.has_value()) continue;
    const auto [note, is_new] = notes_.try_emplace(id);
    if (is_new) note->second.since = now;
  }
}

absl::Duration SegmentNotes::AgeOf(uint64_t segment_id) const {
  const absl::Duration now = clock_->Monotonic();
  const absl::MutexLock lock(&mu_);
  const auto note = notes_.find(segment_id);
  return note == notes_.end() ? absl::ZeroDuration() : now - note->second.since;
}

absl::Duration SegmentNotes::OldestAge() const {
  const absl::Duration now = clock_->Monotonic();
  const absl::MutexLock lock(&mu_);
  absl::Duration oldest;
  for (const auto& [id, note] : notes_) {
    oldest = std::max(oldest, now - note.since);
  }
  return oldest;
}

std::shared_ptr<const SegmentCensus> SegmentNotes::CensusOf(
    uint64_t segment_id) const {
  const absl::MutexLock lock(&mu_);
  const auto note = notes_.find(segment_id);
  return note == notes_.end() ? nullptr : note->second.census;
}

uint64_t SegmentNotes::ExpiredBytes(int64_t now_us) const {
  const absl::MutexLock lock(&mu_);
  uint64_t bytes = 0;
  for (const auto& [id, note] : notes_) {
    if (note.census != nullptr) bytes += note.census->ExpiredBytes(now_us);
  }
  return bytes;
}

absl::StatusOr<std::shared_ptr<const SegmentCensus>> SegmentNotes::TakeCensus(
    uint64_t segment_id,
    absl::FunctionRef<absl::StatusOr<SegmentCensus>()> take) {
  {
    const absl::MutexLock lock(&mu_);
    const auto note = notes_.find(segment_id);
    if (note != notes_.end()) {
      if (note->second.census != nullptr) return note->second.census;
      if (!note->second.damage.ok()) return note->second.damage;
    }
  }
  absl::StatusOr<SegmentCensus> census = take();
  const absl::MutexLock lock(&mu_);
  // Gone meanwhile: then nothing is noted.
  const auto note = notes_.find(segment_id);
  if (!census.ok()) {
    if (note != notes_.end() && absl::IsDataLoss(census.status())) {
      note->second.damage = census.status();
    }
    return census.status();
  }
  auto taken = std::make_shared<const SegmentCensus>(*std::move(census));
  if (note != notes_.end()) note->second.census = taken;
  return taken;
}

}  // namespace rundlet

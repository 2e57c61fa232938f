#include "storage/engine/recovery/hint_maker.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/engine/sync_point.h"
#include "storage/format/file_names.h"

namespace rundlet {

HintMaker::HintMaker(Settings settings, Manifest* manifest)
    : settings_(std::move(settings)), manifest_(manifest) {
  manifest_->OnSegments([this] {
    const absl::MutexLock lock(&mu_);
    changed_ = true;
  });
  thread_ = std::thread([this] { Run(); });
}

HintMaker::~HintMaker() {
  manifest_->OnSegments(nullptr);
  {
    const absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  thread_.join();
}

bool HintMaker::stopping() const {
  const absl::MutexLock lock(&mu_);
  return stopping_;
}

HintMaker::Counts HintMaker::counts() const {
  const absl::MutexLock lock(&mu_);
  return counts_;
}

// Recovery has left no hint that it found to be bad.
void HintMaker::FindHints() {
  const absl::StatusOr<std::vector<std::string>> names =
      settings_.file_system->ListDirectory(settings_.folder);
  if (!names.ok()) return;  // then all are made anew
  for (const std::string& name : *names) {
    const std::optional<uint64_t> id = ParseHintName(name);
    if (id.has_value()) hinted_.insert(*id);
  }
}

void HintMaker::RemoveStale(const ManifestState& state) {
  for (auto it = hinted_.begin(); it != hinted_.end();) {
    const uint64_t id = *it;
    if (state.segments.count(id) != 0) {
      ++it;
      continue;
    }
    it = hinted_.erase(it);
    const absl::Status removed = settings_.file_system->RemoveFile(
        HintNameOf(settings_.folder, state.store_id, id).path);
    if (removed.ok() || absl::IsNotFound(removed)) continue;
    // It is of no segment: the next open takes it away.
    settings_.on_event(
        absl::StrCat("a compacted segment's hint stays: ", removed.message()));
  }
}

void HintMaker::WriteOne(const ManifestState& state, FileKind kind,
                         const SegmentSeal& seal) {
  if (!settings_.has_room(seal.bytes)) return;
  RUNDLET_SYNC_POINT("hint: to be written");
  const absl::StatusOr<uint64_t> written =
      WriteHint(settings_.file_system, settings_.folder, state.store_id, kind,
                seal, [this] { return stopping(); });
  RUNDLET_SYNC_POINT("hint: written");
  if (written.ok()) {
    hinted_.insert(seal.segment_id);
    const absl::MutexLock lock(&mu_);
    counts_.written_bytes += *written;
    return;
  }
  // A compaction has taken the segment meanwhile, or the store is closing.
  if (absl::IsNotFound(written.status()) ||
      absl::IsCancelled(written.status())) {
    return;
  }
  if (absl::IsDataLoss(written.status())) damaged_.insert(seal.segment_id);
  settings_.on_event(absl::StrCat("no hint of segment ", seal.segment_id, ": ",
                                  written.status().message()));
}

void HintMaker::WriteMissing(const ManifestState& state) {
  for (const auto& [id, segment] : state.segments) {
    if (!segment.seal.has_value() || hinted_.count(id) != 0 ||
        damaged_.count(id) != 0) {
      continue;
    }
    if (stopping()) return;
    WriteOne(state, segment.kind, *segment.seal);
    CountHints();
  }
}

void HintMaker::CountHints() {
  const absl::MutexLock lock(&mu_);
  counts_.hints = hinted_.size();
}

void HintMaker::Run() {
  FindHints();
  while (true) {
    {
      const absl::MutexLock lock(&mu_);
      mu_.Await(absl::Condition(this, &HintMaker::HasWork));
      if (stopping_) return;
      changed_ = false;
    }
    const ManifestState state = manifest_->state();
    RemoveStale(state);
    WriteMissing(state);
    CountHints();
  }
}

}  // namespace rundlet

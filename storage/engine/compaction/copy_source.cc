#include "storage/engine/compaction/copy_source.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "storage/engine/compaction/sealed_records.h"
#include "storage/engine/sync_point.h"

namespace rundlet {
namespace {

// Keys looked at under the index's lock at a time.
constexpr size_t kKeysAtOnce = 128;

}  // namespace

CopySource::CopySource(const CompactionEnvironment* environment,
                       const CompactionInputs* inputs,
                       const ManifestState& state)
    : environment_(environment), inputs_(inputs), store_id_(state.store_id) {
  for (const uint64_t id : inputs->segment_ids) {
    const SegmentSeal& seal = *state.segments.at(id).seal;
    if (seal.revision_max <= inputs->hidden_from) continue;
    if (environment->notes != nullptr) {
      const auto census = environment->notes->CensusOf(id);
      if (census != nullptr && census->delete_count() == 0) continue;
    }
    delete_inputs_.push_back(seal);
  }
  has_all_deletes_ = delete_inputs_.empty();
}

bool CopySource::IsInput(uint64_t segment_id) const {
  return std::binary_search(inputs_->segment_ids.begin(),
                            inputs_->segment_ids.end(), segment_id);
}

void CopySource::AddDelete(absl::string_view key, const Delete& found) {
  if (found.revision <= inputs_->hidden_from || key <= after_) return;
  const bool is_full = deletes_.size() >= environment_->deletes_at_once;
  if (is_full && key > deletes_.rbegin()->first) {
    has_all_deletes_ = false;
    return;
  }
  // One that has been written again is dead like any other record.
  const std::optional<Version> newest = environment_->index->Find(key);
  if (newest.has_value() && newest->revision > found.revision) return;
  Delete& last = deletes_[std::string(key)];
  if (last.revision < found.revision) last = found;
  if (deletes_.size() <= environment_->deletes_at_once) return;
  deletes_.erase(std::prev(deletes_.end()));
  has_all_deletes_ = false;
}

absl::Status CopySource::GatherDeletes() {
  has_all_deletes_ = true;
  for (const SegmentSeal& seal : delete_inputs_) {
    const std::shared_ptr<const Segment> segment =
        environment_->segments->Find(seal.segment_id);
    absl::Status visited = VisitSealed(
        environment_->file_system, environment_->folder, store_id_, *segment,
        seal, [this](const Record& record, const Location& location) {
          if (record.type == RecordType::kDelete) {
            AddDelete(record.key, {record.revision, location});
          }
          return absl::OkStatus();
        });
    if (!visited.ok()) return visited;
  }
  if (!has_all_deletes_) horizon_ = deletes_.rbegin()->first;
  return absl::OkStatus();
}

std::vector<CopySource::Walked> CopySource::Walk() {
  std::vector<Walked> walked;
  size_t keys = 0;
  has_ended_ = true;
  std::string last;
  environment_->index->Walk(after_, [&](absl::string_view key,
                                        absl::Span<const Version> versions) {
    if (!has_all_deletes_ && key > horizon_) return false;
    const bool leads_to_input = std::any_of(
        versions.begin(), versions.end(),
        [this](const auto& v) { return IsInput(v.location.segment_id); });
    if (leads_to_input || deletes_.contains(key)) {
      walked.push_back({std::string(key), {versions.begin(), versions.end()}});
    }
    has_ended_ = ++keys < kKeysAtOnce;
    if (!has_ended_) after_ = std::string(key);
    return has_ended_;
  });
  RUNDLET_SYNC_POINT("compaction: keys walked");
  return walked;
}

void CopySource::AddKey(const std::string& key,
                        absl::Span<const Version> versions,
                        std::vector<Item>* items) {
  const auto last = deletes_.find(key);
  // Where the index has something newer, that hides what the delete hid.
  bool needs_delete =
      last != deletes_.end() &&
      (versions.empty() || versions.back().revision <= last->second.revision);
  for (const Version& version : versions) {
    if (!IsInput(version.location.segment_id)) continue;
    if (needs_delete && version.revision == last->second.revision) {
      needs_delete = false;
    }
    items->push_back({key, version.revision, version.location});
  }
  // Above all versions that the index has.
  if (needs_delete) {
    items->push_back({key, last->second.revision, last->second.location});
  }
  if (last != deletes_.end()) deletes_.erase(last);
}

void CopySource::AddDeletesBelow(const std::string& key,
                                 std::vector<Item>* items) {
  while (!deletes_.empty() && deletes_.begin()->first < key) {
    AddKey(std::string(deletes_.begin()->first), {}, items);
  }
}

absl::StatusOr<std::vector<CopySource::Item>> CopySource::Next() {
  if (!has_all_deletes_ && deletes_.empty()) {
    const absl::Status gathered = GatherDeletes();
    if (!gathered.ok()) return gathered;
  }
  std::vector<Item> items;
  for (const Walked& walked : Walk()) {
    AddDeletesBelow(walked.key, &items);
    AddKey(walked.key, walked.versions, &items);
  }
  if (!has_ended_) {
    AddDeletesBelow(after_, &items);
    return items;
  }
  while (!deletes_.empty()) {
    AddKey(std::string(deletes_.begin()->first), {}, &items);
  }
  done_ = has_all_deletes_;
  if (!done_) after_ = horizon_;
  return items;
}

}  // namespace rundlet

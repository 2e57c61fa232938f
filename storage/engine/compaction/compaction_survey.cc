#include "storage/engine/compaction/compaction_survey.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "storage/engine/compaction/sealed_records.h"

namespace rundlet {
namespace {

constexpr uint64_t kRecordsBetweenQuestions = 1024;

}  // namespace

absl::StatusOr<std::shared_ptr<const SegmentCensus>> TakeCensus(
    const CompactionEnvironment& environment, const ManifestState& state,
    uint64_t segment_id, absl::FunctionRef<bool()> cancelled) {
  const std::shared_ptr<const Segment> segment =
      environment.segments->Find(segment_id);
  if (environment.notes == nullptr || segment == nullptr) return nullptr;
  return environment.notes->TakeCensus(
      segment_id, [&]() -> absl::StatusOr<SegmentCensus> {
        SegmentCensus census;
        uint64_t records = 0;
        absl::Status visited = VisitSealed(
            environment.file_system, environment.folder, state.store_id,
            *segment, *state.segments.at(segment_id).seal,
            [&](const Record& record, const Location& location) {
              if (++records % kRecordsBetweenQuestions == 0 && cancelled()) {
                return absl::CancelledError("the store is closing");
              }
              census.Add(record, location);
              return absl::OkStatus();
            });
        if (!visited.ok()) return visited;
        return census;
      });
}

absl::Status CompactionSurvey::Begin(const CompactionEnvironment& environment,
                                     int64_t time_us) {
  state_ = environment.manifest->state();
  if (environment.history != nullptr) {
    absl::StatusOr<HistoryWindow::Kept> now =
        environment.history->At(time_us, state_);
    if (!now.ok()) return now.status();
    kept_ = std::move(now->segment_ids);
  }
  // Before the walk: what it does not find is dead for good.
  visible_ = environment.index->visible();
  live_ = CountLive(*environment.index);
  return absl::OkStatus();
}

bool CompactionSurvey::MayTake(
    uint64_t id, const ManifestState::SegmentState& segment) const {
  // It may have been sealed meanwhile, with commits that still wait for their
  // callbacks' turn.
  return segment.seal.has_value() && segment.seal->revision_max <= visible_ &&
         kept_.count(id) == 0;
}

absl::Status CompactionSurvey::AddSealed(
    const CompactionEnvironment& environment, uint64_t id,
    const ManifestState::SegmentState& segment, int64_t time_us,
    absl::FunctionRef<bool()> cancelled) {
  const SegmentSeal& seal = *segment.seal;
  const LiveCount& live = live_[id];
  const absl::StatusOr<std::shared_ptr<const SegmentCensus>> census =
      TakeCensus(environment, state_, id, cancelled);
  // Verify says what is damaged; the others can be compacted all the same.
  if (!census.ok() && !absl::IsDataLoss(census.status())) {
    return census.status();
  }
  uint64_t harmless = live.newest;
  if (census.ok() && *census != nullptr) {
    harmless += (*census)->delete_count() + (*census)->receipt_count();
  }
  if (harmless < seal.record_count) hiding_.emplace_back(seal.revision_min, id);
  if (!census.ok() || !MayTake(id, segment)) return absl::OkStatus();
  SegmentFigures figures;
  figures.segment_id = id;
  figures.bytes = seal.bytes;
  figures.live_bytes = live.bytes;
  figures.record_count = seal.record_count;
  figures.live_record_count = live.records;
  if (*census != nullptr) {
    figures.delete_bytes = (*census)->delete_bytes();
    figures.expired_bytes = (*census)->ExpiredBytes(time_us);
    if (environment.requests != nullptr &&
        environment.requests->Remembers((*census)->request_time_us())) {
      figures.request_bytes = (*census)->request_bytes();
    }
    figures.age = environment.notes->AgeOf(id);
  }
  segments_.push_back(figures);
  return absl::OkStatus();
}

void CompactionSurvey::AddActive(const CompactionEnvironment& environment,
                                 uint64_t id) {
  const std::shared_ptr<const Segment> segment = environment.segments->Find(id);
  active_id_ = id;
  if (segment == nullptr || kept_.count(id) > 0) return;
  SegmentFigures figures;
  figures.segment_id = id;
  figures.is_active = true;
  figures.bytes = segment->bytes();
  figures.live_bytes = live_[id].bytes;
  figures.live_record_count = live_[id].records;
  segments_.push_back(figures);
}

absl::StatusOr<CompactionSurvey> CompactionSurvey::Take(
    const CompactionEnvironment& environment, int64_t time_us,
    absl::FunctionRef<bool()> cancelled) {
  CompactionSurvey survey;
  absl::Status status = survey.Begin(environment, time_us);
  if (!status.ok()) return status;
  if (environment.notes != nullptr) environment.notes->Follow(survey.state_);
  for (const auto& [id, segment] : survey.state_.segments) {
    if (!segment.seal.has_value()) {
      survey.AddActive(environment, id);
      continue;
    }
    status = survey.AddSealed(environment, id, segment, time_us, cancelled);
    if (!status.ok()) return status;
  }
  std::sort(survey.hiding_.begin(), survey.hiding_.end());
  // Where nothing is left that they may hide, deletes do not stay.
  for (SegmentFigures& figures : survey.segments_) {
    if (figures.is_active || figures.delete_bytes == 0) continue;
    const SegmentSeal& seal =
        *survey.state_.segments.at(figures.segment_id).seal;
    if (survey.HiddenFrom({figures.segment_id}) >= seal.revision_max) {
      figures.delete_bytes = 0;
    }
  }
  return survey;
}

Revision CompactionSurvey::HiddenFrom(
    const std::vector<uint64_t>& inputs) const {
  for (const auto& [revision_min, id] : hiding_) {
    if (!std::binary_search(inputs.begin(), inputs.end(), id)) {
      return revision_min;
    }
  }
  return std::numeric_limits<Revision>::max();
}

CompactionInputs CompactionSurvey::Select(
    std::vector<uint64_t> segment_ids) const {
  CompactionInputs inputs;
  std::sort(segment_ids.begin(), segment_ids.end());
  inputs.segment_ids = std::move(segment_ids);
  inputs.takes_everything = false;
  inputs.hidden_from = HiddenFrom(inputs.segment_ids);
  for (const SegmentFigures& figures : segments_) {
    if (!std::binary_search(inputs.segment_ids.begin(),
                            inputs.segment_ids.end(), figures.segment_id)) {
      continue;
    }
    inputs.live_bytes += figures.live_bytes;
    inputs.delete_bytes += figures.delete_bytes;
  }
  return inputs;
}

CompactionInputs CompactionSurvey::Everything() const {
  std::vector<uint64_t> ids;
  for (const SegmentFigures& figures : segments_) {
    if (!figures.is_active) ids.push_back(figures.segment_id);
  }
  CompactionInputs inputs = Select(std::move(ids));
  inputs.takes_everything = true;
  // Nothing is left that they may hide, but what is in the history window.
  if (inputs.hidden_from == std::numeric_limits<Revision>::max()) {
    inputs.delete_bytes = 0;
  }
  return inputs;
}

}  // namespace rundlet

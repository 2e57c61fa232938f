#include "storage/engine/compaction/compaction_explanation.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/format/file_header.h"
#include "storage/format/file_names.h"

namespace rundlet {
namespace {

CompactionPlan::Input InputOf(const CompactionEnvironment& environment,
                              FileKind kind, const SegmentFigures& figures) {
  CompactionPlan::Input input;
  input.segment_id = figures.segment_id;
  input.path = absl::StrCat(environment.folder, "/",
                            FormatSegmentName({figures.segment_id, kind}));
  input.bytes = figures.bytes;
  input.live_bytes = figures.live_bytes;
  input.record_count = figures.record_count;
  input.live_record_count = figures.live_record_count;
  input.kept_bytes = figures.delete_bytes + figures.request_bytes;
  input.expired_bytes = figures.expired_bytes;
  input.age = figures.age;
  return input;
}

}  // namespace

absl::StatusOr<CompactionPlan> PlanOf(const CompactionEnvironment& environment,
                                      const CompactionSurvey& survey,
                                      const CompactionPolicy::Choice& choice) {
  const absl::StatusOr<uint64_t> available =
      environment.file_system->AvailableBytes(environment.folder);
  if (!available.ok()) return available.status();
  const bool is_due = choice.trigger != CompactionTrigger::kNone;
  const std::vector<uint64_t> ids =
      is_due ? choice.segment_ids : survey.Everything().segment_ids;
  CompactionPlan plan;
  plan.trigger = choice.trigger;
  plan.reason = choice.reason;
  plan.takes_everything = !is_due || choice.takes_everything;
  plan.available_bytes = *available;
  for (const SegmentFigures& figures : survey.segments()) {
    if (!std::binary_search(ids.begin(), ids.end(), figures.segment_id)) {
      continue;
    }
    const FileKind kind = survey.state().segments.at(figures.segment_id).kind;
    plan.inputs.push_back(InputOf(environment, kind, figures));
    plan.bytes_before += figures.bytes;
    plan.bytes_to_copy += figures.live_bytes + figures.request_bytes;
    // Together with all others, deletes go.
    if (!plan.takes_everything) plan.bytes_to_copy += figures.delete_bytes;
  }
  for (const auto& [id, segment] : survey.state().segments) {
    if (segment.seal.has_value() &&
        !std::binary_search(ids.begin(), ids.end(), id)) {
      ++plan.segments_kept;
    }
  }
  if (plan.bytes_to_copy > 0) {
    const uint64_t outputs = plan.bytes_to_copy / environment.segment_bytes + 1;
    plan.bytes_after = plan.bytes_to_copy + outputs * kFileHeaderBytes;
  }
  if (plan.bytes_before > plan.bytes_after) {
    plan.bytes_to_gain = plan.bytes_before - plan.bytes_after;
  }
  return plan;
}

}  // namespace rundlet

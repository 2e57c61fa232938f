#include <map>
#include <string>

#include "storage/engine/compaction/compaction.h"
#include "storage/format/file_header.h"
#include "storage/format/file_names.h"

namespace rundlet {
namespace {

// Keys looked at under the index's lock at a time.
constexpr size_t kKeysAtOnce = 512;

// Adds what the index leads to, to the input that holds it.
void CountLive(const Index& index,
               std::map<uint64_t, CompactionPlan::Input>* inputs) {
  std::string after;
  for (size_t keys = kKeysAtOnce; keys == kKeysAtOnce;) {
    keys = 0;
    index.Walk(after,
               [&](absl::string_view key, absl::Span<const Version> versions) {
                 for (const Version& version : versions) {
                   const auto input = inputs->find(version.location.segment_id);
                   if (input == inputs->end()) continue;
                   input->second.live_bytes += version.location.bytes;
                   ++input->second.live_record_count;
                 }
                 after = std::string(key);
                 return ++keys < kKeysAtOnce;
               });
  }
}

}  // namespace

absl::StatusOr<CompactionPlan> Compaction::Explain(int64_t time_us) {
  const ManifestState state = environment_.manifest->state();
  const absl::Status chosen = ChooseInputs(state, time_us);
  if (!chosen.ok()) return chosen;
  const absl::StatusOr<uint64_t> available =
      environment_.file_system->AvailableBytes(environment_.folder);
  if (!available.ok()) return available.status();
  CompactionPlan plan;
  plan.available_bytes = *available;
  std::map<uint64_t, CompactionPlan::Input> inputs;
  for (const uint64_t id : inputs_) {
    const ManifestState::SegmentState& segment = state.segments.at(id);
    CompactionPlan::Input& input = inputs[id];
    input.segment_id = id;
    input.path =
        environment_.folder + "/" + FormatSegmentName({id, segment.kind});
    input.bytes = segment.seal->bytes;
    input.record_count = segment.seal->record_count;
  }
  CountLive(*environment_.index, &inputs);
  uint64_t live_bytes = 0;
  for (const auto& [id, input] : inputs) {
    plan.bytes_before += input.bytes;
    live_bytes += input.live_bytes;
    plan.inputs.push_back(input);
  }
  for (const auto& [id, segment] : state.segments) {
    if (segment.seal.has_value() && inputs.count(id) == 0) ++plan.segments_kept;
  }
  if (live_bytes > 0) {
    const uint64_t outputs = live_bytes / environment_.segment_bytes + 1;
    plan.bytes_after = live_bytes + outputs * kFileHeaderBytes;
  }
  if (plan.bytes_before > plan.bytes_after) {
    plan.bytes_to_gain = plan.bytes_before - plan.bytes_after;
  }
  return plan;
}

}  // namespace rundlet

#include "storage/engine/compaction/compaction.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "storage/engine/compaction/sealed_records.h"
#include "storage/engine/sync_point.h"
#include "storage/format/file_header.h"
#include "storage/log/segment_replay.h"

namespace rundlet {
namespace {

// Items copied between two questions.
constexpr size_t kItemsAtOnce = 128;

}  // namespace

Compaction::Compaction(Environment environment)
    : environment_(std::move(environment)),
      compressor_(environment_.compression) {}

void Compaction::Count(const ManifestState& state) {
  // What an earlier one has dropped is no longer in the inputs.
  floor_ = state.floor;
  for (const uint64_t id : inputs_.segment_ids) {
    const ManifestState::SegmentState& segment = state.segments.at(id);
    // What is in base segments is below the floor already (L3).
    if (segment.kind == FileKind::kLog) {
      floor_ = std::max(floor_, segment.seal->revision_max + 1);
    }
    revision_max_ = std::max(revision_max_, segment.seal->revision_max);
    report_.bytes_before += segment.seal->bytes;
    report_.records_dropped += segment.seal->record_count;
  }
  report_.segments_before = inputs_.segment_ids.size();
}

absl::StatusOr<std::vector<CommittedRequest>> Compaction::FindRequests(
    const ManifestState& state) const {
  if (environment_.requests == nullptr) return std::vector<CommittedRequest>();
  std::vector<CommittedRequest> remembered =
      environment_.requests->Until(revision_max_);
  if (remembered.empty() || inputs_.takes_everything) return remembered;
  // A revision has one request at most.
  absl::flat_hash_map<Revision, CommittedRequest*> by_revision;
  for (CommittedRequest& request : remembered) {
    by_revision[request.revision] = &request;
  }
  std::vector<CommittedRequest> found;
  for (const uint64_t id : inputs_.segment_ids) {
    absl::Status visited = VisitSealed(
        environment_.file_system, environment_.folder, state.store_id,
        *environment_.segments->Find(id), *state.segments.at(id).seal,
        [&](const Record& record, const Location&) {
          if (record.extra.empty()) return absl::OkStatus();
          const auto request = by_revision.find(record.revision);
          if (request == by_revision.end()) return absl::OkStatus();
          found.push_back(std::move(*request->second));
          by_revision.erase(request);
          return absl::OkStatus();
        });
    if (!visited.ok()) return visited;
  }
  return found;
}

// An output that cannot be finished would only take the room that writes need.
absl::Status Compaction::CheckRoom(
    const std::vector<CommittedRequest>& requests) const {
  uint64_t needed = inputs_.live_bytes + inputs_.delete_bytes;
  for (const CommittedRequest& request : requests) {
    needed += kRecordHeaderBytes + request.extra.size();
  }
  absl::StatusOr<uint64_t> available =
      environment_.file_system->AvailableBytes(environment_.folder);
  if (available.ok() && needed > *available && environment_.disk != nullptr &&
      environment_.disk->LendToCompaction()) {
    available = environment_.file_system->AvailableBytes(environment_.folder);
  }
  if (!available.ok()) return available.status();
  if (needed <= *available) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("a compaction needs room for ", needed,
                   " live bytes, the disk has ", *available));
}

absl::Status Compaction::Copy(const CopySource::Item& item,
                              const Writers& writers) {
  const std::shared_ptr<const Segment> segment =
      environment_.segments->Find(item.location.segment_id);
  std::string bytes;
  const absl::StatusOr<Record> record = segment->Read(item.location, &bytes);
  if (!record.ok()) return record.status();
  if (record->key != item.key || record->revision != item.revision) {
    return absl::DataLossError(
        absl::StrCat(segment->path(), ": at offset ", item.location.offset,
                     ": the record is that of another key or revision"));
  }
  RUNDLET_SYNC_POINT("compaction: record read");
  ++report_.records_kept;
  Record kept = *record;
  kept.extra = {};  // a remembered request has got a receipt of its own
  absl::Status renewed = compressor_.Renew(&kept);
  if (!renewed.ok()) {
    return absl::DataLossError(absl::StrCat(segment->path(), ": at offset ",
                                            item.location.offset, ": ",
                                            renewed.message()));
  }
  BaseWriter* const writer =
      segment->kind() == FileKind::kLog ? writers.from_log : writers.from_base;
  return writer->Append(kept);
}

absl::Status Compaction::CopyLive(const ManifestState& state,
                                  const Writers& writers,
                                  absl::FunctionRef<bool()> cancelled) {
  CopySource source(&environment_, &inputs_, state);
  while (!source.done()) {
    const absl::StatusOr<std::vector<CopySource::Item>> items = source.Next();
    if (!items.ok()) return items.status();
    for (size_t start = 0; start == 0 || start < items->size();
         start += kItemsAtOnce) {
      if (cancelled()) return absl::CancelledError("the store is closing");
      const size_t end = std::min(items->size(), start + kItemsAtOnce);
      uint64_t bytes = 0;
      for (size_t i = start; i < end; ++i) {
        absl::Status copied = Copy((*items)[i], writers);
        if (!copied.ok()) return copied;
        bytes += (*items)[i].location.bytes;
      }
      if (environment_.pace) environment_.pace(bytes);
    }
  }
  return absl::OkStatus();
}

absl::Status Compaction::Write(const ManifestState& state,
                               absl::FunctionRef<bool()> cancelled) {
  const absl::StatusOr<std::vector<CommittedRequest>> requests =
      FindRequests(state);
  if (!requests.ok()) return requests.status();
  RUNDLET_SYNC_POINT("compaction: requests found");
  absl::Status status = CheckRoom(*requests);
  if (!status.ok()) return status;
  RUNDLET_SYNC_POINT("compaction: room found");
  const auto next_id = [this] { return environment_.log->NextSegmentId(); };
  BaseWriter fresh(environment_.file_system, environment_.folder,
                   state.store_id, environment_.segment_bytes, next_id);
  BaseWriter lasting(environment_.file_system, environment_.folder,
                     state.store_id, environment_.segment_bytes, next_id);
  for (const CommittedRequest& request : *requests) {
    status = fresh.Append(ReceiptRecordOf(request));
    if (!status.ok()) return status;
  }
  status = CopyLive(
      state, {&fresh, inputs_.takes_everything ? &fresh : &lasting}, cancelled);
  if (!status.ok()) return status;
  for (BaseWriter* const writer : {&fresh, &lasting}) {
    absl::StatusOr<std::vector<BaseWriter::Output>> outputs = writer->Finish();
    if (!outputs.ok()) return outputs.status();
    std::move(outputs->begin(), outputs->end(), std::back_inserter(outputs_));
  }
  return absl::OkStatus();
}

// Reads the outputs once more before anything relies on them.
absl::Status Compaction::Verify() {
  for (const BaseWriter::Output& output : outputs_) {
    absl::Status replayed = ReplaySegment(
        *output.segment, kFileHeaderBytes, output.seal.bytes,
        [](const Record&, const Location&) { return absl::OkStatus(); });
    if (!replayed.ok()) return replayed;
  }
  return absl::OkStatus();
}

absl::Status Compaction::Exchange(int64_t time_us) {
  ManifestEdit edit;
  edit.removed = inputs_.segment_ids;
  for (const BaseWriter::Output& output : outputs_) {
    edit.added.push_back({output.segment->id(), FileKind::kBase});
    edit.sealed.push_back(output.seal);
    report_.bytes_after += output.seal.bytes;
  }
  edit.floor = floor_;
  edit.time_us = time_us;
  report_.segments_after = outputs_.size();
  return environment_.manifest->Append(edit);
}

absl::Status Compaction::LeadIndexToOutputs() {
  for (const BaseWriter::Output& output : outputs_) {
    environment_.segments->Add(output.segment);
    RUNDLET_SYNC_POINT("compaction: output added");
    absl::Status replayed = ReplaySegment(
        *output.segment, kFileHeaderBytes, output.seal.bytes,
        [this](const Record& record, const Location& location) {
          RUNDLET_SYNC_POINT("compaction: record to be led to");
          environment_.index->Relocate(record.key, record.revision, location);
          return absl::OkStatus();
        });
    if (!replayed.ok()) return replayed;
  }
  return absl::OkStatus();
}

void Compaction::RemoveOutputs() {
  for (const BaseWriter::Output& output : outputs_) {
    // They are not listed: the next open takes away what stays.
    environment_.file_system->RemoveFile(output.segment->path()).IgnoreError();
  }
}

void Compaction::RemoveInputs() {
  std::vector<std::string> paths;
  for (const uint64_t id : inputs_.segment_ids) {
    paths.push_back(environment_.segments->Find(id)->path());
  }
  environment_.segments->Remove(inputs_.segment_ids);
  RUNDLET_SYNC_POINT("compaction: inputs taken out");
  for (const std::string& path : paths) {
    const absl::Status removed = environment_.file_system->RemoveFile(path);
    if (removed.ok()) continue;
    // The store is whole without them; the next open tries again.
    environment_.on_event(
        absl::StrCat("a compacted segment stays behind: ", removed.message()));
  }
}

absl::StatusOr<CompactionReport> Compaction::Run(
    int64_t time_us, absl::FunctionRef<bool()> cancelled) {
  const absl::StatusOr<CompactionSurvey> survey =
      CompactionSurvey::Take(environment_, time_us, cancelled);
  if (!survey.ok()) return survey.status();
  return RunOn(*survey, survey->Everything(), time_us, cancelled);
}

absl::StatusOr<CompactionReport> Compaction::RunOn(
    const CompactionSurvey& survey, CompactionInputs inputs, int64_t time_us,
    absl::FunctionRef<bool()> cancelled) {
  inputs_ = std::move(inputs);
  Count(survey.state());
  if (inputs_.segment_ids.empty()) return report_;
  RUNDLET_SYNC_POINT("compaction: inputs chosen");
  absl::Status status = Write(survey.state(), cancelled);
  RUNDLET_SYNC_POINT("compaction: outputs finished");
  if (status.ok()) status = Verify();
  RUNDLET_SYNC_POINT("compaction: outputs verified");
  // A record was left out if the index led to a newer one, which may be in the
  // active segment and not synced: a power loss must not take both (P2).
  if (status.ok()) status = environment_.sync_log();
  if (status.ok()) RUNDLET_SYNC_POINT("compaction: log synced");
  if (status.ok()) status = Exchange(time_us);
  if (status.ok()) RUNDLET_SYNC_POINT("compaction: segments exchanged");
  if (!status.ok()) {
    // Whether a broken MANIFEST lists them nobody knows: then they stay.
    must_stop_ = environment_.manifest->broken();
    if (!must_stop_) RemoveOutputs();
    return status;
  }
  status = LeadIndexToOutputs();
  if (!status.ok()) {
    must_stop_ = true;
    return status;
  }
  RUNDLET_SYNC_POINT("compaction: index led");
  report_.records_dropped -= report_.records_kept;
  RUNDLET_SYNC_POINT("compaction: inputs to go");
  RemoveInputs();
  return report_;
}

}  // namespace rundlet

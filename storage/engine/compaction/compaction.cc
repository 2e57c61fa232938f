#include "storage/engine/compaction/compaction.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/engine/sync_point.h"
#include "storage/format/file_header.h"
#include "storage/log/segment_replay.h"

namespace rundlet {
namespace {

// Keys looked at under the index's lock at a time.
constexpr size_t kKeysAtOnce = 128;

}  // namespace

Compaction::Compaction(Environment environment)
    : environment_(std::move(environment)) {}

absl::Status Compaction::ChooseInputs(const ManifestState& state,
                                      int64_t time_us) {
  HistoryWindow::Kept kept;
  if (environment_.history != nullptr) {
    absl::StatusOr<HistoryWindow::Kept> now =
        environment_.history->At(time_us, state);
    if (!now.ok()) return now.status();
    kept = *std::move(now);
  }
  const Revision visible = environment_.index->visible();
  // What an earlier one has dropped is no longer in the inputs.
  floor_ = state.floor;
  for (const auto& [id, segment] : state.segments) {
    // Sealed meanwhile, with commits that still wait for their callbacks' turn.
    if (!segment.seal.has_value() || segment.seal->revision_max > visible) {
      continue;
    }
    if (kept.segment_ids.count(id) > 0) continue;
    inputs_.push_back(id);
    floor_ = std::max(floor_, segment.seal->revision_max + 1);
    revision_max_ = std::max(revision_max_, segment.seal->revision_max);
    report_.bytes_before += segment.seal->bytes;
    report_.records_dropped += segment.seal->record_count;
  }
  report_.segments_before = inputs_.size();
  return absl::OkStatus();
}

// An output that cannot be finished would only take the room that writes need.
absl::Status Compaction::CheckRoom() const {
  const uint64_t live_bytes = environment_.index->usage().live_bytes;
  absl::StatusOr<uint64_t> available =
      environment_.file_system->AvailableBytes(environment_.folder);
  if (available.ok() && live_bytes > *available &&
      environment_.disk != nullptr && environment_.disk->LendToCompaction()) {
    available = environment_.file_system->AvailableBytes(environment_.folder);
  }
  if (!available.ok()) return available.status();
  if (live_bytes <= *available) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("a compaction needs room for ", live_bytes,
                   " live bytes, the disk has ", *available));
}

absl::Status Compaction::CopyVersion(absl::string_view key,
                                     const Version& version,
                                     BaseWriter& writer) {
  const std::shared_ptr<const Segment> segment =
      environment_.segments->Find(version.location.segment_id);
  std::string bytes;
  const absl::StatusOr<Record> record = segment->Read(version.location, &bytes);
  if (!record.ok()) return record.status();
  if (record->key != key || record->revision != version.revision) {
    return absl::DataLossError(
        absl::StrCat(segment->path(), ": at offset ", version.location.offset,
                     ": the record is that of another key or revision"));
  }
  RUNDLET_SYNC_POINT("compaction: record read");
  ++report_.records_kept;
  Record kept = *record;
  kept.extra = {};  // WriteReceipts keeps it, for as long as it is remembered
  return writer.Append(kept);
}

absl::Status Compaction::WriteReceipts(BaseWriter& writer) {
  if (environment_.requests == nullptr) return absl::OkStatus();
  for (const CommittedRequest& request :
       environment_.requests->Until(revision_max_)) {
    absl::Status written = writer.Append(ReceiptRecordOf(request));
    if (!written.ok()) return written;
  }
  return absl::OkStatus();
}

absl::Status Compaction::CopyLive(BaseWriter& writer,
                                  absl::FunctionRef<bool()> cancelled) {
  std::string after;
  while (true) {
    std::vector<std::pair<std::string, Version>> live;
    size_t keys = 0;
    environment_.index->Walk(
        after, [&](absl::string_view key, absl::Span<const Version> versions) {
          for (const Version& version : versions) {
            if (std::binary_search(inputs_.begin(), inputs_.end(),
                                   version.location.segment_id)) {
              live.emplace_back(key, version);
            }
          }
          after = std::string(key);
          return ++keys < kKeysAtOnce;
        });
    RUNDLET_SYNC_POINT("compaction: keys walked");
    if (keys == 0) return absl::OkStatus();
    if (cancelled()) return absl::CancelledError("the store is closing");
    uint64_t bytes = 0;
    for (const auto& [key, version] : live) {
      absl::Status copied = CopyVersion(key, version, writer);
      if (!copied.ok()) return copied;
      bytes += version.location.bytes;
    }
    if (environment_.pace) environment_.pace(bytes);
  }
}

// Reads the outputs once more before anything relies on them.
absl::Status Compaction::Verify(
    const std::vector<BaseWriter::Output>& outputs) {
  for (const BaseWriter::Output& output : outputs) {
    absl::Status replayed = ReplaySegment(
        *output.segment, kFileHeaderBytes, output.seal.bytes,
        [](const Record&, const Location&) { return absl::OkStatus(); });
    if (!replayed.ok()) return replayed;
  }
  return absl::OkStatus();
}

absl::Status Compaction::Exchange(
    const std::vector<BaseWriter::Output>& outputs, int64_t time_us) {
  ManifestEdit edit;
  edit.removed = inputs_;
  for (const BaseWriter::Output& output : outputs) {
    edit.added.push_back({output.segment->id(), FileKind::kBase});
    edit.sealed.push_back(output.seal);
    report_.bytes_after += output.seal.bytes;
  }
  edit.floor = floor_;
  edit.time_us = time_us;
  report_.segments_after = outputs.size();
  return environment_.manifest->Append(edit);
}

absl::Status Compaction::LeadIndexTo(
    const std::vector<BaseWriter::Output>& outputs) {
  for (const BaseWriter::Output& output : outputs) {
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

void Compaction::RemoveInputs() {
  std::vector<std::string> paths;
  for (const uint64_t id : inputs_) {
    paths.push_back(environment_.segments->Find(id)->path());
  }
  environment_.segments->Remove(inputs_);
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
  const ManifestState state = environment_.manifest->state();
  absl::Status status = ChooseInputs(state, time_us);
  if (!status.ok()) return status;
  if (inputs_.empty()) return report_;
  RUNDLET_SYNC_POINT("compaction: inputs chosen");
  status = CheckRoom();
  if (!status.ok()) return status;
  RUNDLET_SYNC_POINT("compaction: room found");
  BaseWriter writer(environment_.file_system, environment_.folder,
                    state.store_id, environment_.segment_bytes,
                    [this] { return environment_.log->NextSegmentId(); });
  status = WriteReceipts(writer);
  if (status.ok()) status = CopyLive(writer, cancelled);
  if (!status.ok()) return status;
  const absl::StatusOr<std::vector<BaseWriter::Output>> outputs =
      writer.Finish();
  if (!outputs.ok()) return outputs.status();
  RUNDLET_SYNC_POINT("compaction: outputs finished");
  status = Verify(*outputs);
  RUNDLET_SYNC_POINT("compaction: outputs verified");
  // A record was left out if the index led to a newer one, which may be in the
  // active segment and not synced: a power loss must not take both (P2).
  if (status.ok()) status = environment_.sync_log();
  RUNDLET_SYNC_POINT("compaction: log synced");
  if (status.ok()) status = Exchange(*outputs, time_us);
  RUNDLET_SYNC_POINT("compaction: segments exchanged");
  if (!status.ok()) {
    // Whether a broken MANIFEST lists them nobody knows: then they stay.
    must_stop_ = environment_.manifest->broken();
    for (const BaseWriter::Output& output : *outputs) {
      if (must_stop_) break;
      environment_.file_system->RemoveFile(output.segment->path())
          .IgnoreError();
    }
    return status;
  }
  status = LeadIndexTo(*outputs);
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

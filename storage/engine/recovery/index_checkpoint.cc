#include "storage/engine/recovery/index_checkpoint.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/engine/record_version.h"
#include "storage/engine/recovery/restore_batch.h"
#include "storage/format/file_names.h"
#include "storage/log/hint_file.h"

namespace rundlet {
namespace {

HintFileName NameOf(const std::string& folder, const ManifestState& state) {
  return {CheckpointPath(folder), FileKind::kCheckpoint, state.store_id, 0};
}

// The seal of the active segment, taken out of the binding, which then says
// what the MANIFEST says.
std::optional<SegmentSeal> TakeActive(const CleanStop& stop,
                                      ManifestEdit* binding) {
  const auto active =
      std::find_if(binding->sealed.begin(), binding->sealed.end(),
                   [&stop](const SegmentSeal& seal) {
                     return seal.segment_id == stop.active_id &&
                            seal.bytes == stop.synced_bytes;
                   });
  if (active == binding->sealed.end()) return std::nullopt;
  const SegmentSeal seal = *active;
  binding->sealed.erase(active);
  return seal;
}

}  // namespace

std::string CheckpointPath(const std::string& folder) {
  return absl::StrCat(folder, "/", kCheckpointName);
}

absl::Status WriteCheckpoint(FileSystem* file_system, const std::string& folder,
                             const ManifestState& state,
                             const SegmentSeal& active, const Index& index,
                             absl::Span<const CommittedRequest> requests) {
  ManifestEdit binding = state.AsEdit();
  binding.sealed.push_back(active);
  const absl::StatusOr<std::unique_ptr<HintWriter>> writer =
      HintWriter::Create(file_system, NameOf(folder, state), binding);
  if (!writer.ok()) return writer.status();
  absl::Status status;
  index.Walk(
      "", [&](absl::string_view key, absl::Span<const Version> versions) {
        const Version& newest = versions.back();
        if (newest.deleted) return true;
        if (newest.location.segment_id == 0) {
          status = absl::InternalError("a key is in no segment");
          return false;
        }
        status = (*writer)->Append(RecordOf(key, newest), newest.location);
        return status.ok();
      });
  for (const CommittedRequest& request : requests) {
    if (status.ok()) {
      status = (*writer)->Append(ReceiptRecordOf(request), Location());
    }
  }
  return status.ok() ? (*writer)->Finish() : status;
}

absl::StatusOr<SegmentSeal> LoadCheckpoint(
    FileSystem* file_system, const std::string& folder,
    const ManifestState& state, Index* index,
    std::vector<CommittedRequest>* requests) {
  const absl::StatusOr<std::unique_ptr<HintReader>> reader =
      HintReader::Open(file_system, NameOf(folder, state));
  if (!reader.ok()) return reader.status();
  ManifestEdit binding = (*reader)->binding();
  const std::optional<SegmentSeal> active =
      TakeActive(*state.clean_stop, &binding);
  if (!active.has_value() ||
      EncodeManifestEdit(binding) != EncodeManifestEdit(state.AsEdit())) {
    return absl::DataLossError(absl::StrCat(
        CheckpointPath(folder), ": it is that of another clean stop"));
  }
  RestoreBatch batch(index);
  const absl::Status visited =
      (*reader)->Visit([&](const Record& record, const Location& location) {
        NoteRequest(record, requests);
        batch.Add(record, location);
        return absl::OkStatus();
      });
  if (!visited.ok()) return visited;
  batch.Flush();
  return *active;
}

}  // namespace rundlet

#include "storage/engine/integrity/folder_writer.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "storage/format/file_header.h"
#include "storage/format/file_names.h"
#include "storage/log/manifest.h"

namespace rundlet {

FolderWriter::FolderWriter(Settings settings, std::unique_ptr<FileLock> lock)
    : settings_(std::move(settings)),
      lock_(std::move(lock)),
      base_(std::make_unique<BaseWriter>(
          settings_.file_system, settings_.folder, settings_.store_id,
          settings_.segment_bytes, [this] { return next_segment_id_++; })) {}

absl::StatusOr<std::unique_ptr<FolderWriter>> FolderWriter::Create(
    Settings settings) {
  FileSystem* const files = settings.file_system;
  const absl::Status made = files->MakeDirectory(settings.folder);
  if (!made.ok()) return made;
  absl::StatusOr<std::unique_ptr<FileLock>> lock =
      files->LockFile(absl::StrCat(settings.folder, "/", kLockName));
  if (!lock.ok()) return lock.status();
  const absl::StatusOr<std::vector<std::string>> names =
      files->ListDirectory(settings.folder);
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (name == kLockName) continue;
    return absl::AlreadyExistsError(
        absl::StrCat(settings.folder, " is not empty: it holds ", name));
  }
  return absl::WrapUnique(
      new FolderWriter(std::move(settings), *std::move(lock)));
}

FolderWriter::~FolderWriter() {
  if (!finished_) RemoveAll();
}

// A MANIFEST that may stand there lists the segments: it has to be gone for
// good before they go, and where that is not sure they stay.
void FolderWriter::RemoveAll() {
  FileSystem* const files = settings_.file_system;
  for (const char* name : {kManifestName, kNewManifestName}) {
    const absl::Status removed =
        files->RemoveFile(absl::StrCat(settings_.folder, "/", name));
    if (!removed.ok() && !absl::IsNotFound(removed)) return;
  }
  if (active_ != nullptr && !files->SyncDirectory(settings_.folder).ok()) {
    return;
  }
  // Best effort: what stays behind is no store.
  for (const BaseWriter::Output& output : outputs_) {
    files->RemoveFile(output.segment->path()).IgnoreError();
  }
  if (active_ != nullptr) files->RemoveFile(active_->path()).IgnoreError();
}

absl::Status FolderWriter::Append(const Record& record) {
  return base_->Append(record);
}

absl::Status FolderWriter::WriteManifest(const Facts& facts) {
  ManifestState state;
  state.store_id = settings_.store_id;
  for (const BaseWriter::Output& output : outputs_) {
    state.segments[output.segment->id()] = {FileKind::kBase, output.seal};
  }
  state.segments[active_->id()] = {FileKind::kLog, std::nullopt};
  state.segment_id_max = active_->id();
  state.revision_ceiling = facts.next_revision - 1;
  // A base segment is no history of its changes (L3).
  state.floor = facts.next_revision;
  state.time_us = facts.time_us;
  state.ingested = facts.ingested;
  state.dictionaries = facts.dictionaries;
  state.clean_stop =
      CleanStop{active_->id(), kFileHeaderBytes, facts.next_revision};
  state.stopped_cleanly = true;
  return Manifest::Write(settings_.file_system, settings_.folder, state)
      .status();
}

absl::StatusOr<FolderWriter::Written> FolderWriter::Finish(const Facts& facts) {
  FileSystem* const files = settings_.file_system;
  absl::StatusOr<std::vector<BaseWriter::Output>> outputs = base_->Finish();
  if (!outputs.ok()) return outputs.status();
  outputs_ = *std::move(outputs);
  absl::StatusOr<std::shared_ptr<Segment>> active = Segment::Create(
      files, settings_.folder, {next_segment_id_++, FileKind::kLog},
      settings_.store_id, /*recovered=*/false);
  if (!active.ok()) return active.status();
  active_ = *std::move(active);
  absl::Status status = files->SyncDirectory(settings_.folder);
  if (status.ok()) status = WriteManifest(facts);
  if (!status.ok()) return status;
  finished_ = true;
  Written written;
  written.segment_count = outputs_.size() + 1;
  written.bytes = active_->bytes();
  for (const BaseWriter::Output& output : outputs_) {
    written.record_count += output.seal.record_count;
    written.bytes += output.seal.bytes;
  }
  return written;
}

}  // namespace rundlet

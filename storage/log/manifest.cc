#include "storage/log/manifest.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "storage/format/checksum.h"
#include "storage/format/file_header.h"
#include "storage/format/file_names.h"

namespace rundlet {
namespace {

// The bytes of an edit at `offset`: its two copies.
std::string EncodeEdit(const ManifestEdit& edit, uint64_t edit_number,
                       uint32_t salt, uint64_t offset) {
  const std::string payload = EncodeManifestEdit(edit);
  std::string bytes;
  for (uint8_t copy = 0; copy < 2; ++copy) {
    AppendEditCopy({edit_number, copy, payload},
                   PlaceSeed(salt, offset + bytes.size()), &bytes);
  }
  return bytes;
}

// What reading a MANIFEST's edits came to.
struct EditLog {
  ManifestState state;
  uint64_t edit_number = 0;
  bool damaged = false;  // a copy was bad or missing, or bytes were left over
};

// Applies each edit of which at least one copy is good. Where a copy is bad the
// next good one is looked for byte by byte: it is the other copy, or of the
// next edit if both are bad, which is corruption.
absl::Status ReadEdits(absl::string_view bytes, uint32_t salt, EditLog* log) {
  int copies = 2;  // seen of the last edit
  size_t at = kFileHeaderBytes;
  size_t bad_at = bytes.size();
  while (at < bytes.size()) {
    const absl::StatusOr<EditCopy> copy =
        DecodeEditCopy(bytes.substr(at), PlaceSeed(salt, at));
    if (!copy.ok()) {
      log->damaged = true;
      bad_at = std::min(bad_at, at);
      ++at;
      continue;
    }
    if (copy->edit_number > log->edit_number + 1) {
      return absl::DataLossError(
          absl::StrCat("at offset ", bad_at, ": edit ", log->edit_number + 1,
                       " is damaged, and a later one relies on it"));
    }
    if (copy->edit_number == log->edit_number) ++copies;
    if (copy->edit_number == log->edit_number + 1) {
      if (copies < 2) log->damaged = true;
      copies = 1;
      const absl::StatusOr<ManifestEdit> edit =
          DecodeManifestEdit(copy->payload);
      if (!edit.ok()) return edit.status();
      absl::Status applied = log->state.Apply(*edit);
      if (!applied.ok()) return applied;
      ++log->edit_number;
    }
    at += copy->EncodedBytes();
  }
  // A cut between the copies leaves no bad byte.
  if (copies < 2) log->damaged = true;
  // The first edit comes with the file, in one rename.
  if (log->edit_number == 0) {
    return absl::DataLossError("its first edit is damaged");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadWhole(const File& file) {
  const absl::StatusOr<uint64_t> size = file.SizeBytes();
  if (!size.ok()) return size.status();
  std::string bytes(*size, '\0');
  const absl::Status read = file.ReadAt(0, bytes.size(), &bytes[0]);
  if (!read.ok()) return read;
  return bytes;
}

struct NewFile {
  std::unique_ptr<File> file;
  uint64_t bytes = 0;
  uint64_t edit_number = 0;
};

// Writes the file that is to become the MANIFEST, whose place it does not take.
absl::StatusOr<NewFile> WriteNewFile(FileSystem* file_system,
                                     const std::string& folder,
                                     const ManifestState& state) {
  const std::string path = absl::StrCat(folder, "/", kNewManifestName);
  const absl::Status removed = file_system->RemoveFile(path);
  if (!removed.ok() && !absl::IsNotFound(removed)) return removed;
  const uint32_t salt = SegmentSalt(state.store_id, 0);
  std::string bytes =
      EncodeFileHeader({FileKind::kManifest, false, state.store_id, 0});
  uint64_t edit_number = 1;
  bytes += EncodeEdit(state.AsEdit(), edit_number, salt, bytes.size());
  if (state.clean_stop.has_value() && !state.stopped_cleanly) {
    bytes += EncodeEdit(ManifestEdit(), ++edit_number, salt, bytes.size());
  }
  absl::StatusOr<std::unique_ptr<File>> file = file_system->CreateFile(path);
  if (!file.ok()) return file.status();
  const absl::Status written = (*file)->WriteAt(0, bytes);
  if (!written.ok()) {
    // Half a file is of no use, and may have taken the last of the room.
    file_system->RemoveFile(path).IgnoreError();
    return written;
  }
  return NewFile{*std::move(file), bytes.size(), edit_number};
}

// Puts what WriteNewFile wrote into the MANIFEST's place, durably.
absl::Status Publish(FileSystem* file_system, const std::string& folder,
                     File& file) {
  absl::Status status = file.Sync();
  if (status.ok()) {
    status =
        file_system->RenameFile(absl::StrCat(folder, "/", kNewManifestName),
                                absl::StrCat(folder, "/", kManifestName));
  }
  if (status.ok()) status = file_system->SyncDirectory(folder);
  return status;
}

// Makes sure that what was read is on the disk. It may stand in the page cache
// alone: after a sync that failed in the process before this one, or between a
// rename and the folder's sync. Edits that go on behind it would be lost with
// it.
absl::Status SyncAgain(FileSystem* file_system, const std::string& folder,
                       absl::string_view bytes, File& file) {
  absl::Status status = file.WriteAt(0, bytes);
  if (status.ok()) status = file.Sync();
  if (status.ok()) status = file_system->SyncDirectory(folder);
  return status;
}

absl::Status At(const std::string& path, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat(path, ": ", status.message()));
}

}  // namespace

Manifest::Manifest(FileSystem* file_system, std::string folder,
                   ManifestState state, std::unique_ptr<File> file,
                   uint64_t bytes, uint64_t edit_number)
    : file_system_(file_system),
      folder_(std::move(folder)),
      state_(std::move(state)),
      file_(std::move(file)),
      bytes_(bytes),
      edit_number_(edit_number) {}

absl::StatusOr<std::unique_ptr<Manifest>> Manifest::Open(
    FileSystem* file_system, const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/", kManifestName);
  absl::StatusOr<std::unique_ptr<File>> file = file_system->OpenFile(path);
  if (!file.ok()) return file.status();
  const absl::StatusOr<std::string> bytes = ReadWhole(**file);
  if (!bytes.ok()) return bytes.status();
  const absl::StatusOr<FileHeader> header = DecodeFileHeader(*bytes);
  if (!header.ok()) return At(path, header.status());
  if (header->kind != FileKind::kManifest) {
    return At(path, absl::DataLossError("its header is that of a segment"));
  }
  EditLog log;
  const absl::Status edits =
      ReadEdits(*bytes, SegmentSalt(header->store_id, 0), &log);
  if (!edits.ok()) return At(path, edits);
  log.state.store_id = header->store_id;
  if (log.damaged) return Write(file_system, folder, log.state);
  const absl::Status synced = SyncAgain(file_system, folder, *bytes, **file);
  if (!synced.ok()) return synced;
  return absl::WrapUnique(new Manifest(file_system, folder,
                                       std::move(log.state), *std::move(file),
                                       bytes->size(), log.edit_number));
}

absl::Status Manifest::Read(FileSystem* file_system, const std::string& folder,
                            absl::string_view store_id, ManifestState* state) {
  const std::string path = absl::StrCat(folder, "/", kManifestName);
  const absl::StatusOr<std::unique_ptr<File>> file =
      file_system->OpenFile(path);
  if (!file.ok()) return file.status();
  const absl::StatusOr<std::string> bytes = ReadWhole(**file);
  if (!bytes.ok()) return bytes.status();
  const absl::StatusOr<FileHeader> header = DecodeFileHeader(*bytes);
  if (!header.ok() && !absl::IsDataLoss(header.status())) {
    return At(path, header.status());
  }
  EditLog log;
  log.state.store_id = header.ok() ? header->store_id : std::string(store_id);
  const absl::Status edits =
      ReadEdits(*bytes, SegmentSalt(log.state.store_id, 0), &log);
  *state = std::move(log.state);
  if (!header.ok()) return At(path, header.status());
  return edits.ok() ? edits : At(path, edits);
}

absl::StatusOr<std::unique_ptr<Manifest>> Manifest::Write(
    FileSystem* file_system, const std::string& folder,
    const ManifestState& state) {
  absl::StatusOr<NewFile> fresh = WriteNewFile(file_system, folder, state);
  if (!fresh.ok()) return fresh.status();
  const absl::Status published = Publish(file_system, folder, *fresh->file);
  if (!published.ok()) return published;
  return absl::WrapUnique(new Manifest(file_system, folder, state,
                                       std::move(fresh->file), fresh->bytes,
                                       fresh->edit_number));
}

absl::Status Manifest::WriteEdit(const ManifestEdit& edit) {
  const std::string bytes = EncodeEdit(edit, edit_number_ + 1,
                                       SegmentSalt(state_.store_id, 0), bytes_);
  absl::Status written = file_->WriteAt(bytes_, bytes);
  if (!written.ok()) {
    // The cut is made durable, or the edit might come back after a crash.
    absl::Status cut = file_->Truncate(bytes_);
    if (cut.ok()) cut = file_->Sync();
    if (cut.ok()) return written;
    failure_ = absl::UnknownError(absl::StrCat(
        "a failed write to the MANIFEST could not be cut off: ", cut.message(),
        "; the write: ", written.message()));
    return failure_;
  }
  const absl::Status synced = file_->Sync();
  if (!synced.ok()) {
    failure_ = absl::UnknownError(
        absl::StrCat("the MANIFEST could not be synced: ", synced.message()));
    return failure_;
  }
  bytes_ += bytes.size();
  ++edit_number_;
  return absl::OkStatus();
}

absl::Status Manifest::Rewrite() {
  absl::StatusOr<NewFile> fresh = WriteNewFile(file_system_, folder_, state_);
  // No room, say: the MANIFEST stands as it was, and the next edit tries again.
  if (!fresh.ok()) return absl::OkStatus();
  const absl::Status published = Publish(file_system_, folder_, *fresh->file);
  if (!published.ok()) {
    // Nobody knows which of the two files a restart will find.
    failure_ = absl::UnknownError(absl::StrCat(
        "the MANIFEST could not be rewritten: ", published.message()));
    return failure_;
  }
  file_ = std::move(fresh->file);
  bytes_ = fresh->bytes;
  rewritten_bytes_ = fresh->bytes;
  edit_number_ = fresh->edit_number;
  return absl::OkStatus();
}

void Manifest::RewriteAt(uint64_t bytes) {
  const absl::MutexLock lock(&mu_);
  rewrite_bytes_ = bytes;
}

absl::Status Manifest::Append(const ManifestEdit& edit) {
  const absl::MutexLock lock(&mu_);
  if (!failure_.ok()) return failure_;
  ManifestState next = state_;
  absl::Status applied = next.Apply(edit);
  if (!applied.ok()) return applied;
  absl::Status written = WriteEdit(edit);
  if (!written.ok()) return written;
  state_ = std::move(next);
  if (on_segments_ && !(edit.sealed.empty() && edit.removed.empty())) {
    on_segments_();
  }
  if (bytes_ >= std::max(rewrite_bytes_, 2 * rewritten_bytes_)) {
    return Rewrite();
  }
  return absl::OkStatus();
}

std::string Manifest::path() const {
  return absl::StrCat(folder_, "/", kManifestName);
}

absl::Status Manifest::Verify() const {
  const absl::MutexLock lock(&mu_);
  std::string bytes(bytes_, '\0');
  absl::Status read = file_->ReadAt(0, bytes.size(), &bytes[0]);
  if (!read.ok()) return read;
  const absl::StatusOr<FileHeader> header = DecodeFileHeader(bytes);
  if (!header.ok()) return header.status();
  EditLog log;
  absl::Status edits = ReadEdits(bytes, SegmentSalt(state_.store_id, 0), &log);
  if (!edits.ok()) return edits;
  if (log.damaged) {
    return absl::DataLossError("one of the two copies of an edit is damaged");
  }
  if (header->store_id != state_.store_id || log.edit_number != edit_number_ ||
      EncodeManifestEdit(log.state.AsEdit()) !=
          EncodeManifestEdit(state_.AsEdit())) {
    return absl::DataLossError("the edits are not those of this store's state");
  }
  return absl::OkStatus();
}

void Manifest::OnSegments(std::function<void()> hook) {
  const absl::MutexLock lock(&mu_);
  on_segments_ = std::move(hook);
}

bool Manifest::broken() const {
  const absl::MutexLock lock(&mu_);
  return !failure_.ok();
}

ManifestState Manifest::state() const {
  const absl::MutexLock lock(&mu_);
  return state_;
}

}  // namespace rundlet

#include "storage/engine/recovery/folder.h"

#include "absl/strings/str_cat.h"
#include "storage/format/file_names.h"
#include "storage/log/segment_replay.h"

namespace rundlet {
namespace {

std::string PathOf(const std::string& folder, absl::string_view name) {
  return absl::StrCat(folder, "/", name);
}

// Whether a log segment holds a group. One with a bad header was never
// finished. `store_id` is empty if it is not known; then one that a recovery
// has made counts, too, which else was not listed yet.
absl::StatusOr<bool> HoldsCommits(FileSystem* file_system,
                                  const std::string& folder, SegmentName name,
                                  const std::string& store_id) {
  std::string id = store_id;
  if (id.empty()) {
    absl::StatusOr<std::unique_ptr<File>> file =
        file_system->OpenFile(PathOf(folder, FormatSegmentName(name)));
    if (!file.ok()) return file.status();
    const absl::StatusOr<uint64_t> size = (*file)->SizeBytes();
    if (!size.ok()) return size.status();
    if (*size < kFileHeaderBytes) return false;
    std::string bytes(kFileHeaderBytes, '\0');
    const absl::Status read = (*file)->ReadAt(0, bytes.size(), &bytes[0]);
    if (!read.ok()) return read;
    const absl::StatusOr<FileHeader> header = DecodeFileHeader(bytes);
    if (absl::IsDataLoss(header.status())) return false;
    if (!header.ok()) return header.status();
    id = header->store_id;
  }
  const absl::StatusOr<std::shared_ptr<Segment>> segment =
      Segment::Open(file_system, folder, name, id);
  if (absl::IsDataLoss(segment.status())) return false;
  if (!segment.ok()) return segment.status();
  if ((*segment)->recovered() && !store_id.empty()) return false;
  return HoldsGroup(**segment);
}

bool IsSealed(const ManifestState& state, uint64_t segment_id) {
  const auto listed = state.segments.find(segment_id);
  return listed != state.segments.end() && listed->second.seal.has_value();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Manifest>> MakeStore(FileSystem* file_system,
                                                    const std::string& folder,
                                                    const std::string& store_id,
                                                    int64_t time_us) {
  const absl::StatusOr<std::vector<std::string>> names =
      file_system->ListDirectory(folder);
  if (!names.ok()) return names.status();
  std::vector<std::string> unfinished;
  for (const std::string& name : *names) {
    const std::optional<SegmentName> segment = ParseSegmentName(name);
    if (!segment.has_value()) continue;
    // A base segment is made only by a store that has a MANIFEST.
    absl::StatusOr<bool> lost = true;
    if (segment->kind == FileKind::kLog) {
      lost = HoldsCommits(file_system, folder, *segment, "");
    }
    if (!lost.ok()) return lost.status();
    if (*lost) {
      return absl::DataLossError(
          absl::StrCat(PathOf(folder, kManifestName), " is missing, but ",
                       PathOf(folder, name), " is part of a store"));
    }
    unfinished.push_back(PathOf(folder, name));
  }
  for (const std::string& path : unfinished) {
    const absl::Status removed = file_system->RemoveFile(path);
    if (!removed.ok()) return removed;
  }
  ManifestState state;
  state.store_id = store_id;
  state.segment_id_max = 1;
  state.segments[1] = {FileKind::kLog, std::nullopt};
  state.time_us = time_us;
  state.clean_stop = CleanStop{1, kFileHeaderBytes, /*next_revision=*/1};
  state.stopped_cleanly = true;
  const absl::StatusOr<std::shared_ptr<Segment>> first = Segment::Create(
      file_system, folder, {1, FileKind::kLog}, store_id, /*recovered=*/false);
  if (!first.ok()) return first.status();
  const absl::Status named = file_system->SyncDirectory(folder);
  if (!named.ok()) return named;
  return Manifest::Write(file_system, folder, state);
}

absl::StatusOr<std::vector<std::string>> FindUnlisted(
    FileSystem* file_system, const std::string& folder,
    const ManifestState& state) {
  const absl::StatusOr<std::vector<std::string>> names =
      file_system->ListDirectory(folder);
  if (!names.ok()) return names.status();
  std::vector<std::string> unlisted;
  for (const std::string& name : *names) {
    const std::optional<uint64_t> hint = ParseHintName(name);
    if (name == kNewManifestName || name == kCheckpointName ||
        (hint.has_value() && !IsSealed(state, *hint))) {
      unlisted.push_back(PathOf(folder, name));
    }
    const std::optional<SegmentName> segment = ParseSegmentName(name);
    if (!segment.has_value()) continue;
    const auto listed = state.segments.find(segment->segment_id);
    if (listed != state.segments.end() &&
        listed->second.kind == segment->kind) {
      continue;
    }
    if (segment->kind == FileKind::kLog &&
        segment->segment_id > state.segment_id_max) {
      const absl::StatusOr<bool> lost =
          HoldsCommits(file_system, folder, *segment, state.store_id);
      if (!lost.ok()) return lost.status();
      if (*lost) {
        return absl::DataLossError(absl::StrCat(
            PathOf(folder, kManifestName), " does not list ",
            PathOf(folder, name), ", which holds commits: an edit is lost"));
      }
    }
    unlisted.push_back(PathOf(folder, name));
  }
  return unlisted;
}

absl::StatusOr<std::shared_ptr<Segment>> OpenListed(
    FileSystem* file_system, const std::string& folder,
    const std::string& store_id, uint64_t segment_id,
    const ManifestState::SegmentState& listed) {
  absl::StatusOr<std::shared_ptr<Segment>> segment =
      Segment::Open(file_system, folder, {segment_id, listed.kind}, store_id);
  if (absl::IsNotFound(segment.status())) {
    return absl::DataLossError(absl::StrCat(
        "a segment of the store is missing: ", segment.status().message()));
  }
  if (!segment.ok() || !listed.seal.has_value()) return segment;
  const absl::StatusOr<uint64_t> size = (*segment)->file().SizeBytes();
  if (!size.ok()) return size.status();
  if (*size < listed.seal->bytes) {
    return absl::DataLossError(
        absl::StrCat((*segment)->path(), ": ends after ", *size, " bytes, but ",
                     listed.seal->bytes, " bytes with ",
                     listed.seal->record_count, " records had been synced"));
  }
  (*segment)->set_bytes(listed.seal->bytes);
  return segment;
}

}  // namespace rundlet

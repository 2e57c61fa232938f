#include "storage/engine/commit/active_log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/engine/sync_point.h"

namespace rundlet {
namespace {

// Enough that the cost of a write(2) is lost in it, little enough that the
// first commit of a group does not wait long for the last.
constexpr uint64_t kGroupBytesMax = 1 << 20;

// Of the zeros ahead of the log: what one sync may take for them to be worth
// writing everything twice, and what is left of them when they are renewed.
constexpr uint64_t kSmallSyncPart = 16;
constexpr uint64_t kLowAheadPart = 16;

}  // namespace

ActiveLog::ActiveLog(Settings settings, Manifest* manifest,
                     SegmentSet* segments, std::unique_ptr<LogWriter> writer,
                     uint64_t next_segment_id)
    : settings_(std::move(settings)),
      manifest_(manifest),
      segments_(segments),
      writer_(std::move(writer)),
      synced_bytes_(writer_->segment()->bytes()),
      counted_bytes_(writer_->segment()->bytes()),
      revision_ceiling_(manifest->state().revision_ceiling),
      next_segment_id_(next_segment_id) {}

absl::Status ActiveLog::Broken(const absl::Status& status,
                               absl::string_view what) {
  broken_.store(true);
  return absl::UnknownError(absl::StrCat(what, ": ", status.message()));
}

absl::Status ActiveLog::AppendEdit(const ManifestEdit& edit) {
  absl::Status appended = manifest_->Append(edit);
  if (manifest_->broken()) return Broken(appended, "MANIFEST");
  return appended;
}

uint64_t ActiveLog::group_bytes_max() const {
  return std::min(kGroupBytesMax, settings_.segment_bytes);
}

bool ActiveLog::NeedsRoll(uint64_t records_bytes) const {
  return writer_->Seal().record_count > 0 &&
         writer_->segment()->bytes() + LogWriter::GroupBytes(records_bytes) >
             settings_.segment_bytes;
}

absl::Status ActiveLog::TrimAndSync() {
  absl::Status trimmed = writer_->Trim();
  if (!trimmed.ok()) return trimmed;
  absl::Status synced = writer_->segment()->file().Sync();
  if (synced.ok()) return synced;
  return Broken(synced, "the log could not be synced");
}

absl::Status ActiveLog::Roll(int64_t time_us) {
  const SegmentSeal seal = writer_->Seal();
  if (seal.record_count == 0) return absl::OkStatus();
  // Without this sync the new segment could survive a power loss that the end
  // of the old one does not: a hole in the order of commits (P2).
  absl::Status ended = TrimAndSync();
  if (!ended.ok()) return ended;
  RUNDLET_SYNC_POINT("roll: old segment synced");
  synced_bytes_ = seal.bytes;
  const SegmentName name{NextSegmentId(), FileKind::kLog};
  absl::StatusOr<std::shared_ptr<Segment>> next =
      Segment::Create(settings_.file_system, settings_.folder, name,
                      settings_.store_id, /*recovered=*/false);
  if (!next.ok()) return next.status();
  RUNDLET_SYNC_POINT("roll: new segment made");
  const absl::Status named =
      settings_.file_system->SyncDirectory(settings_.folder);
  if (!named.ok()) return Broken(named, "the data folder could not be synced");
  RUNDLET_SYNC_POINT("roll: folder synced");
  ManifestEdit edit;
  edit.sealed.push_back(seal);
  edit.added.push_back({name.segment_id, name.kind});
  edit.time_us = time_us;
  absl::Status listed = AppendEdit(edit);
  if (!listed.ok()) {
    if (!broken()) {
      settings_.file_system->RemoveFile((*next)->path()).IgnoreError();
    }
    return listed;
  }
  RUNDLET_SYNC_POINT("roll: segments listed");
  segments_->Add(*next);
  synced_bytes_ = (*next)->bytes();
  if (settings_.chain != nullptr) {
    settings_.chain->Roll(seal.bytes, seal.revision_max, *next);
  }
  writer_ = std::make_unique<LogWriter>(*std::move(next), SegmentSeal());
  extendable_ = true;
  counted_bytes_ = 0;
  RUNDLET_SYNC_POINT("roll: done");
  return absl::OkStatus();
}

absl::Status ActiveLog::Write(absl::Span<const Record> records, int64_t time_us,
                              std::vector<Location>* locations) {
  absl::Status written =
      writer_->Append(records, time_us, synced_bytes_, locations);
  if (written.ok()) newest_written_ = records.back().revision;
  return written;
}

absl::string_view ActiveLog::Written(const Location& location) const {
  return absl::string_view(writer_->encoded())
      .substr(location.offset - writer_->group_offset(), location.bytes);
}

absl::Status ActiveLog::Repair() {
  absl::Status repaired = writer_->Repair();
  if (repaired.ok()) return repaired;
  return Broken(repaired, "a failed write could not be cut off the log");
}

bool ActiveLog::NeedsExtending() const {
  const uint64_t end = writer_->segment()->bytes();
  return extendable_ &&
         end - synced_bytes_ <= settings_.ahead_bytes / kSmallSyncPart &&
         writer_->ahead_bytes() <
             std::min(settings_.ahead_bytes / kLowAheadPart, Room());
}

uint64_t ActiveLog::Room() const {
  const uint64_t end = writer_->segment()->bytes();
  return settings_.segment_bytes - std::min(end, settings_.segment_bytes);
}

void ActiveLog::Extend() {
  const uint64_t bytes = std::min(Room(), settings_.ahead_bytes);
  extendable_ = writer_->Extend(bytes).ok();
  RUNDLET_SYNC_POINT("log: extended");
  // What cannot be trimmed now is when the segment is sealed.
  if (!extendable_) writer_->Trim().IgnoreError();
}

uint64_t ActiveLog::TakeGrowth() {
  const uint64_t before = counted_bytes_;
  counted_bytes_ = writer_->segment()->bytes() + writer_->ahead_bytes();
  return counted_bytes_ - std::min(before, counted_bytes_);
}

ActiveLog::Mark ActiveLog::End() const {
  return {writer_->segment(), writer_->segment()->bytes()};
}

absl::Status ActiveLog::Sync(const Mark& mark) {
  absl::Status synced = mark.segment->file().Sync();
  if (synced.ok()) return synced;
  return Broken(synced, "the log could not be synced");
}

void ActiveLog::SetSynced(const Mark& mark) {
  if (mark.segment != writer_->segment()) return;
  synced_bytes_ = mark.bytes;
  if (settings_.chain != nullptr) {
    settings_.chain->Extend(mark.bytes, newest_written_);
  }
}

absl::Status ActiveLog::ReserveRevisions(Revision revision) {
  ManifestEdit edit;
  edit.revision_ceiling = revision + settings_.revision_block;
  absl::Status reserved = AppendEdit(edit);
  RUNDLET_SYNC_POINT("revisions: reserved");
  if (reserved.ok()) revision_ceiling_ = *edit.revision_ceiling;
  return reserved;
}

absl::Status ActiveLog::StopCleanly(Revision next_revision, int64_t time_us) {
  // Bytes behind a clean stop would say that it is not the last edit.
  if (writer_->ahead_bytes() > 0) {
    absl::Status ended = TrimAndSync();
    if (!ended.ok()) return ended;
  }
  ManifestEdit edit;
  edit.clean_stop = CleanStop{writer_->segment()->id(),
                              writer_->segment()->bytes(), next_revision};
  edit.time_us = time_us;
  return AppendEdit(edit);
}

}  // namespace rundlet

#include "storage/engine/recovery/recovery.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/engine/guards/disk_guard.h"
#include "storage/engine/recovery/folder.h"
#include "storage/engine/recovery/index_checkpoint.h"
#include "storage/engine/recovery/segment_loader.h"
#include "storage/engine/recovery/store_id.h"
#include "storage/engine/recovery/tail_copy.h"
#include "storage/format/file_header.h"
#include "storage/format/file_names.h"
#include "storage/log/segment_replay.h"

namespace rundlet {
namespace {

constexpr uint32_t kThreadsMax = 16;

uint32_t LoadThreads(uint32_t wanted) {
  if (wanted > 0) return wanted;
  return std::clamp(std::thread::hardware_concurrency(), 1u, kThreadsMax);
}

class Recovery {
 public:
  Recovery(Options& options, SegmentSet* segments, Index* index)
      : options_(options), segments_(segments), index_(index) {}

  absl::StatusOr<RecoveredStore> Run();

 private:
  absl::Status OpenManifest();
  absl::Status OpenSegments();
  void Say(absl::string_view line);
  absl::Status CheckCleanStop() const;
  bool UseCheckpoint();
  absl::Status LoadSealed();
  absl::StatusOr<SegmentSeal> Replay(const Segment& segment, uint64_t to);
  absl::Status CheckNextRevision(Revision next) const;
  absl::Status GoOnCleanly();
  absl::Status GoOnAfterCrash();
  absl::Status RemoveUnlisted();
  absl::Status StartActive(ManifestEdit* edit);

  Options& options_;
  SegmentSet* const segments_;
  Index* const index_;
  RecoveredStore recovered_;
  ManifestState state_;
  std::vector<std::string> unlisted_;
  std::shared_ptr<Segment> active_;
  Revision revision_max_ = 0;               // of the records seen so far
  std::optional<SegmentSeal> active_seal_;  // from the checkpoint
};

absl::Status Recovery::OpenManifest() {
  FileSystem* const files = options_.file_system;
  absl::Status made = files->MakeDirectory(options_.path);
  if (!made.ok()) return made;
  absl::StatusOr<std::unique_ptr<FileLock>> lock =
      files->LockFile(absl::StrCat(options_.path, "/", kLockName));
  if (!lock.ok()) return lock.status();
  recovered_.lock = *std::move(lock);
  // A recovery may need room, and the disk may be full.
  absl::Status emptied = DiskGuard::EmptyReserves(files, options_.path);
  if (!emptied.ok()) return emptied;
  absl::StatusOr<std::unique_ptr<Manifest>> manifest =
      Manifest::Open(files, options_.path);
  if (absl::IsNotFound(manifest.status())) {
    manifest = MakeStore(files, options_.path, NewStoreId(options_.random),
                         absl::ToUnixMicros(options_.clock->Now()));
  }
  if (!manifest.ok()) return manifest.status();
  recovered_.manifest = *std::move(manifest);
  recovered_.manifest->RewriteAt(options_.manifest_bytes);
  state_ = recovered_.manifest->state();
  absl::Status known = segments_->KnowDictionaries(state_.dictionaries);
  if (!known.ok()) return known;
  recovered_.time_us = state_.time_us;
  recovered_.next_segment_id = state_.segment_id_max + 1;
  return absl::OkStatus();
}

absl::Status Recovery::OpenSegments() {
  absl::StatusOr<std::vector<std::string>> unlisted =
      FindUnlisted(options_.file_system, options_.path, state_);
  if (!unlisted.ok()) return unlisted.status();
  unlisted_ = *std::move(unlisted);
  for (const auto& [id, listed] : state_.segments) {
    absl::StatusOr<std::shared_ptr<Segment>> segment = OpenListed(
        options_.file_system, options_.path, state_.store_id, id, listed);
    if (!segment.ok()) return segment.status();
    if (!listed.seal.has_value()) {
      if (active_ != nullptr || listed.kind != FileKind::kLog) {
        return absl::DataLossError(
            absl::StrCat("the MANIFEST has more than one active segment: ",
                         (*segment)->path()));
      }
      active_ = *segment;
    }
    segments_->Add(*std::move(segment));
  }
  if (active_ == nullptr) {
    return absl::DataLossError("the MANIFEST has no active segment");
  }
  return absl::OkStatus();
}

void Recovery::Say(absl::string_view line) {
  if (options_.on_event) options_.on_event(line);
}

absl::StatusOr<SegmentSeal> Recovery::Replay(const Segment& segment,
                                             uint64_t to) {
  absl::StatusOr<SegmentSeal> seal =
      LoadRecords(segment, to, index_, &recovered_.time_us,
                  [this](const Record& record, const Location&) {
                    NoteRequest(record, &recovered_.requests);
                    return absl::OkStatus();
                  });
  if (!seal.ok()) return seal;
  recovered_.record_count += seal->record_count;
  revision_max_ = std::max(revision_max_, seal->revision_max);
  return seal;
}

// Whether the index is filled, and no segment needs to be read.
bool Recovery::UseCheckpoint() {
  if (!state_.stopped_cleanly || options_.verify_on_open) return false;
  const absl::StatusOr<SegmentSeal> active =
      LoadCheckpoint(options_.file_system, options_.path, state_, index_,
                     &recovered_.requests);
  if (!active.ok()) {
    if (!absl::IsNotFound(active.status())) {
      Say(absl::StrCat("the checkpoint is not believed: ",
                       active.status().message()));
    }
    return false;
  }
  active_seal_ = *active;
  recovered_.used_checkpoint = true;
  recovered_.record_count = active->record_count;
  revision_max_ = active->revision_max;
  for (const auto& [id, listed] : state_.segments) {
    if (!listed.seal.has_value()) continue;
    recovered_.record_count += listed.seal->record_count;
    revision_max_ = std::max(revision_max_, listed.seal->revision_max);
  }
  return true;
}

absl::Status Recovery::LoadSealed() {
  SegmentLoader::Settings settings;
  settings.file_system = options_.file_system;
  settings.folder = options_.path;
  settings.store_id = state_.store_id;
  settings.verify = options_.verify_on_open;
  settings.threads = LoadThreads(options_.open_threads);
  settings.on_event = [this](absl::string_view line) { Say(line); };
  std::vector<SegmentLoader::Job> jobs;
  for (const auto& [id, listed] : state_.segments) {
    if (listed.seal.has_value()) {
      jobs.push_back({segments_->Find(id), *listed.seal});
    }
  }
  absl::StatusOr<SegmentLoader::Result> loaded =
      SegmentLoader(std::move(settings), index_).Load(std::move(jobs));
  if (!loaded.ok()) return loaded.status();
  recovered_.record_count += loaded->record_count;
  recovered_.time_us = std::max(recovered_.time_us, loaded->time_us);
  recovered_.hints_used = loaded->hints_used;
  recovered_.hints_rejected = loaded->hints_rejected.size();
  recovered_.segments_read = loaded->segments_read;
  revision_max_ = std::max(revision_max_, loaded->revision_max);
  recovered_.requests = std::move(loaded->requests);
  unlisted_.insert(unlisted_.end(), loaded->hints_rejected.begin(),
                   loaded->hints_rejected.end());
  return absl::OkStatus();
}

// L2: revisions are reserved in the MANIFEST before a record carries them. One
// that is not reserved means that the edit is gone, with what came after it.
absl::Status Recovery::CheckNextRevision(Revision next) const {
  if (revision_max_ < next) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      options_.path, "/", kManifestName, ": the next revision would be ", next,
      ", but the segments hold ", revision_max_, ": an edit is lost"));
}

absl::Status Recovery::CheckCleanStop() const {
  const CleanStop& stop = *state_.clean_stop;
  const absl::StatusOr<uint64_t> size = active_->file().SizeBytes();
  if (!size.ok()) return size.status();
  if (stop.active_id != active_->id() || *size < stop.synced_bytes) {
    return absl::DataLossError(
        absl::StrCat(active_->path(), ": ends after ", *size, " bytes, but ",
                     stop.synced_bytes, " bytes of segment ", stop.active_id,
                     " had been synced by a clean stop"));
  }
  // Nothing is written behind a clean stop before an edit has ended it.
  if (*size > stop.synced_bytes) {
    return absl::DataLossError(absl::StrCat(
        options_.path, "/", kManifestName, ": says that the store was stopped ",
        "cleanly with ", stop.synced_bytes, " bytes in ", active_->path(),
        ", which has ", *size, ": an edit is lost"));
  }
  return absl::OkStatus();
}

absl::Status Recovery::GoOnCleanly() {
  const CleanStop& stop = *state_.clean_stop;
  absl::StatusOr<SegmentSeal> seal = active_seal_.value_or(SegmentSeal());
  if (!active_seal_.has_value()) seal = Replay(*active_, stop.synced_bytes);
  if (!seal.ok()) return seal.status();
  absl::Status reserved = CheckNextRevision(stop.next_revision);
  if (!reserved.ok()) return reserved;
  active_->set_bytes(stop.synced_bytes);
  recovered_.next_revision = stop.next_revision;
  ManifestEdit edit;
  edit.revision_ceiling = stop.next_revision - 1 + options_.revision_block;
  edit.time_us = recovered_.time_us;
  absl::Status listed = recovered_.manifest->Append(edit);
  if (!listed.ok()) return listed;
  recovered_.writer = std::make_unique<LogWriter>(active_, *seal);
  return absl::OkStatus();
}

absl::Status Recovery::RemoveUnlisted() {
  for (const std::string& path : unlisted_) {
    absl::Status removed = options_.file_system->RemoveFile(path);
    // An edit of this recovery may have rewritten the MANIFEST over the new one
    // that an earlier rewrite had left behind.
    if (!removed.ok() && !absl::IsNotFound(removed)) return removed;
  }
  unlisted_.clear();
  return absl::OkStatus();
}

// Adds a new, empty active segment.
absl::Status Recovery::StartActive(ManifestEdit* edit) {
  const SegmentName name{recovered_.next_segment_id++, FileKind::kLog};
  absl::StatusOr<std::shared_ptr<Segment>> active =
      Segment::Create(options_.file_system, options_.path, name,
                      state_.store_id, /*recovered=*/false);
  if (!active.ok()) return active.status();
  absl::Status named = options_.file_system->SyncDirectory(options_.path);
  if (!named.ok()) return named;
  edit->added.push_back({name.segment_id, name.kind});
  active_ = *active;
  segments_->Add(*std::move(active));
  return absl::OkStatus();
}

absl::Status Recovery::GoOnAfterCrash() {
  const std::optional<CleanStop>& stop = state_.clean_stop;
  const bool marks_active =
      stop.has_value() && stop->active_id == active_->id();
  const absl::StatusOr<Tail> tail =
      InspectTail(*active_, marks_active ? stop->synced_bytes : 0);
  if (!tail.ok()) return tail.status();
  recovered_.time_us = std::max(recovered_.time_us, tail->time_us);
  recovered_.cut_bytes = tail->torn_end - tail->end;
  const absl::StatusOr<SegmentSeal> synced = Replay(*active_, tail->mark);
  if (!synced.ok()) return synced.status();
  revision_max_ = std::max(revision_max_, tail->revision_max);
  absl::Status reserved = CheckNextRevision(state_.revision_ceiling + 1);
  if (!reserved.ok()) return reserved;
  active_->set_bytes(tail->mark);
  // From here on the folder is written to; an unlisted file that is in the way
  // is one of a recovery that crashed.
  absl::Status removed = RemoveUnlisted();
  if (!removed.ok()) return removed;
  ManifestEdit edit;
  if (tail->end > tail->mark) {
    absl::StatusOr<CopiedTail> copied =
        CopyTail(options_.file_system, options_.path, state_.store_id, *active_,
                 tail->mark, tail->end, recovered_.next_segment_id++);
    if (!copied.ok()) return copied.status();
    edit.added.push_back({copied->segment->id(), FileKind::kLog});
    edit.sealed.push_back(copied->seal);
    segments_->Add(copied->segment);
    const absl::StatusOr<SegmentSeal> replayed =
        Replay(*copied->segment, copied->seal.bytes);
    if (!replayed.ok()) return replayed.status();
  }
  const std::shared_ptr<Segment> old = active_;
  if (synced->record_count > 0) {
    edit.sealed.push_back(*synced);
  } else {
    edit.removed.push_back(old->id());
    segments_->Remove({old->id()});
    unlisted_.push_back(old->path());
  }
  absl::Status started = StartActive(&edit);
  if (!started.ok()) return started;
  // L2: what was reserved may have been seen.
  recovered_.next_revision = state_.revision_ceiling + 1;
  edit.revision_ceiling = state_.revision_ceiling + options_.revision_block;
  edit.time_us = recovered_.time_us;
  absl::Status listed = recovered_.manifest->Append(edit);
  if (!listed.ok()) return listed;
  recovered_.writer = std::make_unique<LogWriter>(active_, SegmentSeal());
  return absl::OkStatus();
}

absl::StatusOr<RecoveredStore> Recovery::Run() {
  absl::Status status = OpenManifest();
  if (status.ok()) status = OpenSegments();
  if (status.ok() && state_.stopped_cleanly) status = CheckCleanStop();
  if (status.ok() && !UseCheckpoint()) status = LoadSealed();
  if (!status.ok()) return status;
  status = state_.stopped_cleanly ? GoOnCleanly() : GoOnAfterCrash();
  if (!status.ok()) return status;
  status = RemoveUnlisted();
  if (!status.ok()) return status;
  // Every revision below the next is decided, also those that left nothing.
  index_->FinishRestore(recovered_.next_revision - 1);
  return std::move(recovered_);
}

}  // namespace

absl::StatusOr<RecoveredStore> Recover(Options& options, SegmentSet* segments,
                                       Index* index) {
  return Recovery(options, segments, index).Run();
}

}  // namespace rundlet

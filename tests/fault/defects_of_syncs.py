"""Defects in what is synced, acknowledged and given out when."""

from defect import (
    CRASH_SWEEP,
    ENGINE,
    HISTORY,
    LOG,
    POWER_LOSS,
    STEPS,
    defect,
)

PIPELINE = "storage/engine/commit/commit_pipeline.cc"
PUBLISHING = "storage/engine/commit/commit_publishing.cc"
WRITING = "storage/engine/commit/commit_writing.cc"
ACTIVE_LOG = "storage/engine/commit/active_log.cc"
MANIFEST = "storage/log/manifest.cc"
BASE_WRITER = "storage/log/base_writer.cc"

DEFECTS = [
    defect(
        "acknowledge at disk before the sync",
        (POWER_LOSS, CRASH_SWEEP),
        PUBLISHING,
        "case Durability::kDisk:\n      return commit.revision <= synced_;",
        "case Durability::kDisk:\n      return commit.revision <= written_;",
    ),
    defect(
        "acknowledge at os before the write",
        (POWER_LOSS, CRASH_SWEEP),
        PUBLISHING,
        "case Durability::kOs:\n      return commit.revision <= written_;",
        "case Durability::kOs:\n      return commit.revision <= ceiling_;",
    ),
    defect(
        "acknowledge what stands behind an unknown outcome",
        (ENGINE + "/commit:commit_writing_test",),
        WRITING,
        "is_unknown = is_unknown || !IsReady(*commit);",
        "is_unknown = !IsReady(*commit);",
    ),
    defect(
        "acknowledge what was planned on a write that failed",
        (ENGINE + "/commit:commit_writing_test",),
        WRITING,
        "fails = fails || (commit->writes()",
        "fails = (commit->writes()",
    ),
    defect(
        "skip the folder sync of a roll",
        (POWER_LOSS, CRASH_SWEEP),
        ACTIVE_LOG,
        "settings_.file_system->SyncDirectory(settings_.folder);",
        "absl::OkStatus();",
    ),
    defect(
        "skip the sync of the segment that a roll seals",
        (POWER_LOSS, CRASH_SWEEP),
        ACTIVE_LOG,
        "absl::Status synced = writer_->segment()->file().Sync();",
        "absl::Status synced;",
    ),
    defect(
        "skip the sync of MANIFEST edits",
        (POWER_LOSS, CRASH_SWEEP),
        MANIFEST,
        "const absl::Status synced = file_->Sync();",
        "const absl::Status synced;",
    ),
    defect(
        "skip the sync of a MANIFEST that was rewritten",
        (POWER_LOSS, CRASH_SWEEP),
        MANIFEST,
        "absl::Status status = file.Sync();",
        "absl::Status status = file.SizeBytes().status();",
    ),
    defect(
        "skip the folder sync behind the rename of the MANIFEST",
        (POWER_LOSS, CRASH_SWEEP),
        MANIFEST,
        "SyncDirectory(folder);\n  return status;\n}\n\n// Makes sure",
        "ListDirectory(folder).status();\n  return status;\n}\n\n// Makes sure",
    ),
    defect(
        "skip the sync of the MANIFEST that was read",
        (LOG + "manifest_fault_test",),
        MANIFEST,
        "const absl::Status synced = SyncAgain(file_system, folder, *bytes, "
        "**file);",
        "const absl::Status synced = At(folder, file.status());\n"
        "  if (false) return SyncAgain(file_system, folder, *bytes, **file);",
    ),
    defect(
        "skip the sync of the last base segment",
        (POWER_LOSS, CRASH_SWEEP),
        BASE_WRITER,
        "status = outputs_.back().segment->file().Sync();\n"
        "    if (status.ok()) status = file_system_->SyncDirectory(folder_);",
        "status = file_system_->SyncDirectory(folder_);",
    ),
    defect(
        "skip the sync of the base segments before the last",
        (POWER_LOSS, CRASH_SWEEP),
        BASE_WRITER,
        "status = outputs_.back().segment->file().Sync();\n"
        "    if (!status.ok()) return status;\n  }\n"
        "  absl::StatusOr<std::shared_ptr<Segment>> segment =",
        "status = absl::OkStatus();\n"
        "    if (!status.ok()) return status;\n  }\n"
        "  absl::StatusOr<std::shared_ptr<Segment>> segment =",
    ),
    defect(
        "skip the folder sync of base segments",
        (POWER_LOSS, CRASH_SWEEP),
        BASE_WRITER,
        "    if (status.ok()) status = file_system_->SyncDirectory(folder_);\n",
        "",
    ),
    defect(
        "skip the sync of the log in a compaction",
        (STEPS,),
        "storage/engine/compaction/compaction.cc",
        "if (status.ok()) status = environment_.sync_log();",
        "",
    ),
    defect(
        "skip the sync of a recovered tail",
        (POWER_LOSS, CRASH_SWEEP),
        "storage/engine/recovery/tail_copy.cc",
        "if (status.ok()) status = (*segment)->file().Sync();",
        "",
    ),
    defect(
        "skip the sync before an ingest",
        (POWER_LOSS, ENGINE + ":ingest_test"),
        PIPELINE,
        "waiter->durability = Durability::kDisk;",
        "waiter->durability = Durability::kMemory;",
        PIPELINE,
        "Advance(Durability::kDisk, /*more=*/false,",
        "Advance(Durability::kMemory, /*more=*/false,",
    ),
    defect(
        "skip the folder sync of a new store",
        (POWER_LOSS,),
        "storage/engine/recovery/folder.cc",
        "const absl::Status named = file_system->SyncDirectory(folder);",
        "const absl::Status named;",
    ),
    defect(
        "retry a sync that failed",
        (ENGINE + ":log_store_test",),
        ACTIVE_LOG,
        "absl::Status synced = mark.segment->file().Sync();",
        "absl::Status synced = mark.segment->file().Sync();\n"
        "  if (!synced.ok()) synced = mark.segment->file().Sync();",
    ),
    defect(
        "leave a failed write in the log",
        (LOG + "log_writer_test",),
        "storage/log/log_writer.cc",
        "absl::Status cut = segment_->file().Truncate(segment_->bytes());",
        "absl::Status cut;",
    ),
    defect(
        "stop cleanly with zeros behind the log's end",
        (ENGINE + "/commit:active_log_test", POWER_LOSS),
        ACTIVE_LOG,
        "if (writer_->ahead_bytes() > 0) {",
        "if (writer_->ahead_bytes() > 0 && broken()) {",
    ),
    defect(
        "do not sync that the zeros behind the log's end are gone",
        (ENGINE + "/commit:active_log_test",),
        ACTIVE_LOG,
        "absl::Status synced = writer_->segment()->file().Sync();",
        "absl::Status synced;",
    ),
    defect(
        "write zeros over the log's last group",
        (LOG + "log_writer_test", POWER_LOSS),
        "storage/log/log_writer.cc",
        "        file_bytes_, absl::string_view(zeros)",
        "        group_offset_, absl::string_view(zeros)",
    ),
    defect(
        "forget what came while a caller synced",
        (ENGINE + "/commit:commit_flushing_test",),
        "storage/engine/commit/commit_flushing.cc",
        "if (HasWork() || !IsDrained()) WakeFlusher();",
        "",
    ),
    defect(
        "seal the log while a failed write stands behind its end",
        (ENGINE + "/commit:commit_writing_test",),
        "storage/engine/commit/commit_flushing.cc",
        "failure_.ok() && write_error_.ok()) {",
        "failure_.ok()) {",
    ),
    defect(
        "let two threads flush at a time",
        (ENGINE + "/commit:commit_flushing_test",),
        "storage/engine/commit/commit_flushing.cc",
        "while (!HasWork() || flushes_elsewhere_) {",
        "while (!HasWork()) {",
        PIPELINE,
        "if (!flushes_elsewhere_) flusher_wakes_.Signal();",
        "flusher_wakes_.Signal();",
    ),
    defect(
        "do not sync the cut of a failed write",
        (LOG + "log_writer_test",),
        "storage/log/log_writer.cc",
        "return segment_->file().Sync();",
        "return absl::OkStatus();",
    ),
    defect(
        "leave a failed edit in the MANIFEST",
        (LOG + "manifest_fault_test",),
        MANIFEST,
        "absl::Status cut = file_->Truncate(bytes_);",
        "absl::Status cut;",
    ),
    defect(
        "give a revision twice",
        (POWER_LOSS, CRASH_SWEEP),
        "storage/engine/recovery/recovery.cc",
        "recovered_.next_revision = state_.revision_ceiling + 1;",
        "recovered_.next_revision =\n"
        "      state_.revision_ceiling > options_.revision_block\n"
        "          ? state_.revision_ceiling - options_.revision_block + 1\n"
        "          : 1;",
    ),
    defect(
        "write revisions that are not reserved",
        (POWER_LOSS, HISTORY),
        WRITING,
        "if (commit->revision > ceiling_) break;",
        "",
    ),
    defect(
        "call an ingest refused that is on the disk",
        (ENGINE + ":ingest_test",),
        "storage/engine/ingest.cc",
        "return absl::UnknownError(absl::StrCat(",
        "return absl::UnavailableError(absl::StrCat(",
    ),
    defect(
        "let a second process in",
        ("//tests/fault:lock_test",),
        "storage/file/posix_file_system.cc",
        "if (Retry([&] { return flock(descriptor.get(), LOCK_EX | LOCK_NB); })"
        " != 0) {",
        "if (Retry([&] { return flock(descriptor.get(), LOCK_SH | LOCK_NB); })"
        " != 0) {",
    ),
]

"""Defects in what is verified, believed, backed up and refused."""

from defect import DAMAGE, ENGINE, defect

VERIFICATION = "storage/engine/integrity/verification.cc"
SCRUBBER = ENGINE + "/integrity:scrubber_test"
BACKUP = "storage/engine/integrity/backup.cc"
BACKUPS = ENGINE + "/integrity:backup_test"
MEMORY = "storage/engine/guards/memory_guard.cc"
CEILING = ENGINE + "/guards:memory_guard_test"
CHECKPOINT = "storage/engine/recovery/index_checkpoint.cc"
CHECKPOINTS = ENGINE + "/recovery:recovery_checkpoint_test"

DEFECTS = [
    defect(
        "find damage in Verify and do not tell it",
        (SCRUBBER,),
        VERIFICATION,
        "    AddDamage(*segment, std::move(damage));\n  }\n"
        "  report_.damage_count += unlisted;",
        "    damage.what.clear();\n  }\n  report_.damage_count += unlisted;",
    ),
    defect(
        "name the keys of old versions as those at risk",
        (SCRUBBER,),
        VERIFICATION,
        "if (!suspect.newest) return;",
        "if (suspect.newest) return;",
    ),
    defect(
        "do not verify where the index leads",
        (SCRUBBER,),
        VERIFICATION,
        "for (const Suspect& suspect : suspects) CheckSuspect(suspect);",
        "for (const Suspect& suspect : suspects) {\n"
        "      if (suspect.key.empty()) CheckSuspect(suspect);\n    }",
    ),
    defect(
        "believe what the MANIFEST says of a segment",
        (SCRUBBER,),
        VERIFICATION,
        "check.Finish(to, listed.seal.has_value() ? &*listed.seal : nullptr);",
        "check.Finish(to, nullptr);",
    ),
    defect(
        "do not verify the MANIFEST itself",
        (SCRUBBER,),
        VERIFICATION,
        "if (!manifest.ok()) {",
        "if (!manifest.ok() && store_id_.empty()) {",
    ),
    defect(
        "count the parts of memory and not the process",
        (CEILING,),
        MEMORY,
        "return std::max(parts, stats.process_bytes);",
        "return std::max(parts, stats.pending_bytes);",
    ),
    defect(
        "measure memory once",
        (CEILING,),
        MEMORY,
        "if (!measured_ || full_ || "
        "admitted_bytes_ + wanted > measure_bytes) {",
        "if (!measured_ || wanted > measure_bytes + settings_.bytes_max) {",
    ),
    defect(
        "forget what was admitted since memory was measured",
        (CEILING,),
        MEMORY,
        "admitted_bytes_ += wanted;",
        "admitted_bytes_ += 0 * wanted;",
    ),
    defect(
        "admit again as soon as a byte is free",
        (CEILING,),
        MEMORY,
        "const uint64_t spare = full_ ? settings_.bytes_max / 16 : 0;",
        "const uint64_t spare = 0;",
    ),
    defect(
        "refuse deletes, too, when memory is used up",
        (ENGINE + ":log_store_limits_test",),
        "storage/engine/commit/commit_writing.cc",
        "if (!NeedsRoom(commit)) return absl::OkStatus();",
        "if (!NeedsRoom(commit) && settings_.memory == nullptr) {\n"
        "    return absl::OkStatus();\n  }",
    ),
    defect(
        "back up what is newest when it is copied",
        (BACKUPS,),
        BACKUP,
        "environment_.index->Scan(\n        KeyRange(), after, "
        "/*reverse=*/false, at,",
        "environment_.index->Scan(\n        KeyRange(), after, "
        "/*reverse=*/false, at + (1 << 20),",
    ),
    defect(
        "unpin the revision of a backup before it is copied",
        (BACKUPS,),
        BACKUP,
        "const auto unpin = absl::MakeCleanup([&] { "
        "environment_.index->Unpin(at); });",
        "environment_.index->Unpin(at);",
    ),
    defect(
        "let a backup give the revision that it is of again",
        (BACKUPS,),
        BACKUP,
        "facts.next_revision = at + 1;",
        "facts.next_revision = at;",
    ),
    defect(
        "give a backup the name of its store",
        (BACKUPS,),
        "storage/engine/integrity/backup_thread.cc",
        "const std::string store_id = NewStoreId(settings_.random);",
        "const std::string store_id = environment_.manifest->state().store_id;",
    ),
    defect(
        "believe a checkpoint and a hint whatever their checksums",
        (CHECKPOINTS, ENGINE + "/recovery:recovery_hints_test", DAMAGE),
        "storage/format/hint.cc",
        "if (DecodeFixed<uint32_t>(bytes.data()) !=\n"
        "      Crc32(seed, bytes.substr(kKindAt))) {",
        "if (seed != 0 && Crc32(seed, bytes.substr(kKindAt)) == 0) {",
    ),
    defect(
        "believe a checkpoint that is not finished",
        (ENGINE + "/recovery:recovery_checkpoint_test",),
        "storage/log/hint_file.cc",
        'if (!ended) return Damage(file_bytes_, "it is not finished");',
        "if (!ended) return absl::OkStatus();",
    ),
    defect(
        "believe the checkpoint of another clean stop",
        (CHECKPOINTS,),
        CHECKPOINT,
        "EncodeManifestEdit(binding) != EncodeManifestEdit(state.AsEdit())) {",
        "EncodeManifestEdit(binding).empty()) {",
    ),
]

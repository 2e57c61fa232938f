#!/usr/bin/env python3
"""Proves the tests of this folder: puts deliberate defects into the engine, one
after the other, and demands that a test fails for each.

    tests/fault/defects.py             # all of them
    tests/fault/defects.py sync crc    # those whose names contain a word

Works in a copy of the tree. The last line is "N caught, N missed"; the exit
status is 0 only if nothing was missed.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]

POWER_LOSS = "//tests/fault:power_loss_test"
IO_ERROR = "//tests/fault:io_error_test"
DAMAGE = "//tests/fault:damage_test"
TORN_TAIL = "//tests/fault:torn_tail_test"
CLOCK_JUMP = "//tests/fault:clock_jump_test"
LAWS = "//tests/conformance:engine_test"


class Defect(NamedTuple):
    """One change of one file, and the test that has to fail for it."""

    name: str
    test: str
    file: str
    text: str
    instead: str


DEFECTS = [
    Defect(
        "acknowledge at disk before the sync",
        POWER_LOSS,
        "storage/engine/commit_pipeline.cc",
        "case Durability::kDisk:\n      return commit.revision <= synced_;",
        "case Durability::kDisk:\n      return commit.revision <= written_;",
    ),
    Defect(
        "acknowledge what stands behind an unknown outcome",
        POWER_LOSS,
        "storage/engine/commit_writing.cc",
        "is_unknown = is_unknown || !IsReady(*commit);",
        "is_unknown = !IsReady(*commit);",
    ),
    Defect(
        "skip the folder sync of a roll",
        POWER_LOSS,
        "storage/engine/active_log.cc",
        "settings_.file_system->SyncDirectory(settings_.folder);",
        "absl::OkStatus();",
    ),
    Defect(
        "skip the sync of the segment that a roll seals",
        POWER_LOSS,
        "storage/engine/active_log.cc",
        "const absl::Status synced = writer_->segment()->file().Sync();",
        "const absl::Status synced;",
    ),
    Defect(
        "skip the sync of MANIFEST edits",
        POWER_LOSS,
        "storage/log/manifest.cc",
        "const absl::Status synced = file_->Sync();",
        "const absl::Status synced;",
    ),
    Defect(
        "skip the sync of base segments",
        POWER_LOSS,
        "storage/log/base_writer.cc",
        "status = outputs_.back().segment->file().Sync();",
        "status = absl::OkStatus();",
    ),
    Defect(
        "skip the sync of the log in a compaction",
        POWER_LOSS,
        "storage/engine/compaction.cc",
        "if (status.ok()) status = environment_.sync_log();",
        "",
    ),
    Defect(
        "skip the sync of a recovered tail",
        POWER_LOSS,
        "storage/engine/tail_copy.cc",
        "if (status.ok()) status = (*segment)->file().Sync();",
        "",
    ),
    Defect(
        "retry a sync that failed",
        IO_ERROR,
        "storage/engine/active_log.cc",
        "const absl::Status synced = mark.segment->file().Sync();",
        "absl::Status synced = mark.segment->file().Sync();\n"
        "  if (!synced.ok()) synced = mark.segment->file().Sync();",
    ),
    Defect(
        "give a revision twice",
        POWER_LOSS,
        "storage/engine/recovery.cc",
        "recovered_.next_revision = state_.revision_ceiling + 1;",
        "recovered_.next_revision =\n"
        "      state_.revision_ceiling > options_.revision_block\n"
        "          ? state_.revision_ceiling - options_.revision_block + 1\n"
        "          : 1;",
    ),
    Defect(
        "end a transaction at each of its records",
        POWER_LOSS,
        "storage/engine/commit_writing.cc",
        "record.ends_transaction = false;",
        "record.ends_transaction = true;",
    ),
    Defect(
        "do not check the crc of records",
        DAMAGE,
        "storage/format/record.cc",
        "const uint32_t have = Crc32(seed, bytes.substr(4, record_bytes - 4));",
        "const uint32_t have = DecodeFixed<uint32_t>(bytes.data());",
    ),
    Defect(
        "cut below the synced mark",
        DAMAGE,
        "storage/log/segment_replay.cc",
        "tail.mark = std::max(tail.mark, group.synced_bytes);",
        "",
    ),
    Defect(
        "cut the tail of a clean stop",
        TORN_TAIL,
        "storage/engine/recovery.cc",
        "status = state_.stopped_cleanly ? GoOnCleanly() : GoOnAfterCrash();",
        "state_.clean_stop.reset();\n  status = GoOnAfterCrash();",
    ),
    Defect(
        "forget engine time over a restart",
        CLOCK_JUMP,
        "storage/engine/engine_time.h",
        "std::max(absl::ToUnixMicros(clock->Now()), highest_known_us)",
        "absl::ToUnixMicros(clock->Now()) + 0 * highest_known_us",
    ),
    Defect(
        "show a key at the moment that it expires",
        LAWS,
        "storage/index/version.h",
        "expiry_us <= time_us",
        "expiry_us < time_us",
    ),
]


def copy_tree(folder: pathlib.Path) -> None:
    """Copies what git would, local changes included."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in listed.stdout.splitlines():
        source = ROOT / name
        if source.is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, folder / name)


def bazel(folder: pathlib.Path, *arguments: str) -> int:
    run = subprocess.run(
        ["bazel", *arguments, "--noshow_progress", "--color=no"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return run.returncode


def is_caught(folder: pathlib.Path, defect: Defect) -> bool:
    path = folder / defect.file
    text = path.read_text()
    if defect.text not in text:
        raise SystemExit(f"{defect.file} has changed: {defect.name}")
    path.write_text(text.replace(defect.text, defect.instead))
    try:
        if bazel(folder, "build", defect.test) != 0:
            raise SystemExit(f"does not build: {defect.name}")
        return bazel(folder, "test", defect.test) != 0
    finally:
        path.write_text(text)


def main(words: list[str]) -> int:
    chosen = [
        d for d in DEFECTS if not words or any(w in d.name for w in words)
    ]
    missed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        copy_tree(folder)
        try:
            for defect in chosen:
                caught = is_caught(folder, defect)
                missed += not caught
                print("caught" if caught else "MISSED", defect.name, flush=True)
        finally:
            bazel(folder, "shutdown")
    print(f"{len(chosen) - missed} caught, {missed} missed")
    return 1 if missed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

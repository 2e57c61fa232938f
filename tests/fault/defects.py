#!/usr/bin/env python3
"""Proves the tests: puts deliberate defects into engine and server, one after
the other, and demands that the tests that are named for each fail.

    tests/fault/defects.py             # all of them, an hour
    tests/fault/defects.py sync crc    # those whose names contain a word
    tests/fault/defects.py --check     # only whether all of them still apply

Works in a copy of the tree, with an output folder of its own; nothing is
changed here. The last line is "N caught, N missed"; the exit status is 0 only
if nothing was missed.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import defects_of_checks
import defects_of_compression
import defects_of_content
import defects_of_fills
import defects_of_large_values
import defects_of_orders
import defects_of_syncs
import defects_of_the_server
import defects_of_views
from defect import HISTORIES, Defect

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEFECTS = (
    defects_of_syncs.DEFECTS
    + defects_of_content.DEFECTS
    + defects_of_views.DEFECTS
    + defects_of_checks.DEFECTS
    + defects_of_compression.DEFECTS
    + defects_of_fills.DEFECTS
    + defects_of_large_values.DEFECTS
    + defects_of_orders.DEFECTS
    + defects_of_the_server.DEFECTS
)

FAILED = re.compile(r"^(//\S+) +(?:FAILED|TIMEOUT)", re.MULTILINE)
SERVER = "//service:rundletd"


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


class Workspace:
    """A copy of the tree in which defects come and go."""

    def __init__(self, folder: pathlib.Path):
        self.tree = folder / "tree"
        self.output = folder / "output"
        copy_tree(self.tree)

    def bazel(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bazel", f"--output_base={self.output}", *arguments],
            cwd=self.tree,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "RUNDLET_RUNS": "", "RUNDLET_SEED": ""},
        )

    def fails(self, history: str) -> bool:
        """Whether a test of histories fails against the server as it is."""
        name = history.removeprefix(HISTORIES)
        ran = subprocess.run(
            ["tests/linearizability/test.sh", "-run", f"^{name}$"],
            cwd=self.tree,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={
                **os.environ,
                "RUNDLETD": str(self.tree / "bazel-bin/service/rundletd"),
            },
        )
        if f"--- FAIL: {name} " in ran.stdout:
            return True
        if ran.returncode != 0:
            print(f"{history} did not run:\n{ran.stdout}")
        return False

    def survivors(self, defect: Defect) -> list[str]:
        """The tests that ought to fail for the defect and do not."""
        options = ["--jobs=2"]
        if defect.config:
            options.append(f"--config={defect.config}")
        histories = [t for t in defect.tests if t.startswith(HISTORIES)]
        targets = [t for t in defect.tests if t not in histories]
        server = [SERVER] if histories else []
        before = {}
        for edit in defect.edits:
            path = self.tree / edit.file
            text = path.read_text()
            before.setdefault(path, text)
            path.write_text(text.replace(edit.text, edit.instead))
        try:
            built = self.bazel("build", *options, *targets, *server)
            if built.returncode != 0:
                print(f"does not build:\n{built.stdout}")
                return list(defect.tests)
            failed = {test for test in histories if self.fails(test)}
            if targets:
                ran = self.bazel("test", "--keep_going", *options, *targets)
                failed |= set(FAILED.findall(ran.stdout))
        finally:
            for path, text in before.items():
                path.write_text(text)
        return [test for test in defect.tests if test not in failed]

    def close(self) -> None:
        self.bazel("clean", "--expunge")


def misfits(defect: Defect, tree: pathlib.Path) -> list[str]:
    """Why the defect cannot be put in any more."""
    return [
        f"{edit.file} holds {count} times: {edit.text!r}"
        for edit in defect.edits
        if (count := (tree / edit.file).read_text().count(edit.text)) != 1
    ]


def check() -> int:
    wrong = 0
    for defect in DEFECTS:
        for why in misfits(defect, ROOT):
            print(f"{defect.name}: {why}")
            wrong += 1
    print(f"{len(DEFECTS)} defects, {wrong} do not apply")
    return 1 if wrong else 0


def main(words: list[str]) -> int:
    if words == ["--check"]:
        return check()
    chosen = [
        d for d in DEFECTS if not words or any(w in d.name for w in words)
    ]
    missed = 0
    with tempfile.TemporaryDirectory() as name:
        workspace = Workspace(pathlib.Path(name))
        try:
            for defect in chosen:
                if why := misfits(defect, workspace.tree):
                    print(f"MISSED  {defect.name}: {why[0]}", flush=True)
                    missed += 1
                    continue
                survivors = workspace.survivors(defect)
                missed += bool(survivors)
                result = "MISSED" if survivors else "caught"
                tests = " ".join(survivors or defect.tests)
                print(f"{result}  {defect.name}: {tests}", flush=True)
        finally:
            workspace.close()
    print(f"{len(chosen) - missed} caught, {missed} missed")
    return 1 if missed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

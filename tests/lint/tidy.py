"""clang-tidy of every C++ file that we ship, a process a core.

A file that was found clean is remembered by a digest of all that clang-tidy
saw of ours: the file, the headers of the tree that it includes, its command
and the configuration. So a second run looks at what changed.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import compile_commands
import tree

# Tests stay out: they are most of the files, and the sanitizers run them.
_FOLDERS = ("clients/", "service/", "storage/")
_INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
_CLEAN = (
    pathlib.Path(
        os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")
    )
    / "rundlet"
    / "tidy"
)


def _seen(source: str) -> list[str]:
    """The file and every header of the tree below it."""
    found = {}
    waiting = [source]
    while waiting:
        path = waiting.pop()
        if path in found or not (tree.ROOT / path).is_file():
            continue
        found[path] = (tree.ROOT / path).read_bytes()
        waiting += [name.decode() for name in _INCLUDE.findall(found[path])]
    return sorted(found)


def _digest(command: dict) -> str:
    digest = hashlib.sha256()
    digest.update((tree.ROOT / ".clang-tidy").read_bytes())
    digest.update(" ".join(command["arguments"]).encode())
    for path in _seen(command["file"]):
        digest.update(path.encode() + b"\0")
        digest.update((tree.ROOT / path).read_bytes())
    return digest.hexdigest()


def _check(command: dict, database: str) -> str:
    """What clang-tidy says of one file; empty when it is clean."""
    clean = _CLEAN / _digest(command)
    if clean.exists():
        return ""
    checked = subprocess.run(
        [
            "clang-tidy-14",
            "--quiet",
            "-p",
            database,
            f"--config-file={tree.ROOT}/.clang-tidy",
            command["file"],
        ],
        cwd=command["directory"],
        text=True,
        capture_output=True,
    )
    if checked.returncode != 0:
        return checked.stdout + checked.stderr
    clean.touch()
    return ""


def main() -> int:
    _CLEAN.mkdir(parents=True, exist_ok=True)
    commands = [
        command
        for command in compile_commands.commands()
        if command["file"].startswith(_FOLDERS)
    ]
    with tempfile.TemporaryDirectory() as database:
        pathlib.Path(database, "compile_commands.json").write_text(
            json.dumps(commands)
        )
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            said = list(
                pool.map(lambda command: _check(command, database), commands)
            )
    findings = [text for text in said if text]
    print(f"{len(commands)} files, {len(findings)} with findings")
    return tree.report(findings)


if __name__ == "__main__":
    sys.exit(main())

"""The files of the tree, for the checks beside this one."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def files(*patterns: str) -> list[pathlib.PurePosixPath]:
    """Paths of tracked files, and of new ones that git would add."""
    listed = subprocess.run(
        [
            "git",
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
            "--",
            *patterns,
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = [pathlib.PurePosixPath(path) for path in listed.split("\0") if path]
    return sorted(path for path in set(paths) if (ROOT / path).is_file())


def read(path: pathlib.PurePosixPath) -> str:
    return (ROOT / path).read_text(encoding="utf-8", errors="surrogateescape")


def report(findings: list[str]) -> int:
    """Prints the findings; the exit status of a check."""
    for finding in findings:
        print(finding)
    return 1 if findings else 0

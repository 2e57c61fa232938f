"""How Bazel compiles each of our C++ files, from its own action graph.

As a program it writes compile_commands.json to standard output, which editors
and clang tools read.
"""

import json
import subprocess
import sys

import tree

# clang, and with the outputs of the sanitize stage.
_CONFIG = "--config=sanitize"


def _bazel(*arguments: str) -> str:
    return subprocess.run(
        ["bazel", *arguments],
        cwd=tree.ROOT,
        check=True,
        text=True,
        capture_output=True,
    ).stdout


def commands() -> list[dict]:
    """One entry a file: directory, file, arguments."""
    directory = _bazel("info", _CONFIG, "execution_root").strip()
    graph = json.loads(
        _bazel(
            "aquery",
            _CONFIG,
            "--output=jsonproto",
            'mnemonic("CppCompile", //...)',
        )
    )
    ours = {str(path) for path in tree.files("*.cc")}
    found = {}
    for action in graph["actions"]:
        arguments = action["arguments"]
        source = next(
            (
                arguments[i + 1]
                for i, argument in enumerate(arguments)
                if argument == "-c"
            ),
            None,
        )
        if source in ours:
            found[source] = {
                "directory": directory,
                "file": source,
                "arguments": _without_outputs(arguments),
            }
    return [found[source] for source in sorted(found)]


def _without_outputs(arguments: list[str]) -> list[str]:
    kept = []
    skip = False
    for argument in arguments:
        if skip:
            skip = False
        elif argument in ("-MF", "-o"):
            skip = True
        elif argument != "-MD":
            kept.append(argument)
    return kept


if __name__ == "__main__":
    json.dump(commands(), sys.stdout, indent=1)

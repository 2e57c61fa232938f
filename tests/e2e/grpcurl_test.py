#!/usr/bin/env python3
"""Goal: the ad-hoc queries of service/grpc/README.md work as printed.

Method: a server on an empty store; every command of the README's console
blocks runs in one shell, with the server's address in place of the README's,
and what it prints has to be what the README shows, but for times and store
ids. Then what grpcurl can send and the README does not show.

    grpcurl_test.py RUNDLETD README
"""

import pathlib
import re
import subprocess
import sys
import tempfile

ADDRESS = "127.0.0.1:50051"
STORE_ID = re.compile(r'"store_id": "[0-9a-f]{32}"')
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def commands(readme: str) -> list[tuple[str, str]]:
    """Each command of the console blocks, with what it should print."""
    found: list[tuple[str, str]] = []
    for block in re.findall(r"```console\n(.*?)```", readme, re.S):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            lines = part.splitlines(keepends=True)
            # A command goes on while its quotes are open.
            count = 1
            while "".join(lines[:count]).count("'") % 2:
                count += 1
            found.append(("".join(lines[:count]), "".join(lines[count:])))
    return found


def same(text: str) -> str:
    return STORE_ID.sub("STORE_ID", TIME.sub("TIME", text)).strip()


class Server:
    """rundletd on an empty store and a free port."""

    def __init__(self, binary: str, folder: str):
        self.process = subprocess.Popen(
            [binary, f"--data={folder}", "--grpc=127.0.0.1:0", "--text="],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for line in self.process.stdout:
            serving = re.search(r"serving grpc=(\S+)", line)
            if serving:
                self.address = serving.group(1)
                return
        raise RuntimeError("rundletd ended before it served")

    def stop(self) -> int:
        self.process.terminate()
        self.process.stdout.read()
        return self.process.wait()


class Shell:
    """A shell that keeps functions from one command to the next."""

    def __init__(self, address: str):
        self.address = address
        self.kept = ""

    def run(self, command: str) -> str:
        script = command.replace(ADDRESS, self.address)
        done = subprocess.run(
            ["bash", "-c", self.kept + script],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if re.match(r"\w+\(\) \{", script):
            self.kept += script
        return done.stdout


def check_readme(shell: Shell, readme: str) -> list[str]:
    failures = []
    found = commands(readme)
    if len(found) < 10:
        failures.append(f"only {len(found)} commands in the README")
    for command, expected in found:
        printed = shell.run(command)
        if same(printed) != same(expected):
            failures.append(
                f"$ {command}--- expected\n{expected}--- printed\n{printed}"
            )
    return failures


def check_deep_json(shell: Shell) -> list[str]:
    """JSON 200 levels deep is refused with a reason, as json and as text."""
    deep = "[" * 200 + "]" * 200
    failures = []
    for value, reason in (
        (f'{{"json":{deep}}}', "MALFORMED_REQUEST"),
        (f'{{"json_text":"{deep}"}}', "LIMIT_EXCEEDED"),
    ):
        printed = shell.run(f"""kv Put '{{"key":"k","value":{value}}}'\n""")
        if "Code: InvalidArgument" not in printed or reason not in printed:
            failures.append(f"JSON 200 levels deep: {printed}")
    return failures


def main(binary: str, readme: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(binary, folder)
        shell = Shell(server.address)
        failures = check_readme(shell, pathlib.Path(readme).read_text())
        failures += check_deep_json(shell)
        status = server.stop()
        if status != 0:
            failures.append(f"rundletd ended with status {status}")
    for failure in failures:
        print(failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))

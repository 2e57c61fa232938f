"""Goal: the programs in README.md work as printed, and print what they say.

Method: run each against a server process of its own, with only the address
changed.
"""

import contextlib
import io
import re

import pytest
import rundletd

README = (rundletd.ROOT / "clients/python/README.md").read_text()
PROGRAMS = [
    block
    for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    if "import rundlet" in block
]

# What a comment behind print says.
SAID = re.compile(r"^ *print\(.*\)  # (.*)$", re.MULTILINE)


def test_there_are_programs():
    assert len(PROGRAMS) == 5


@pytest.mark.parametrize("program", PROGRAMS)
def test_program(program, fresh_server):
    printed = io.StringIO()
    source = program.replace("localhost:50051", fresh_server)
    assert source != program
    with contextlib.redirect_stdout(printed):
        exec(compile(source, "README.md", "exec"), {})
    lines = printed.getvalue().splitlines()
    assert lines
    said = SAID.findall(program)
    assert lines[: len(said)] == said

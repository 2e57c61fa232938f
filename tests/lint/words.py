"""What no file of the project says.

Paths of the machine that it was written on, hosts of package registries, and
work left for later or tests left out.
"""

import pathlib
import re
import sys

import tree

# The patterns are spelt so that they do not match themselves.
FORBIDDEN = (
    (
        "a developer's path",
        re.compile(r"(^|[^\w./-])/(work|farm|root|tmp/w|home/[a-z]+)/"),
    ),
    (
        "a package registry",
        re.compile(
            r"(proxy[.]golang|sum[.]golang|registry[.]npmjs|crates[.]io"
            r"|pypi[.]org|pythonhosted[.]|deb[.]debian|maven[.]org"
            r"|maven[.]apache|repo1[.])"
        ),
    ),
    ("work left for later", re.compile(r"\b(TO[D]O|FIX[M]E|XX[X])\b")),
    (
        "a test left out",
        re.compile(
            r"GTEST_SK[I]P|\bDISABLE[D]_|pytest[.]mark[.]sk[i]p"
            r"|unittest[.]sk[i]p|\bt[.]Sk[i]p"
        ),
    ),
)


def findings(path: pathlib.PurePosixPath, text: str) -> list[str]:
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        for meaning, pattern in FORBIDDEN:
            match = pattern.search(line)
            if match:
                found.append(f"{path}:{number}: {meaning}: {match.group(0)}")
    return found


if __name__ == "__main__":
    sys.exit(
        tree.report(
            [
                finding
                for path in tree.files()
                for finding in findings(path, tree.read(path))
            ]
        )
    )

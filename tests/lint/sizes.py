"""No file beyond 350 lines, no function beyond 70.

A function counts from the first line of its head to the brace that closes it.
"""

import ast
import pathlib
import re
import sys

import tree

FILE_LINES_MAX = 350
FUNCTION_LINES_MAX = 70

# Data, or generated: not text that someone reads from top to bottom. A BUILD
# file is a table: one target a header.
_DATA = re.compile(
    r"((^|/)BUILD$|\.json|\.log|\.sum|\.lock|\.binpb|_pb2(_grpc)?\.pyi?|\.pb\.go"
    r"|REFERENCE\.md)$"
)

# What is not code in C++ and Go: comments, strings, characters.
_NOT_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|`[^`]*`'
    r'|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])\'(?:\\.|[^\'\\\n])*\'',
    re.DOTALL,
)

# Heads of blocks that hold functions rather than being one.
_CONTAINER = re.compile(
    r"\b(namespace|extern|class|struct|union|enum|type|var|const|import)\b[^()]*$"
)


def braced_functions(text: str):
    """Yields (first line, line count) of the functions in C++ or Go."""
    code = _NOT_CODE.sub(lambda match: "\n" * match.group(0).count("\n"), text)
    opened = []
    head = ""
    line = 1
    first = 1
    for letter in code:
        if letter == "\n":
            line += 1
        if letter == "{":
            inside = bool(opened) and not opened[-1][1]
            container = not inside and bool(_CONTAINER.search(head))
            opened.append((first, container, inside))
        elif letter == "}" and opened:
            began, container, inside = opened.pop()
            if not container and not inside:
                yield began, line - began + 1
        if letter in "{};":
            head = ""
        elif head or not letter.isspace():
            first = first if head else line
            head += letter


def shell_functions(text: str):
    began = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if re.match(r"\w+\(\) \{$", line):
            began = number
        elif line == "}":
            yield began, number - began + 1


def python_functions(text: str):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno + 1


def findings(path: pathlib.PurePosixPath, text: str) -> list[str]:
    if _DATA.search(path.name):
        return []
    found = []
    lines = len(text.splitlines())
    if lines > FILE_LINES_MAX:
        found.append(f"{path}: {lines} lines, at most {FILE_LINES_MAX}")
    if path.suffix in (".cc", ".h", ".go"):
        functions = braced_functions(text)
    elif path.suffix == ".sh":
        functions = shell_functions(text)
    elif path.suffix == ".py":
        functions = python_functions(text)
    else:
        functions = ()
    for first, count in functions:
        if count > FUNCTION_LINES_MAX:
            found.append(
                f"{path}:{first}: function of {count} lines, "
                f"at most {FUNCTION_LINES_MAX}"
            )
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

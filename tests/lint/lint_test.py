"""Goal: each check of this folder finds what it is there to find.

Method: a bad text for every rule, beside the nearest text that is right.
"""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

import includes
import sizes
import tree
import words


def lines(count: int) -> str:
    return "  Call();\n" * count


class SizesTest(unittest.TestCase):
    def findings(self, name: str, text: str) -> list[str]:
        return sizes.findings(pathlib.PurePosixPath(name), text)

    def test_file(self):
        self.assertEqual(self.findings("a.md", "x\n" * 350), [])
        self.assertEqual(
            self.findings("a.md", "x\n" * 351), ["a.md: 351 lines, at most 350"]
        )

    def test_cpp_function(self):
        head = "namespace rundlet {\n\nint F(int a,\n      int b) {\n"
        self.assertEqual(self.findings("a.cc", head + lines(67) + "}\n}\n"), [])
        self.assertEqual(
            self.findings("a.cc", head + lines(69) + "}\n}\n"),
            ["a.cc:3: function of 72 lines, at most 70"],
        )

    def test_cpp_method(self):
        text = "class A {\n  void F() {\n" + lines(70) + "  }\n};\n"
        self.assertEqual(len(self.findings("a.h", text)), 1)
        text = "class A {\n" + "  void F();\n" * 90 + "};\n"
        self.assertEqual(self.findings("a.h", text), [])

    def test_cpp_braces_that_are_no_blocks(self):
        text = (
            "const char kA[] = \"{\";  // {\nint B() { return '{'; }\n"
            'const char kC[] = R"({{{)";\n' + "int D();\n" * 80
        )
        self.assertEqual(self.findings("a.cc", text), [])

    def test_other_languages(self):
        self.assertEqual(
            len(self.findings("a.py", "def f():\n" + "    g()\n" * 70)), 1
        )
        self.assertEqual(
            len(self.findings("a.go", "func f() {\n" + "\tg()\n" * 69 + "}\n")),
            1,
        )
        self.assertEqual(
            len(self.findings("a.sh", "f() {\n" + "  g\n" * 69 + "}\n")), 1
        )


class IncludesTest(unittest.TestCase):
    def findings(self, name: str, included: str) -> list[str]:
        return includes.findings(
            pathlib.PurePosixPath(name), f"#include {included}\n"
        )

    def test_allowed(self):
        for name, included in (
            ("storage/engine/a.cc", '"storage/log/segment.h"'),
            ("storage/file/a.cc", "<sys/stat.h>"),
            ("service/grpc/a.cc", '"grpcpp/grpcpp.h"'),
            ("service/gateway/a.cc", "<asio.hpp>"),
            ("tests/storage/a.cc", "<sys/stat.h>"),
        ):
            self.assertEqual(self.findings(name, included), [], name)

    def test_refused(self):
        for name, included in (
            ("storage/engine/a.cc", '"rundlet/v1/entry.pb.h"'),
            ("storage/engine/a.cc", "<unistd.h>"),
            ("storage/index/a.cc", '"storage/file/file_system.h"'),
            ("storage/store.h", "<spdlog/spdlog.h>"),
            ("storage/log/a.cc", "<asio.hpp>"),
            ("service/gateway/a.cc", '"google/protobuf/struct.pb.h"'),
            ("service/gateway/a.cc", '"grpcpp/grpcpp.h"'),
            ("service/gateway/a.cc", '"storage/open.h"'),
            ("service/grpc/a.cc", '"storage/engine/log_store.h"'),
            ("clients/cpp/a.cc", '"storage/store.h"'),
        ):
            self.assertEqual(
                len(self.findings(name, included)), 1, (name, included)
            )


class WordsTest(unittest.TestCase):
    def findings(self, text: str) -> list[str]:
        return words.findings(pathlib.PurePosixPath("a.md"), text)

    def test_refused(self):
        for text in (
            "see /ro" + "ot/.cache",
            "TO" + "DO: later",
            "https://py" + "pi.org/x",
            "GTEST_" + "SKIP() << 1",
            "TEST(A, DISA" + "BLED_B)",
        ):
            self.assertEqual(len(self.findings(text)), 1, text)

    def test_allowed(self):
        for text in ("the /data volume", "tests/work/x", "XXXL"):
            self.assertEqual(self.findings(text), [], text)


class BreakingTest(unittest.TestCase):
    """`buf breaking`, as the lint stage calls it."""

    def passes(self, old: str, new: str) -> bool:
        """Whether proto may have `new` in write.proto where it has `old`."""
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / "proto"
            shutil.copytree(tree.ROOT / "proto", copy)
            path = copy / "rundlet/v1/write.proto"
            text = path.read_text()
            self.assertIn(old, text)
            path.write_text(text.replace(old, new, 1))
            result = subprocess.run(
                ["buf", "breaking", copy, "--against", copy / "baseline.binpb"],
                capture_output=True,
            )
        return result.returncode == 0

    def test_what_clients_would_notice(self):
        for old, new in (
            ("bool create_only = 6;", "bool create_only = 66;"),
            ("bool create_only = 6;", "string create_only = 6;"),
            ("bool create_only = 6;", "bool only_create = 6;"),
            ("bool create_only = 6;", ""),
            ("bool create_only = 6;", "repeated bool create_only = 6;"),
            ("EXPIRY_TEST_NEVER = 3;", "EXPIRY_TEST_NEVER = 5;"),
            ("message SyncRequest {", "message FlushRequest {"),
        ):
            self.assertFalse(self.passes(old, new), new)

    def test_additions(self):
        self.assertTrue(self.passes("", ""))
        self.assertTrue(
            self.passes(
                "bool create_only = 6;",
                "bool create_only = 6;\n\n  // New.\n  bool added = 77;",
            )
        )


if __name__ == "__main__":
    unittest.main()

"""Repositories that Bazel 4.2.3 would otherwise download."""

_RULES_CC = "/usr/share/bazel/rules/cc"

def _rules_cc_for_this_bazel_impl(repository_ctx):
    found = repository_ctx.execute(["cp", "-R", _RULES_CC + "/.", "."])
    if found.return_code != 0:
        fail("Cannot copy %s: %s" % (_RULES_CC, found.stderr))

    # Debian's rules_cc 0.0.4 uses a function that arrived after Bazel 4.2.3.
    patched = repository_ctx.execute([
        "sh",
        "-c",
        "grep -rl use_cpp_toolchain --include='*.bzl' . | xargs -r sed -i " +
        "-e 's/, \"use_cpp_toolchain\"//' " +
        "-e 's|use_cpp_toolchain()|[\"@bazel_tools//tools/cpp:toolchain_type\"]|'",
    ])
    if patched.return_code != 0:
        fail("Cannot patch rules_cc: " + patched.stderr)

rules_cc_for_this_bazel = repository_rule(
    implementation = _rules_cc_for_this_bazel_impl,
    doc = "Debian's rules_cc, without the one call that Bazel 4.2.3 lacks.",
    local = True,
)

def _empty_coverage_tools_impl(repository_ctx):
    repository_ctx.file("BUILD", """
package(default_visibility = ["//visibility:public"])

filegroup(name = "coverage_report_generator")

filegroup(name = "lcov_merger")
""")

empty_coverage_tools = repository_rule(
    implementation = _empty_coverage_tools_impl,
    doc = "cc_test names these two targets even when no coverage is asked for.",
)

"""Fuzzers: libFuzzer with ASan and UBSan, as tests that run for a given time."""

load("@rules_cc//cc:defs.bzl", "cc_binary")

def fuzz_test(name, srcs, deps, corpus = None, dictionary = None):
    """A test that feeds LLVMFuzzerTestOneInput until its time is up.

    It needs clang, so "//..." leaves it out; one runs with
    `bazel test --config=fuzz //tests/fuzz:NAME`, for RUNDLET_FUZZ_SECONDS
    (60 unless told otherwise, by --test_env) and from RUNDLET_SEED.

    Args:
      name: of the test; NAME_fuzzer is the program.
      srcs: the file that defines LLVMFuzzerTestOneInput.
      deps: what it calls.
      corpus: a glob of seed inputs, or a label of them.
      dictionary: a file of tokens, in libFuzzer's format.
    """
    cc_binary(
        name = name + "_fuzzer",
        testonly = True,
        srcs = srcs,
        linkopts = ["-fsanitize=fuzzer"],
        tags = [
            "fuzz",
            "manual",
        ],
        deps = deps,
    )
    native.filegroup(
        name = name + "_corpus",
        srcs = corpus or [],
    )
    args = ["$(location :%s_fuzzer)" % name]
    data = [":%s_fuzzer" % name, ":%s_corpus" % name]
    if dictionary:
        args.append("-dict=$(location %s)" % dictionary)
        data.append(dictionary)
    args += ["--", "$(locations :%s_corpus)" % name]
    native.sh_test(
        name = name,
        size = "large",
        srcs = ["//tests/support/fuzz:run.sh"],
        args = args,
        data = data,
        tags = [
            "fuzz",
            "manual",
        ],
    )

#!/usr/bin/env bash
# each fuzzer for RUNDLET_FUZZ_SECONDS (60) without a finding
source "$(dirname "${BASH_SOURCE[0]}")/report.sh"

mapfile -t fuzzers < <(bazel query --noshow_progress \
  'attr(tags, "fuzz", tests(//tests/fuzz/...))' 2>/dev/null)
bazel_tests --config=fuzz --nocache_test_results "${fuzzers[@]}"

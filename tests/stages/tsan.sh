#!/usr/bin/env bash
# the tests of what has threads under ThreadSanitizer, and the race it must find
source "$(dirname "${BASH_SOURCE[0]}")/report.sh"

bazel_tests --config=tsan --build_tests_only -- \
  //tests/support/tsan:canary_test //tests/fault:interleaving_test //... \
  -//tests/bench/... -//tests/fuzz/... \
  -//tests/storage/format/... -//tests/storage/legacy/...

#!/usr/bin/env bash
# every C++ test under ThreadSanitizer, and the race that it must find
source "$(dirname "${BASH_SOURCE[0]}")/report.sh"

bazel_tests --config=tsan --build_tests_only \
  //tests/support/tsan:canary_test //...

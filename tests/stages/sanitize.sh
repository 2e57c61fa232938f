#!/usr/bin/env bash
# every C++ test under AddressSanitizer and UndefinedBehaviorSanitizer
source "$(dirname "${BASH_SOURCE[0]}")/report.sh"

bazel_tests --config=sanitize --build_tests_only //...

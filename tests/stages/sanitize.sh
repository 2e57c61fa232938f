#!/usr/bin/env bash
# by clang: thread-safety analysis, AddressSanitizer, UndefinedBehaviorSanitizer
source "$(dirname "${BASH_SOURCE[0]}")/report.sh"

bazel_tests --config=sanitize --test_tag_filters=-no_sanitize //...

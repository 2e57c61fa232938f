#!/usr/bin/env bash
# every target builds, every Bazel test passes
source "$(dirname "${BASH_SOURCE[0]}")/report.sh"

bazel_tests //...

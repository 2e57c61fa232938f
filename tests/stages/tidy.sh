#!/usr/bin/env bash
# clang-tidy of every C++ file that we ship; unchanged files are remembered
source "$(dirname "${BASH_SOURCE[0]}")/report.sh"

check 'generated headers' bazel build --config=sanitize --noshow_progress \
  --ui_event_filters=-info //proto/... @debian//:error_details_proto \
  @debian//:error_info_proto @debian//:health_proto @debian//:status_proto
check 'clang-tidy' python3 -B tests/lint/tidy.py

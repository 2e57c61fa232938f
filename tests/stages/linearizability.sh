#!/usr/bin/env bash
# one order explains what many clients saw, through kills and compactions
source "$(dirname "${BASH_SOURCE[0]}")/report.sh"

check 'build //service:rundletd' bazel build --noshow_progress \
  --ui_event_filters=-info //service:rundletd
RUNDLETD=$(bazel info bazel-bin 2>/dev/null)/service/rundletd
export RUNDLETD

check 'tests/linearizability' tests/linearizability/test.sh

#!/usr/bin/env bash
# each client's own linters and tests, against a real server
source "$(dirname "${BASH_SOURCE[0]}")/report.sh"

check 'build //service:rundletd' bazel build --noshow_progress \
  --ui_event_filters=-info //service:rundletd
RUNDLETD=$(bazel info bazel-bin 2>/dev/null)/service/rundletd
export RUNDLETD

check 'clients: generated files are true' clients/check_generated.sh
for test in clients/*/test.sh; do
  check "$(dirname "$test")" "$test"
done

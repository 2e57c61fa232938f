#!/usr/bin/env bash
# each client's own linters and tests, against a real server
source "$(dirname "${BASH_SOURCE[0]}")/report.sh"

check 'build //service:rundletd' bazel build --noshow_progress \
  --ui_event_filters=-info //service:rundletd
RUNDLETD=$(bazel info bazel-bin 2>/dev/null)/service/rundletd
export RUNDLETD

check 'build //tests/conformance:scenario_server' bazel build \
  --noshow_progress --ui_event_filters=-info //tests/conformance:scenario_server
SCENARIO_SERVER=$(bazel info bazel-bin 2>/dev/null)/tests/conformance/scenario_server
export SCENARIO_SERVER

check 'clients: generated files are true' clients/check_generated.sh
check 'tests/conformance: all scenarios by the Python stubs' \
  tests/conformance/scenarios.sh
for test in clients/*/test.sh; do
  check "$(dirname "$test")" "$test"
done

#!/usr/bin/env bash
# the generated stubs of all clients, and the Go client against the server
source "$(dirname "${BASH_SOURCE[0]}")/report.sh"

check 'rundletd' bazel build --noshow_progress //service:rundletd
RUNDLETD=$(bazel info bazel-bin 2>/dev/null)/service/rundletd
export RUNDLETD

check 'clients: generated files' clients/check_generated.sh
check 'clients/go' clients/go/test.sh

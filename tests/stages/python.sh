#!/usr/bin/env bash
# the Python client: style, types, tests against the server
source "$(dirname "${BASH_SOURCE[0]}")/report.sh"

check 'rundletd' bazel build --noshow_progress //service:rundletd
RUNDLETD=$(bazel info bazel-bin 2>/dev/null)/service/rundletd
export RUNDLETD

check 'clients/python' clients/python/test.sh

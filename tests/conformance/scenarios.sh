#!/usr/bin/env bash
# Runs the scenarios over the generated Python stubs (scenarios.py) against the
# server that SCENARIO_SERVER names, or else the one that Bazel has built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

server=${SCENARIO_SERVER:-bazel-bin/tests/conformance/scenario_server}
python=$(clients/python/environment.sh)/bin/python
export PYTHONDONTWRITEBYTECODE=1
PYTHONPATH=clients/python/src "$python" tests/conformance/scenarios.py \
  "$server" "$@"

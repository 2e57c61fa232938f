#!/usr/bin/env bash
# Lints, type-checks and tests the Python client; the tests start the server
# that RUNDLETD names, or else bazel-bin/service/rundletd. Arguments go to
# pytest. Needs python3 with venv; the rest goes into a cache outside the tree.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

environment=$(./environment.sh)
PATH=$environment/bin:$PATH
export PYTHONDONTWRITEBYTECODE=1

ruff check --quiet --no-cache .
ruff format --check --quiet --no-cache .
mypy --cache-dir="$environment/mypy"
pytest --quiet "$@"

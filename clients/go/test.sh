#!/usr/bin/env bash
# Checks the format, vets and tests the Go client with the race detector; the
# tests start the server that RUNDLETD names, or else bazel-bin/service/rundletd.
# Arguments go to go test. Go itself comes from tests/tools/install.sh if this
# machine's is too old.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

PATH=$(../../tests/tools/install.sh go):$PATH
export PATH

unformatted=$(gofmt -l .)
if [ -n "$unformatted" ]; then
  printf 'gofmt would change\n%s\n' "$unformatted" >&2
  exit 1
fi
go mod verify >/dev/null
go mod tidy -diff
go vet ./...
# -count=1: a cached result says nothing about this server.
go test -race -count=1 ./... "$@"

#!/usr/bin/env bash
# Checks the format, vets and runs the histories of this folder against the
# server that RUNDLETD names, or else bazel-bin/service/rundletd. Arguments go to
# go test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

PATH=$(../tools/install.sh go):$PATH
export PATH

unformatted=$(gofmt -l .)
if [ -n "$unformatted" ]; then
  printf 'gofmt would change\n%s\n' "$unformatted" >&2
  exit 1
fi
go mod tidy -diff
go vet ./...
# -count=1: a cached result says nothing about this server.
go test -count=1 -timeout=2h ./... "$@"

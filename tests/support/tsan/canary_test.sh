#!/usr/bin/env bash
# Goal: the ThreadSanitizer recipe finds a race of ours and invents none.
# Method: run the canary guarded (exit 0, no report) and racing (exit 66, and
# the report names the handler).
set -uo pipefail

canary=$1
report=$(mktemp)
trap 'rm -f "$report"' EXIT

"$canary" guarded >"$report" 2>&1
status=$?
if [ "$status" -ne 0 ] || grep -q 'WARNING: ThreadSanitizer' "$report"; then
  cat "$report"
  echo "FAIL: the guarded canary exited with $status and must be silent"
  exit 1
fi

"$canary" race >"$report" 2>&1
status=$?
if [ "$status" -ne 66 ] || ! grep -q 'data race.*canary\.cc.* in .*Check' "$report"; then
  cat "$report"
  echo "FAIL: the racing canary exited with $status and must be found"
  exit 1
fi
echo "guarded: silent; racing: found"

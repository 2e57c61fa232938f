#!/usr/bin/env bash
# Goal: no input crashes, leaks, overflows or stalls the code under the fuzzer.
# Method: run libFuzzer from the seed corpus for RUNDLET_FUZZ_SECONDS.
#
#   run.sh FUZZER [LIBFUZZER_FLAG...] -- [SEED_INPUT...]
set -euo pipefail

fuzzer=$1
shift
flags=()
while [ "$1" != -- ]; do
  flags+=("$1")
  shift
done
shift

scratch=$(mktemp -d "${TEST_TMPDIR:-/tmp}/fuzz.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/corpus" "$scratch/seeds"
for input in "$@"; do
  cp -L "$input" "$scratch/seeds/$(printf '%s' "$input" | tr / _)"
done

# A failing input is kept where bazel collects a test's outputs.
artifacts=${TEST_UNDECLARED_OUTPUTS_DIR:-$scratch}
"$fuzzer" -max_total_time="${RUNDLET_FUZZ_SECONDS:-60}" \
  -seed="${RUNDLET_SEED:-0}" -timeout=10 -rss_limit_mb=2048 \
  -print_final_stats=1 -artifact_prefix="$artifacts/" "${flags[@]}" \
  "$scratch/corpus" "$scratch/seeds"

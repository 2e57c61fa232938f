# Sourced by every stage: how it says what passed and what failed. A stage adds
# lines "pass NAME" and "fail NAME" to $RESULTS, which tests/run_all.sh counts.
# shellcheck shell=bash
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
: "${RESULTS:=/dev/null}"

# What Bazel built for another clone, or before a clean, need not be built again.
bazel() {
  local command=$1
  shift
  case "$command" in
    build | test)
      command bazel "$command" \
        --disk_cache="${XDG_CACHE_HOME:-$HOME/.cache}/rundlet/bazel" "$@"
      ;;
    *) command bazel "$command" "$@" ;;
  esac
}

pass() {
  printf 'pass %s\n' "$1" >>"$RESULTS"
  printf '  ok    %s\n' "$1"
}

fail() {
  printf 'fail %s\n' "$1" >>"$RESULTS"
  printf '  FAIL  %s\n' "$1"
}

# check NAME COMMAND...: runs it; what it printed is shown when it fails.
check() {
  local name=$1 output
  shift
  if output=$("$@" 2>&1); then
    pass "$name"
  else
    printf '%s\n' "$output"
    fail "$name"
  fi
}

# files PATTERN...: the tracked files, and the new ones that git would add.
files() {
  git ls-files --cached --others --exclude-standard -- "$@" |
    while IFS= read -r file; do
      if [ -f "$file" ]; then printf '%s\n' "$file"; fi
    done
}

# bazel_tests COMMAND...: runs bazel test and reports target by target.
bazel_tests() {
  local log status=0 target outcome reported=''
  log=$(mktemp)
  bazel test --keep_going --noshow_progress --ui_event_filters=-info \
    --color=no --curses=no --noshow_loading_progress "$@" 2>&1 |
    tee "$log" | grep -vE '^//.* (PASSED|FAILED|NO STATUS)|^$'
  status=${PIPESTATUS[0]}
  while read -r target outcome; do
    reported=yes
    case "$outcome" in
      *PASSED*) pass "$target" ;;
      *) fail "$target ($outcome)" ;;
    esac
  done < <(sed -nE 's/^(\/\/[^ ]+) +((\(cached\) )?(PASSED|FLAKY|FAILED|TIMEOUT|NO STATUS).*)/\1 \2/p' "$log")
  if [ -z "$reported" ] || { [ "$status" -ne 0 ] && [ "$status" -ne 3 ]; }; then
    fail "bazel test $* (exit $status)"
  fi
  rm -f "$log"
}

#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test and linter, stage by
# stage. The last line is "N passed, N failed"; the exit status is 0 only if
# nothing failed.
#
#   tests/run_all.sh                    # everything
#   tests/run_all.sh --only lint,unit   # these stages
#   tests/run_all.sh --list             # names and meaning of the stages
set -uo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

# The order of running: what fails fast comes first. Each NAME is
# tests/stages/NAME.sh, whose second line says what it does.
stages=(lint manifests unit grpcurl clients linearizability sanitize tsan tidy fuzz
  image)

list() {
  local stage
  for stage in "${stages[@]}"; do
    printf '%-15s %s\n' "$stage" \
      "$(sed -n '2s/^# //p' "tests/stages/$stage.sh")"
  done
}

selected=("${stages[@]}")
case "${1-}" in
  '') ;;
  --list)
    list
    exit 0
    ;;
  --only)
    IFS=, read -ra selected <<<"${2-}"
    for stage in "${selected[@]}"; do
      [ -f "tests/stages/$stage.sh" ] || {
        echo "run_all: no stage '$stage'; --list names them" >&2
        exit 2
      }
    done
    ;;
  *)
    sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
summary=''
passed=0
failed=0

# run NAME COMMAND...: one stage; without a result of its own its exit status
# is the result.
run() {
  local name=$1 began=$SECONDS status=0 good bad
  shift
  export RESULTS=$folder/$name
  : >"$RESULTS"
  printf '\n== %s\n' "$name"
  "$@" || status=$?
  if [ "$status" -ne 0 ] && ! grep -q '^fail ' "$RESULTS"; then
    printf 'fail %s (exit %d)\n' "$name" "$status" | tee -a "$RESULTS"
  fi
  good=$(grep -c '^pass ' "$RESULTS")
  bad=$(grep -c '^fail ' "$RESULTS")
  passed=$((passed + good))
  failed=$((failed + bad))
  summary+=$(printf '%-15s %5d passed %5d failed %6d s' \
    "$name" "$good" "$bad" $((SECONDS - began)))$'\n'
  printf -- '-- %s: %d passed, %d failed, %d s\n' \
    "$name" "$good" "$bad" $((SECONDS - began))
}

install() {
  deploy/install_packages.sh "${groups[@]}" &&
    tests/tools/install.sh >"$folder/bin"
}

groups=(build try test)
case " ${selected[*]} " in *' image '*) groups+=(image) ;; esac
run install install
PATH=$(cat "$folder/bin"):$PATH
export PATH
for stage in "${selected[@]}"; do
  run "$stage" "tests/stages/$stage.sh"
done

printf '\n%s' "$summary"
if [ "$failed" -gt 0 ]; then
  printf '\nFailed:\n'
  sed -n 's/^fail /  /p' "$folder"/*
fi
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

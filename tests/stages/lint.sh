#!/usr/bin/env bash
# formats, scripts, protos, sizes, includes and words of all files
source "$(dirname "${BASH_SOURCE[0]}")/report.sh"

mapfile -t cc < <(files '*.cc' '*.h')
mapfile -t starlark < <(files '*.bzl' 'WORKSPACE' 'BUILD' '*/BUILD')
mapfile -t scripts < <(files '*.sh' .ci/run)
mapfile -t python < <(files '*.py' | grep -vE '_pb2(_grpc)?\.py$')

check 'clang-format' clang-format-14 --dry-run -Werror "${cc[@]}"
check 'buildifier' buildifier -mode=check -lint=warn \
  -warnings=-module-docstring,-function-docstring,-native-cc,-native-sh-test,-make-location \
  "${starlark[@]}"
check 'shellcheck' shellcheck -x -P SCRIPTDIR "${scripts[@]}"
check 'buf lint' buf lint proto
check 'buf format' buf format --diff --exit-code proto
check 'buf breaking: proto/baseline.binpb' \
  buf breaking proto --against proto/baseline.binpb
check 'proto/REFERENCE.md is up to date' proto/generate_reference.sh --check
check 'ruff check' ruff check --quiet "${python[@]}"
check 'ruff format' ruff format --check --quiet "${python[@]}"
check 'lint: the checks find what they look for' \
  python3 -B -m unittest discover -s tests/lint -p '*_test.py'
check 'lint: sizes of files and functions' python3 -B tests/lint/sizes.py
check 'lint: includes' python3 -B tests/lint/includes.py
check 'lint: words' python3 -B tests/lint/words.py

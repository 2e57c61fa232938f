#!/usr/bin/env bash
# Writes REFERENCE.md, the API in Markdown, from the comments of rundlet/v1.
#
#   proto/generate_reference.sh            # in place
#   proto/generate_reference.sh --check    # fails if that would change it
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

PATH=$(tests/tools/install.sh protoc-gen-doc):$PATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
protoc -I proto -I /usr/include --doc_out="$folder" \
  --doc_opt=proto/reference.tmpl,REFERENCE.md proto/rundlet/v1/*.proto
# Blank lines of indented comments are blank, and one is enough.
sed -i 's/ *$//' "$folder/REFERENCE.md"
cat -s "$folder/REFERENCE.md" >"$folder/reference.md"

if [ "${1-}" != --check ]; then
  cp "$folder/reference.md" proto/REFERENCE.md
elif ! diff -u proto/REFERENCE.md "$folder/reference.md"; then
  echo 'stale: run proto/generate_reference.sh and commit what it writes' >&2
  exit 1
fi

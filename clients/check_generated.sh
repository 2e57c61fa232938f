#!/usr/bin/env bash
# Fails if clients/generate.sh would change what is committed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
clients/generate.sh "$folder"

# Generated files only: those below rundletpb and v1, and the copies.
list() {
  (cd "$1" && find . -type f \( -path './go/rundletpb/*' \
    -o -path './python/src/rundlet/v1/*_pb2*' \
    -o -path './*/service_config.json' \) \
    -not -path '*/__pycache__/*' | sort)
}

status=0
diff <(list "$folder") <(list clients) || status=1
while IFS= read -r file; do
  diff -u "clients/$file" "$folder/$file" || status=1
done < <(list "$folder")
if [ "$status" -ne 0 ]; then
  echo 'stale: run clients/generate.sh and commit what it writes' >&2
fi
exit "$status"

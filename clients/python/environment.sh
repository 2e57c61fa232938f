#!/usr/bin/env bash
# Prints the folder of a virtual environment with everything in
# requirements.txt, outside the tree; makes it if it is not there yet.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

python=${PYTHON:-python3}
name=$({ "$python" --version; cat requirements.txt; } | sha256sum | cut -c1-16)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/rundlet/python/$name
if [ ! -e "$folder/complete" ]; then
  rm -rf "$folder"
  "$python" -m venv "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check \
    --requirement requirements.txt >&2
  touch "$folder/complete"
fi
printf '%s\n' "$folder"

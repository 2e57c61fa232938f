#!/usr/bin/env bash
# Installs the Debian packages of the groups named (default: build try test)
# as packages.txt lists them, and only those that are missing.
#
#   deploy/install_packages.sh            # to build, to try, to test
#   deploy/install_packages.sh build      # to build only
set -euo pipefail

list="$(dirname "${BASH_SOURCE[0]}")/packages.txt"
groups=("$@")
[ "${#groups[@]}" -gt 0 ] || groups=(build try test)

# Prints the packages of one group that this machine should have.
packages_of() {
  local group=$1 open='' package word command
  while read -r package word command; do
    case "$package" in
      '' | '#'*) ;;
      '['*) open=$package ;;
      *)
        [ "$open" = "[$group]" ] || continue
        if [ "$word" = unless ] && command -v "$command" >/dev/null; then
          continue
        fi
        printf '%s\n' "$package"
        ;;
    esac
  done <"$list"
}

wanted=()
for group in "${groups[@]}"; do
  mapfile -t found < <(packages_of "$group")
  if [ "${#found[@]}" -eq 0 ]; then
    echo "install_packages: packages.txt has no group '$group'" >&2
    exit 2
  fi
  wanted+=("${found[@]}")
done

installed=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' \
  "${wanted[@]}" 2>/dev/null | sed -n 's/^ii *//p' || true)
mapfile -t missing < <(
  comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) \
    <(printf '%s\n' "$installed" | sort -u)
)
if [ "${#missing[@]}" -eq 0 ]; then
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "install_packages: missing ${missing[*]}; run as root" >&2
    exit 1
  }
  as_root=(sudo)
fi

echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
quiet=(env DEBIAN_FRONTEND=noninteractive
  apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
"${as_root[@]}" "${quiet[@]}" update
"${as_root[@]}" "${quiet[@]}" install -y --no-install-recommends \
  "${missing[@]}" >/dev/null

# A Bazel server that already runs has asked pkg-config before.
bazel shutdown >/dev/null 2>&1 || true

#!/usr/bin/env bash
# Goal: the image, built from the unmodified Dockerfile, serves both doors as an
# unprivileged user on a read-only root, keeps its data, and drains on SIGTERM.
# Method: make a Debian base image with debootstrap, since no registry of images
# is asked; build with buildah, run with podman and runc; talk to the server.
# Needs root and the packages of group image; needs no Docker engine.
#
#   tests/e2e/image_test.sh
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
cache=${XDG_CACHE_HOME:-$HOME/.cache}/rundlet/image
base=docker.io/library/debian:bookworm-slim
image=localhost/rundlet:test
data=$(mktemp -d)
name=rundlet-test-$$
mkdir -p "$cache"

# Images and layers stay in the cache; runc, since this machine may have the
# hybrid cgroups that crun refuses; the host's loopback instead of a bridge.
cat >"$cache/storage.conf" <<CONF
[storage]
driver = "overlay"
graphroot = "$cache/storage"
runroot = "$cache/run"
CONF
cat >"$cache/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=$(ulimit -Hn):$(ulimit -Hn)", "nproc=32768:32768"]
netns = "host"
[engine]
runtime = "runc"
[network]
network_backend = "netavark"
CONF
export CONTAINERS_STORAGE_CONF=$cache/storage.conf
export CONTAINERS_CONF=$cache/containers.conf
PATH=$(tests/tools/install.sh grpcurl):$PATH

cleanup() {
  podman rm --force --time 5 "$name" >/dev/null 2>&1 || true
  rm -rf "$data"
}
trap cleanup EXIT

say() { printf 'image: %s\n' "$*"; }

die() {
  podman logs "$name" 2>&1 | tail -n 20 || true
  say "FAIL: $*"
  exit 1
}

# The image that Docker knows as debian:bookworm-slim, from this machine's own
# Debian mirror.
make_base() {
  local root=$cache/debian mirror
  say "debootstrap $base"
  mirror=$(find /etc/apt/sources.list.d/debian.sources \
    /etc/apt/sources.list -size +0 -exec cat {} + 2>/dev/null |
    sed -nE 's/^(URIs:|deb) +([^ ]+).*$/\2/p' | sed -n 1p || true)
  [ -n "$mirror" ] || die 'no Debian mirror in the sources of apt'
  rm -rf "$root"
  debootstrap --variant=minbase --include=ca-certificates bookworm "$root" \
    "$mirror" >"$cache/debootstrap.log"
  rm -rf "$root"/usr/share/{man,locale} "$root"/var/lib/apt/lists/*
  rm -f "$root/etc/apt/sources.list"
  cp -r /etc/apt/sources.list* "$root/etc/apt/"
  tar -C "$root" --numeric-owner -c . |
    podman import --quiet --change 'CMD ["bash"]' - "$base" >/dev/null
  rm -rf "$root"
}

start() {
  podman run --detach --name "$name" --read-only --cap-drop all \
    --security-opt no-new-privileges --user 65532:65532 --memory 256m \
    --pids-limit 256 --volume "$data:/data" "$image" \
    --grpc=127.0.0.1:0 --text=127.0.0.1:0 --log_format=text >/dev/null
  local attempt line=''
  for attempt in $(seq 100); do
    line=$(podman logs "$name" 2>&1 | grep -m1 serving || true)
    [ -z "$line" ] || break
    [ "$(podman inspect -f '{{.State.Running}}' "$name")" = true ] ||
      die 'the server ended before it served'
    sleep 0.1
  done
  [ -n "$line" ] || die "not serving after $attempt tries"
  grpc=$(sed -nE 's/.*grpc=([0-9.:]+).*/\1/p' <<<"$line")
  text=$(sed -nE 's/.*text=([0-9.:]+).*/\1/p' <<<"$line")
  say "serving: grpc $grpc, text $text"
}

# Sends the lines to the text door and prints its answers.
ask_text() {
  printf '%s\n' "$@" EXIT | nc -q 5 -w 5 "${text%:*}" "${text##*:}"
}

ask_grpc() {
  grpcurl -plaintext -max-time 5 -d "$2" "$grpc" "$1"
}

check_both_doors() {
  ask_text 'PUT user:1 Alice' >/dev/null
  ask_grpc rundlet.v1.KeyValueService/Get '{"key":"user:1"}' |
    grep -q '"text": "Alice"' || die 'gRPC does not see what text put'
  ask_grpc rundlet.v1.KeyValueService/Put \
    '{"key":"user:2","value":{"text":"Bob"}}' >/dev/null
  ask_text 'GET user:2' | grep -q Bob || die 'text does not see what gRPC put'
  ask_grpc grpc.health.v1.Health/Check '{}' | grep -q '"SERVING"' ||
    die 'health is not SERVING'
  say 'both doors answer'
}

check_confinement() {
  local pid
  pid=$(podman inspect -f '{{.State.Pid}}' "$name")
  grep -qE '^Uid:\s+65532\s+65532\s' "/proc/$pid/status" ||
    die 'the server does not run as 65532'
  grep -qE '^CapEff:\s+0+$' "/proc/$pid/status" || die 'it has capabilities'
  awk '$5 == "/" && $6 ~ /(^|,)ro(,|$)/ { found = 1 } END { exit !found }' \
    "/proc/$pid/mountinfo" || die 'its root is writable'
  [ ! -e "/proc/$pid/root/bin/sh" ] || die 'the image has a shell'
  say 'user 65532, no capabilities, read-only root, no shell'
}

check_drain() {
  local began=$SECONDS status
  podman stop --time 60 "$name" >/dev/null
  status=$(podman inspect -f '{{.State.ExitCode}}' "$name")
  [ "$status" -eq 0 ] || die "exit status $status after SIGTERM"
  say "drained and stopped in $((SECONDS - began)) s, exit status 0"
  podman rm "$name" >/dev/null
}

podman image exists "$base" || make_base
say 'build from deploy/image/Dockerfile'
# Debian's Bazel reads this file; what it built before need not be built again.
mkdir -p "$cache/bazel"
echo 'build --disk_cache=/var/cache/bazel' >"$cache/bazel.bazelrc"
buildah build --isolation chroot --layers --quiet \
  --volume "$cache/bazel:/var/cache/bazel" \
  --volume "$cache/bazel.bazelrc:/etc/bazel.bazelrc:ro" \
  -f deploy/image/Dockerfile -t "$image" . >"$cache/build.log" 2>&1 ||
  { tail -n 40 "$cache/build.log"; die 'the build failed'; }
size=$(podman image inspect -f '{{.Size}}' "$image")
say "$image: $((size / 1000000)) MB"
chown 65532:65532 "$data"

start
check_both_doors
check_confinement
check_drain
start
ask_text 'GET user:1' | grep -q Alice || die 'data is gone after a restart'
check_drain
say 'PASS'

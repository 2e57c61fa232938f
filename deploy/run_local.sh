#!/usr/bin/env bash
# Installs what is missing, builds Rundlet and serves the store in ./data:
# gRPC on 127.0.0.1:50051, the text protocol on 127.0.0.1:5000. Stays in the
# foreground; Ctrl-C or SIGTERM drains and stops it, a second one ends it at once.
# Arguments go to the server: --durability=os, --text=127.0.0.1:5001, --help.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export RUNDLET_DATA=${RUNDLET_DATA:-$PWD/data}
export RUNDLET_GRPC=${RUNDLET_GRPC:-127.0.0.1:50051}
export RUNDLET_TEXT=${RUNDLET_TEXT:-127.0.0.1:5000}

echo "1. Debian packages (deploy/packages.txt, groups build and try)"
deploy/install_packages.sh build try

echo "2. Build //service:rundletd"
bazel build --config=release --ui_event_filters=-info --noshow_progress \
  --show_result=0 //service:rundletd
server=$(readlink -f bazel-bin/service/rundletd)

echo "3. Serve the store in $RUNDLET_DATA"
mkdir -p "$RUNDLET_DATA"

# suggest GRPC_ADDRESS TEXT_ADDRESS: what to try, with the addresses served.
suggest() {
  local get=rundlet.v1.KeyValueService/Get
  printf '\nServing. Try in another terminal:\n'
  if [ -n "$2" ]; then
    printf '  %s\n' \
      "printf 'PUT user:1 Alice\nGET user:1\nEXIT\n' | nc -N ${2%:*} ${2##*:}" \
      "printf 'STATS\nEXIT\n' | nc -N ${2%:*} ${2##*:}"
  fi
  if [ -n "$1" ]; then
    printf '  %s\n' \
      "grpcurl -plaintext -d '{\"key\":\"user:1\"}' $1 $get"
    command -v grpcurl >/dev/null ||
      printf '  (%s)\n' 'tests/tools/install.sh grpcurl fetches grpcurl'
  fi
  printf 'Ctrl-C stops the server.\n\n'
}

# In a session of its own the server gets its signals from this script alone;
# else Ctrl-C would reach it twice, and a second signal cuts the drain short.
exec {log}< <(exec setsid "$server" "$@" 2>&1)
child=$!
trap 'kill -TERM "$child" 2>/dev/null || true' INT TERM

told=''
while IFS= read -r line <&"$log"; do
  printf '%s\n' "$line"
  if [ -z "$told" ] && [[ $line == *serving* ]]; then
    told=yes
    suggest "$(sed -nE 's/.*grpc=([^ ]+:[0-9]+).*/\1/p' <<<"$line")" \
      "$(sed -nE 's/.*text=([^ ]+:[0-9]+).*/\1/p' <<<"$line")"
  fi
done
status=0
wait "$child" || status=$?
exit "$status"

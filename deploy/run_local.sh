#!/usr/bin/env bash
# Installs what is missing, builds Rundlet and serves the store in ./data:
# gRPC on 127.0.0.1:50051, the text protocol on 127.0.0.1:5000. Stays in the
# foreground; Ctrl-C or SIGTERM drains and stops it. Further arguments go to
# the server and win over the defaults, such as --text= or --durability=os.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
grpc=${RUNDLET_GRPC:-127.0.0.1:50051}
text=${RUNDLET_TEXT:-127.0.0.1:5000}
data=${RUNDLET_DATA:-$PWD/data}

echo "1. Debian packages (deploy/packages.txt, groups build and try)"
deploy/install_packages.sh build try

echo "2. Build //service:rundletd"
bazel build --config=release --ui_event_filters=-info --noshow_progress \
  //service:rundletd
server=$(bazel info --config=release bazel-bin 2>/dev/null)/service/rundletd

echo "3. Serve the store in $data"
mkdir -p "$data"

suggest() {
  local get=rundlet.v1.KeyValueService/Get
  cat <<COMMANDS

Serving. Try in another terminal:
  printf 'PUT user:1 Alice\nGET user:1\nEXIT\n' | nc ${text/:/ }
  printf 'STATS\nEXIT\n' | nc ${text/:/ }
  grpcurl -plaintext -d '{"key":"user:1"}' $grpc $get
COMMANDS
  command -v grpcurl >/dev/null ||
    echo "  (tests/tools/install.sh grpcurl fetches grpcurl)"
  echo "Ctrl-C stops the server."
}

# The server is this script's only child: signals go on to it, and its exit
# status is this script's.
exec {log}< <(exec "$server" --data="$data" --grpc="$grpc" --text="$text" \
  "$@" 2>&1)
child=$!
trap 'kill -TERM "$child" 2>/dev/null || true' INT TERM

told=''
while IFS= read -r line <&"$log"; do
  printf '%s\n' "$line"
  if [ -z "$told" ] && [[ $line == *serving* ]]; then
    told=yes
    suggest
  fi
done
status=0
wait "$child" || status=$?
exit "$status"

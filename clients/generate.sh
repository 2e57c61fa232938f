#!/usr/bin/env bash
# Generates what the clients take from elsewhere in the tree: the stubs from
# proto/rundlet/v1, and each client's copy of service_config.json.
#
#   clients/generate.sh           # in place
#   clients/generate.sh FOLDER    # the same files under FOLDER
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${1:-$PWD/clients}

# protoc-gen-go is a part of the module that go.mod names; this one is not.
go_grpc_version=v1.6.2

cache=${XDG_CACHE_HOME:-$HOME/.cache}/rundlet/generate
protos=(proto/rundlet/v1/*.proto)

go_stubs() {
  local bin=$cache/bin-$go_grpc_version target=$out/go/rundletpb
  PATH=$(tests/tools/install.sh go):$PATH
  mkdir -p "$bin" "$target"
  go build -C clients/go -o "$bin/" google.golang.org/protobuf/cmd/protoc-gen-go
  if [ ! -x "$bin/protoc-gen-go-grpc" ]; then
    GOBIN=$bin go install \
      "google.golang.org/grpc/cmd/protoc-gen-go-grpc@$go_grpc_version"
  fi
  rm -f "$target"/*.pb.go
  PATH=$bin:$PATH protoc -I proto -I /usr/include \
    --go_out="$out/go" --go_opt=module=rundlet/clients/go \
    --go-grpc_out="$out/go" --go-grpc_opt=module=rundlet/clients/go \
    "${protos[@]}"
  mkdir -p "$out/go/rundlet"
  cp clients/service_config.json "$out/go/rundlet/"
}

python_stubs() {
  local target=$out/python/src python proto
  python=$(clients/python/environment.sh)/bin/python
  mkdir -p "$target/rundlet/v1"
  rm -f "$target"/rundlet/v1/*_pb2*.py*
  "$python" -m grpc_tools.protoc -I proto \
    --python_out="$target" --pyi_out="$target" "${protos[@]}"
  # Only a proto with a service gets a module of stubs that is not empty.
  for proto in "${protos[@]}"; do
    if grep -q '^service ' "$proto"; then
      "$python" -m grpc_tools.protoc -I proto \
        --grpc_python_out="$target" "$proto"
    fi
  done
  cp clients/service_config.json "$target/rundlet/"
}

go_stubs
python_stubs

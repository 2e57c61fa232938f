#!/usr/bin/env bash
# Installs the test tools that are not Debian packages, in fixed versions, into
# a cache outside the tree, and prints the folder of their programs. What is
# there already is left alone.
#
#   PATH="$(tests/tools/install.sh):$PATH"         # all of them
#   tests/tools/install.sh grpcurl                 # these only
set -euo pipefail

tools=${XDG_CACHE_HOME:-$HOME/.cache}/rundlet/tools
bin=$tools/bin
mkdir -p "$bin"

go_tools=(
  github.com/bazelbuild/buildtools/buildifier@v0.0.0-20260904073137-eaa4d125b423
  github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4
  github.com/pseudomuto/protoc-gen-doc/cmd/protoc-gen-doc@v1.5.1
  github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0
  sigs.k8s.io/kustomize/kustomize/v5@v5.7.1
)
python_tools=(
  buf=buf-bin==1.75.0
  ruff=ruff==0.17.6
)
# What the Go tools and clients/go need; an older Go fetches it as a module.
go_version=1.26.0

log() { printf 'tools: %s\n' "$*" >&2; }

# Since 1.21 the go command changes to a newer toolchain by itself. Debian's is
# older, so it fetches the toolchain as the module that it also is.
provide_go() {
  local minor folder
  command -v go >/dev/null || { log "go is not installed"; return 1; }
  minor=$(go version | sed -n 's/.* go1\.\([0-9]*\).*/\1/p')
  if [ "$minor" -ge 21 ]; then
    return 0
  fi
  if [ ! -x "$tools/go/bin/go" ]; then
    log "Go $go_version, since this machine's is 1.$minor"
    folder=$(cd "$tools" && GOFLAGS=-mod=mod go mod download -json \
      "golang.org/toolchain@v0.0.1-go$go_version.linux-$(go env GOARCH)" |
      sed -n 's/^.*"Dir": "\(.*\)".*$/\1/p')
    rm -rf "$tools/go.new"
    cp -R "$folder" "$tools/go.new"
    chmod -R u+wx "$tools/go.new"
    mv "$tools/go.new" "$tools/go"
  fi
  ln -sf "$tools/go/bin/go" "$bin/go"
  ln -sf "$tools/go/bin/gofmt" "$bin/gofmt"
  PATH=$bin:$PATH
}

# install_go NAME MODULE@VERSION
install_go() {
  local have
  have=$(go version -m "$bin/$1" 2>/dev/null |
    awk '$1 == "mod" { print $3 }' || true)
  if [ "$have" != "${2#*@}" ]; then
    log "$2"
    GOBIN=$bin go install "$2" 2>"$tools/$1.log" ||
      { cat "$tools/$1.log" >&2; return 1; }
  fi
}

# install_python NAME REQUIREMENT: in an environment of its own.
install_python() {
  local folder=$tools/python/$2
  if [ ! -x "$folder/bin/$1" ]; then
    log "$2"
    python3 -m venv "$folder" &&
      "$folder/bin/pip" install --quiet --disable-pip-version-check "$2" >&2
  fi
  ln -sf "$folder/bin/$1" "$bin/$1"
}

wanted() {
  local asked
  [ "${#selection[@]}" -gt 0 ] || return 0
  for asked in "${selection[@]}"; do
    [ "$asked" != "$1" ] || return 0
  done
  return 1
}

selection=("$@")
provide_go
for module in "${go_tools[@]}"; do
  name=${module%@*}
  name=$(basename "${name%/v[0-9]}")
  if wanted "$name"; then install_go "$name" "$module"; fi
done
for tool in "${python_tools[@]}"; do
  name=${tool%%=*}
  if wanted "$name"; then install_python "$name" "${tool#*=}"; fi
done
printf '%s\n' "$bin"

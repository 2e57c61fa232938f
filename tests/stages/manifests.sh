#!/usr/bin/env bash
# the Kubernetes manifests under strict schemas, and their promises
source "$(dirname "${BASH_SOURCE[0]}")/report.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
kubernetes=k8s.io/kubernetes@v1.34.4

# The API description comes with Kubernetes' own Go module.
schemas() {
  local module
  module=$(cd "$folder" && GOFLAGS=-mod=mod go mod download -json "$kubernetes" |
    sed -n 's/^.*"Dir": "\(.*\)".*$/\1/p')
  python3 -B tests/deploy/kubernetes_schemas.py \
    "$module/api/openapi-spec/swagger.json" "$folder/schemas"
}

conform() {
  kubeconform -strict -summary \
    -schema-location "$folder/schemas/{{.ResourceKind}}{{.KindSuffix}}.json" \
    "$@"
}

refuses_an_unknown_field() {
  sed 's/readOnlyRootFilesystem/readOnlyRootFileSystem/' \
    "$folder/rendered.yaml" >"$folder/misspelt.yaml"
  ! conform "$folder/misspelt.yaml"
}

check 'schemas from the Kubernetes module' schemas
check 'kustomize build' kustomize build deploy/k8s -o "$folder/rendered.yaml"
check 'manifests: strict schemas' conform "$folder/rendered.yaml"
check 'manifests: a misspelt field is refused' refuses_an_unknown_field
check 'manifests: promises' \
  /usr/bin/python3 -B tests/deploy/manifests_test.py "$folder/rendered.yaml"

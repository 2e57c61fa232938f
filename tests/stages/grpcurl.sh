#!/usr/bin/env bash
# the ad-hoc queries of service/grpc/README.md, as printed
source "$(dirname "${BASH_SOURCE[0]}")/report.sh"

check 'rundletd' bazel build --noshow_progress //service:rundletd
check 'service/grpc/README.md' tests/e2e/grpcurl_test.py \
  "$(bazel info bazel-bin 2>/dev/null)/service/rundletd" service/grpc/README.md

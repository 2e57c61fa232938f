#!/usr/bin/env bash
# the image: built without a Docker engine, run confined, asked, drained
source "$(dirname "${BASH_SOURCE[0]}")/report.sh"

check 'image' tests/e2e/image_test.sh

#!/usr/bin/env bash
# everything builds with clang, whose thread-safety analysis finds nothing
source "$(dirname "${BASH_SOURCE[0]}")/report.sh"

check 'clang: thread-safety analysis' bazel build --config=clang \
  --keep_going --noshow_progress --ui_event_filters=-info //...

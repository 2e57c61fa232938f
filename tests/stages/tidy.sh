#!/usr/bin/env bash
# clang-tidy of every C++ file; unchanged files are remembered
source "$(dirname "${BASH_SOURCE[0]}")/report.sh"

check 'clang-tidy' python3 -B tests/lint/tidy.py

#!/usr/bin/env bash
# Runs the tests with nextest when it is installed, else with cargo's own runner. What follows is passed to either:
#   scripts/test.sh                     everything
#   scripts/test.sh channels::unread    what has this in its name
# The runner's summary is the last thing printed.
set -euo pipefail

cd "$(dirname "$0")/.."

if cargo nextest --version >/dev/null 2>&1; then
    exec cargo nextest run --locked --no-fail-fast "$@"
fi
exec cargo test --locked --no-fail-fast "$@"

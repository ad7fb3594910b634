#!/usr/bin/env bash
# Checks the dependencies against deny.toml: licences, bans, sources, and published advisories.
#   scripts/lint-deps.sh              checks, when cargo-deny is installed
#   scripts/lint-deps.sh --install    installs cargo-deny first
set -euo pipefail

cd "$(dirname "$0")/.."

is_installed() { cargo deny --version >/dev/null 2>&1; }

if [ "${1:-}" = --install ] && ! is_installed; then
    echo "lint: installing cargo-deny with cargo; this takes some minutes"
    cargo install cargo-deny --locked
fi

if ! is_installed; then
    echo "lint: cargo-deny is not installed, so licences and advisories cannot be checked; \`make lint-deps\` installs it" >&2
    exit 1
fi

echo "lint: licences, bans and sources of the dependencies"
cargo deny --locked --log-level error check licenses bans sources

# The advisories are a git repository on GitHub. Where that cannot be reached, the last copy is used if there is one.
if cargo deny --locked --log-level error fetch db; then
    echo "lint: advisories"
    cargo deny --locked --log-level error check --disable-fetch advisories
elif ls "${CARGO_HOME:-$HOME/.cargo}"/advisory-db*/*/.git >/dev/null 2>&1; then
    echo "lint: the advisory database cannot be fetched; checking against the copy from the last time" >&2
    cargo deny --locked --log-level error check --disable-fetch advisories
else
    echo "lint: the advisory database cannot be fetched, so advisories are NOT checked; licences, bans and sources are" >&2
fi

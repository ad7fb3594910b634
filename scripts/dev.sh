#!/usr/bin/env bash
# Builds and starts Waymark, and again whenever something it is made of is saved. The arguments go to the binary.
# A watcher that is installed is used; else the files are compared once a second, which needs nothing.
set -euo pipefail

cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
binary=$target/debug/waymark
watched="src templates static migrations build.rs Cargo.toml"

has() { command -v "$1" >/dev/null 2>&1; }

existing() {
    local path
    for path in $watched; do [ -e "$path" ] && printf '%s\n' "$path"; done
}

with_watchexec() {
    local options=() path
    while IFS= read -r path; do options+=(--watch "$path"); done < <(existing)
    # shellcheck disable=SC2016
    exec watchexec --restart --stop-signal TERM --stop-timeout 15s "${options[@]}" -- \
        bash -c 'cargo build --locked && exec "$0" "$@"' "$binary" "$@"
}

with_cargo_watch() {
    local options=() path command
    while IFS= read -r path; do options+=(--watch "$path"); done < <(existing)
    command=$(printf ' %q' "$binary" "$@")
    exec cargo watch --why "${options[@]}" --shell "cargo build --locked && exec $command"
}

# --- without a watcher ------------------------------------------------------------------------------------------------

server=

# Names, sizes and times of every file, in one line: differs when anything was saved, added or removed.
fingerprint() {
    # shellcheck disable=SC2046
    find $(existing) -type f -exec ls -lnT {} + 2>/dev/null | cksum || true
}
if ! ls -lnT . >/dev/null 2>&1; then
    fingerprint() {
        # shellcheck disable=SC2046
        find $(existing) -type f -printf '%p %s %T@\n' 2>/dev/null | cksum || true
    }
fi

start() {
    "$binary" "$@" &
    server=$!
}

# Waymark drains and then stops its database: it is given the time.
stop() {
    [ -n "$server" ] || return 0
    kill -TERM "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
}

with_polling() {
    local seen now
    trap 'stop; exit 0' INT TERM
    echo "dev: looking for saved files once a second (watchexec or cargo-watch would notice at once)"
    if cargo build --locked; then start "$@"; fi
    seen=$(fingerprint)
    while sleep 1; do
        now=$(fingerprint)
        [ "$now" != "$seen" ] || continue
        seen=$now
        echo "dev: something was saved"
        # The old one serves on while the new one is built, and stays when the build fails.
        if cargo build --locked; then
            stop
            start "$@"
        fi
    done
}

if has watchexec; then
    with_watchexec "$@"
elif has cargo-watch; then
    with_cargo_watch "$@"
else
    with_polling "$@"
fi

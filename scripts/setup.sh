#!/usr/bin/env bash
# Installs what is missing, and only that. Says in one line what it finds or does; running it again changes nothing.
#
#   scripts/setup.sh run     what building and starting Waymark needs
#   scripts/setup.sh test    that, and a browser with its driver
#
# Works with the bash 3.2 of macOS.
set -euo pipefail

cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*"; }

stop() {
    printf 'setup: %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '       %s\n' "$line" >&2; done
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# --- which system ---------------------------------------------------------------------------------------------------

system() {
    if [ "$(uname -s)" = Darwin ]; then
        echo macos
    elif has apt-get; then
        echo debian
    else
        echo other
    fi
}

is_ubuntu() { grep -qs '^ID=ubuntu' /etc/os-release; }

# --- installing -----------------------------------------------------------------------------------------------------

# On a terminal a person decides; without one (a container, a build server) nobody could answer.
agreed_to() {
    [ -t 0 ] || return 0
    printf 'setup: %s is missing. Install it with: %s ? [y/N] ' "$1" "$2"
    local answer=
    read -r answer || true
    case "$answer" in
        y | Y | yes | Yes | YES) return 0 ;;
        *) stop "$1 was not installed." "Install it yourself and run the same command again." ;;
    esac
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

can_be_root() { [ "$(id -u)" -eq 0 ] || has sudo; }

# The names a package list must know before anything can be installed from it.
apt_knows() {
    local package
    for package in "$@"; do
        LC_ALL=C apt-cache policy "$package" 2>/dev/null | grep -q 'Candidate: [0-9]' || return 1
    done
}

apt_update() {
    say "reading the package lists (apt-get update)"
    as_root apt-get update -qq
}

apt_add() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# apt_install <what it is> <packages…>
apt_install() {
    local what=$1
    shift
    can_be_root || stop "$what is missing; installing it needs root, and there is no sudo here." \
        "As root: apt-get update && apt-get install $*"
    agreed_to "$what" "apt-get install $*"
    apt_knows "$@" || apt_update
    say "installing $what (apt-get install $*)"
    # Lists that are too old name versions that are gone: read them again once.
    apt_add "$@" || { apt_update && apt_add "$@"; } ||
        stop "$what could not be installed." "See the messages above; then: apt-get install $*"
}

# brew_install <what it is> <arguments of brew install…>
brew_install() {
    local what=$1
    shift
    has brew || stop "$what is missing, and so is Homebrew to install it with." \
        "Install Homebrew from https://brew.sh and run the same command again, or install $what yourself."
    agreed_to "$what" "brew install $*"
    say "installing $what (brew install $*)"
    brew install --quiet "$@" || stop "$what could not be installed." "See the messages above; then: brew install $*"
}

# --- Rust -----------------------------------------------------------------------------------------------------------

# version_at_least 1.95.0 1.89
version_at_least() {
    local have_major have_minor want_major want_minor
    have_major=${1%%.*}
    have_minor=${1#*.} && have_minor=${have_minor%%.*}
    want_major=${2%%.*}
    want_minor=${2#*.} && want_minor=${want_minor%%.*}
    [ "$have_major" -gt "$want_major" ] || { [ "$have_major" -eq "$want_major" ] && [ "$have_minor" -ge "$want_minor" ]; }
}

check_rust() {
    # rustup writes here; a shell opened before it was installed does not know the folder yet. The Makefile looks here too.
    PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
    local wanted found
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    if ! has cargo || ! has rustc; then
        stop "Rust is missing; it comes from https://rustup.rs and needs no root:" \
            "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh" \
            "then open a new terminal and run the same command again."
    fi
    found=$(rustc --version | cut -d ' ' -f 2)
    version_at_least "$found" "$wanted" ||
        stop "Rust $found is older than $wanted, which Waymark needs." \
            "With rustup: rustup update stable. A Rust from the system's packages is often too old: see https://rustup.rs"
    say "Rust $found"
}

# --- a C compiler, for libpq and ring, which cargo builds from source ------------------------------------------------

# Compiles and links, since a compiler without the C library's headers is of no use.
compiles_c() {
    has "${CC:-cc}" || return 1
    has "${AR:-ar}" || return 1
    printf '#include <stdio.h>\nint main(void) { return puts("") == EOF; }\n' |
        "${CC:-cc}" -x c - -o /dev/null 2>/dev/null
}

check_c_compiler() {
    if compiles_c; then
        say "C compiler (${CC:-cc})"
        return
    fi
    case "$(system)" in
        debian) apt_install "a C compiler" build-essential ;;
        macos) stop "a C compiler is missing." "Install Apple's command line tools: xcode-select --install" \
            "then run the same command again." ;;
        *) stop "a C compiler is missing (cc and ar, with the headers of the C library)." \
            "Install your system's package (gcc and libc headers, often called base-devel or build-base)." ;;
    esac
    compiles_c || stop "the C compiler still does not work." "Try it: echo 'int main(void){return 0;}' | cc -x c - -o /dev/null"
    say "C compiler (${CC:-cc})"
}

# --- PostgreSQL -----------------------------------------------------------------------------------------------------

# The places the portal itself looks in (src/platform/embedded_postgres/binaries.rs).
postgres_folders() {
    if [ -n "${WAYMARK_POSTGRES_BIN:-}" ]; then
        printf '%s\n' "$WAYMARK_POSTGRES_BIN"
        return
    fi
    if has pg_config; then pg_config --bindir 2>/dev/null || true; fi
    local folder
    for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/libexec/postgresql* \
        /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin \
        /Applications/Postgres.app/Contents/Versions/*/bin /usr/local/pgsql/bin; do
        printf '%s\n' "$folder"
    done
    printf '%s\n' "$PATH" | tr ':' '\n'
}

# Prints the version of the newest complete server that is new enough.
postgres_version() {
    local folder version newest=
    while IFS= read -r folder; do
        if ! [ -x "$folder/postgres" ] || ! [ -x "$folder/initdb" ]; then continue; fi
        version=$("$folder/postgres" --version 2>/dev/null | sed -n 's/.*(PostgreSQL) \([0-9][0-9.]*\).*/\1/p')
        if [ -z "$version" ] || [ "${version%%.*}" -lt 15 ]; then continue; fi
        if [ -z "$newest" ] || [ "${version%%.*}" -gt "${newest%%.*}" ]; then newest=$version; fi
    done <<EOF
$(postgres_folders)
EOF
    [ -n "$newest" ] && printf '%s\n' "$newest"
}

# Debian's package starts a server of its own on port 5432 when it is installed. Waymark brings its own up, so a machine
# that had none before should not get one on the side: this is said to the package, for this installation only.
apt_install_postgres() {
    local note=/etc/postgresql-common/createcluster.d/waymark-setup.conf
    if [ -d /etc/postgresql ]; then
        apt_install "the PostgreSQL server" postgresql
        return
    fi
    apt_install "the PostgreSQL server" postgresql-common
    as_root mkdir -p "${note%/*}"
    printf 'create_main_cluster = false\n' | as_root tee "$note" >/dev/null
    say "installing the PostgreSQL server, without starting one of its own (apt-get install postgresql)"
    local outcome=0
    apt_add postgresql || outcome=$?
    as_root rm -f "$note"
    [ "$outcome" -eq 0 ] || stop "the PostgreSQL server could not be installed." "See the messages above; then: apt-get install postgresql"
}

check_postgres() {
    if [ -n "${DATABASE_URL:-}" ] && [ "$1" = run ]; then
        say "PostgreSQL: the server of DATABASE_URL"
        return
    fi
    local version
    if version=$(postgres_version); then
        say "PostgreSQL $version"
        return
    fi
    [ -z "${WAYMARK_POSTGRES_BIN:-}" ] || stop "WAYMARK_POSTGRES_BIN is $WAYMARK_POSTGRES_BIN, where there is no PostgreSQL 15 or newer." \
        "Point it at the folder that holds initdb and postgres, or unset it."
    case "$(system)" in
        debian) apt_install_postgres ;;
        macos) brew_install "the PostgreSQL server" postgresql@17 ;;
        *) stop "PostgreSQL 15 or newer is missing (the server programs initdb and postgres)." \
            "Install your system's package (often postgresql-server), or set WAYMARK_POSTGRES_BIN to the folder they are in." ;;
    esac
    version=$(postgres_version) || stop "no PostgreSQL 15 or newer is found even now." \
        "This system's package may be too old: see https://www.postgresql.org/download/"
    say "PostgreSQL $version"
}

# --- a browser and its driver ----------------------------------------------------------------------------------------

# The same names, in the same order, as the tests look for.
browser() {
    local name
    if [ -n "${CHROME:-}" ]; then
        [ -x "$CHROME" ] && printf '%s\n' "$CHROME"
        return
    fi
    for name in chromium google-chrome google-chrome-stable chrome \
        "/Applications/Chromium.app/Contents/MacOS/Chromium" \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        if has "$name"; then
            command -v "$name"
            return
        fi
    done
    # Ubuntu's chromium-browser only points to a snap, which a driver from elsewhere cannot steer and containers cannot run.
    if has chromium-browser && ! grep -qs snap "$(command -v chromium-browser)"; then
        command -v chromium-browser
        return
    fi
    return 1
}

driver() {
    if [ -n "${CHROMEDRIVER:-}" ]; then
        [ -x "$CHROMEDRIVER" ] && printf '%s\n' "$CHROMEDRIVER"
        return
    fi
    command -v chromedriver || { [ -x /usr/lib/chromium/chromedriver ] && echo /usr/lib/chromium/chromedriver; }
}

check_browser() {
    if browser >/dev/null && driver >/dev/null; then
        say "browser $(browser), driver $(driver)"
        return
    fi
    [ -z "${CHROME:-}" ] || [ -x "$CHROME" ] || stop "CHROME is $CHROME, which cannot be run."
    [ -z "${CHROMEDRIVER:-}" ] || [ -x "$CHROMEDRIVER" ] || stop "CHROMEDRIVER is $CHROMEDRIVER, which cannot be run."
    case "$(system)" in
        debian)
            if is_ubuntu; then
                stop "the tests need a browser and its driver, and Ubuntu's chromium is a snap, which they cannot steer." \
                    "Install Google Chrome (https://www.google.com/chrome/) and the chromedriver of the same version" \
                    "(https://googlechromelabs.github.io/chrome-for-testing/), or set CHROME and CHROMEDRIVER to where they are."
            fi
            apt_install "a browser and its driver" chromium chromium-driver
            ;;
        macos)
            browser >/dev/null || brew_install "a browser" --cask google-chrome
            # Homebrew's driver is of the same version as its browser.
            driver >/dev/null || brew_install "the browser's driver" --cask chromedriver
            ;;
        *) stop "the tests need Chromium or Chrome, and chromedriver of the same version." \
            "Install your system's packages, or set CHROME and CHROMEDRIVER to where they are." ;;
    esac
    if ! browser >/dev/null || ! driver >/dev/null; then
        stop "no browser with a driver is found even now." "Set CHROME and CHROMEDRIVER to where they are."
    fi
    say "browser $(browser), driver $(driver)"
}

# --------------------------------------------------------------------------------------------------------------------

case "${1:-}" in
    run | test)
        check_rust
        check_c_compiler
        check_postgres "$1"
        if [ "$1" = test ]; then check_browser; fi
        ;;
    *) stop "say what for: scripts/setup.sh run | test" ;;
esac

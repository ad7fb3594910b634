#!/usr/bin/env bash
# Removes ./data after asking, the database included when it had to be kept elsewhere (a link in the folder says where).
set -euo pipefail

cd "$(dirname "$0")/.."

data=data
if [ ! -e "$data" ]; then
    echo "There is no data folder; nothing to remove."
    exit 0
fi

pid=$(head -n 1 "$data/postgres/postmaster.pid" 2>/dev/null || true)
if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then
    echo "The database in $data is in use (process $pid). Stop Waymark first; if it was killed, start and stop it once." >&2
    exit 1
fi

elsewhere=
if [ -L "$data/postgres" ]; then elsewhere=$(dirname "$(readlink "$data/postgres")"); fi

echo "This removes $PWD/$data${elsewhere:+ and $elsewhere}: the database, every uploaded file and the secrets. It cannot be undone."
printf 'Remove it? [y/N] '
answer=
read -r answer || true
case "$answer" in
    y | Y | yes | Yes | YES) ;;
    *)
        echo "Kept."
        exit 1
        ;;
esac

case "$elsewhere" in
    /var/lib/waymark/?*) rm -rf -- "$elsewhere" ;;
esac
rm -rf -- "$data"
echo "Removed. The next start makes a new one."

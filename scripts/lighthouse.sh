#!/bin/sh
# Lighthouse scores of pages: performance, accessibility, best practices.
#
#   scripts/lighthouse.sh [--cookies FILE] [--mobile] URL…
#
# FILE holds the cookies of a signed-in session, as one "name=value; name=value" line or as curl
# writes them with --cookie-jar. Reports are kept in artifacts/lighthouse/. LIGHTHOUSE_MINIMUM
# (0 to 100, default 0) makes the script fail when a score is lower.
#
# Needs Node.js 18 or newer and Chromium (CHROME names another binary). Nothing else in the
# portal needs Node.js, so this script is a measurement and not a part of `make test`.
set -eu

version=12.8.2
cookies=
form_factor=--preset=desktop
minimum=${LIGHTHOUSE_MINIMUM:-0}

usage() { sed -n '2,12s/^# \{0,1\}//p' "$0"; }

while [ $# -gt 0 ]; do
  case $1 in
    --cookies) cookies=${2:?--cookies needs a file}; shift 2 ;;
    --mobile) form_factor=--form-factor=mobile; shift ;;
    -h|--help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) break ;;
  esac
done
[ $# -gt 0 ] || { usage >&2; exit 2; }

if ! command -v npx >/dev/null 2>&1; then
  echo "Lighthouse needs Node.js 18 or newer (npx was not found)." >&2
  echo "Install it with 'apt-get install nodejs npm' or 'brew install node', or skip this: the portal does not need it." >&2
  exit 3
fi

if [ -z "${CHROME:-}" ]; then
  for candidate in chromium chromium-browser google-chrome \
    "/Applications/Chromium.app/Contents/MacOS/Chromium" \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
    if found=$(command -v "$candidate"); then CHROME=$found; break; fi
  done
fi
[ -n "${CHROME:-}" ] || { echo "Lighthouse needs Chromium; install it or name it in CHROME." >&2; exit 3; }
export CHROME_PATH=$CHROME

folder=$(cd "$(dirname "$0")/.." && pwd)/artifacts/lighthouse
mkdir -p "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# The cookies travel in a file and not as an argument, which every user of the machine could read.
headers=
if [ -n "$cookies" ]; then
  node -e '
    const lines = require("fs").readFileSync(process.argv[1], "utf8").split(/\r?\n/)
      .map((line) => line.replace(/^#HttpOnly_/, "")).filter((line) => line && !line.startsWith("#"));
    const pairs = lines.map((line) => {
      const cells = line.split("\t");
      return cells.length >= 7 ? cells[5] + "=" + cells[6] : line.replace(/^cookie:\s*/i, "").trim();
    });
    process.stdout.write(JSON.stringify({ Cookie: pairs.join("; ") }));
  ' "$cookies" > "$work/headers.json"
  chmod 600 "$work/headers.json"
  headers=--extra-headers=$work/headers.json
fi

worst=100
printf '%-12s %-14s %-15s %s\n' performance accessibility best-practices url
for url in "$@"; do
  name=$(printf '%s' "$url" | sed -e 's,^[a-z]*://[^/]*,,' -e 's/[^A-Za-z0-9]\{1,\}/-/g' -e 's/^-//' -e 's/-$//')
  report=$folder/${name:-root}
  if ! npx --yes "lighthouse@$version" "$url" --quiet $form_factor ${headers:+"$headers"} \
    --only-categories=performance,accessibility,best-practices \
    --output=json --output=html --output-path="$report" \
    --chrome-flags="--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage" \
    > "$work/log" 2>&1; then
    cat "$work/log" >&2
    echo "Lighthouse could not look at $url" >&2
    exit 1
  fi
  lowest=$(node -e '
    const report = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    if (report.runtimeError) { console.error(report.runtimeError.message); process.exit(1); }
    const scores = ["performance", "accessibility", "best-practices"]
      .map((name) => Math.round(report.categories[name].score * 100));
    const [speed, access, practice] = scores.map(String);
    console.error(speed.padEnd(12), access.padEnd(14), practice.padEnd(15), report.finalDisplayedUrl);
    for (const name of ["performance", "accessibility", "best-practices"])
      for (const { id, weight } of report.categories[name].auditRefs) {
        const audit = report.audits[id];
        if (weight > 0 && audit.score !== null && audit.score < 0.9)
          console.error("    " + name + ": " + audit.title + (audit.displayValue ? " (" + audit.displayValue + ")" : ""));
      }
    console.log(Math.min(...scores));
  ' "$report.report.json" 2>"$work/said") || { cat "$work/said" >&2; exit 1; }
  cat "$work/said"
  [ "$lowest" -ge "$worst" ] || worst=$lowest
done

echo "Reports: $folder"
[ "$worst" -ge "$minimum" ] || { echo "A score is below $minimum." >&2; exit 1; }

#!/usr/bin/env bash
# Checks what the compiler cannot see: templates, styles, scripts and the files others wrote.
# Prints every finding as file:line: what is wrong, and fails when there is one.
set -euo pipefail

cd "$(dirname "$0")/.."

has() { command -v "$1" >/dev/null 2>&1; }

files() { [ ! -d "$1" ] || find "$1" -type f -name "$2" | LC_ALL=C sort; }

is_below() { case "$2" in "$1"/*) echo yes ;; esac }

# Mail and the readable page of an export are no pages of the portal: they bring their style along.
stands_alone() { is_below templates/mail "$1"; case "$1" in templates/channels/export/_head.html) echo yes ;; esac }

# The content security policy forbids inline script and style, so they would be dead on arrival; what is written with
# `|safe` is not escaped. Comments {# … #} may say what they like.
lint_templates() {
    files templates '*.html' | while IFS= read -r file; do
        awk -v file="$file" -v alone="$(stands_alone "$file")" -v kit="$(is_below templates/ui "$file")" '
            function found(what) { printf "%s:%d: %s\n", file, NR, what }
            {
                line = $0
                # Blank out comments, which may run over several lines.
                text = ""
                while (line != "") {
                    if (in_comment) {
                        end = index(line, "#}")
                        if (end == 0) { line = ""; break }
                        line = substr(line, end + 2); in_comment = 0
                    } else {
                        start = index(line, "{#")
                        if (start == 0) { text = text line; line = ""; break }
                        text = text substr(line, 1, start - 1); line = substr(line, start + 2); in_comment = 1
                    }
                }
                lower = " " tolower(text)
                if (alone == "" && lower ~ /[ \t"\047]style[ \t]*=[ \t]*["\047{]/) found("an inline style; make a class")
                if (alone == "" && lower ~ /<style[ >]/) found("a style element; put it into static/css")
                inline = lower
                gsub(/<script[^>]*[ \t]src=[^>]*>/, "", inline)
                if (inline ~ /<script/) found("an inline script; put it into static/js")
                if (lower ~ /[ \t"\047]on[a-z]+[ \t]*=[ \t]*["\047{]/) found("an event attribute; bind it in static/js")
                if (lower ~ /hx-on/) found("hx-on needs unsafe-eval; bind it in static/js")
                if (lower ~ /hx-(vals|headers)[ \t]*=[ \t]*["\047]js:/) found("js: in an htmx attribute needs unsafe-eval")
                if (lower ~ /hx-trigger[ \t]*=[ \t]*("[^"]*\[|\047[^\047]*\[)/) found("a trigger filter needs unsafe-eval")
                if (lower ~ /=[ \t]*["\047]javascript:/) found("a javascript: address")
                if (lower ~ /<(script|link|img|iframe|source|video|audio)[^>]*(src|href)=["\047](https?:)?\/\//) found("a request to a third party")
                # The macros of the component kit print the attributes their caller wrote out: those must be literal.
                if (kit != "") gsub(/\{\{ attrs\|safe \}\}/, "", lower)
                if (lower ~ /\|[ \t]*safe([^a-z_]|$)/) found("|safe prints unescaped; return a type that is safe by construction")
                if (kit == "" && lower ~ /[(, ]attrs[ \t]*=[ \t]*([^" \t]|"[^"]*"[ \t]*~)/) found("attrs is printed unescaped; it must be one literal string")
            }
        ' "$file"
    done
}

# Statements end at { } or ;. What stands before a { is a selector, the rest are declarations.
lint_styles() {
    files static/css '*.css' | while IFS= read -r file; do
        awk -v file="$file" '
            function found(at, what) { printf "%s:%d: %s\n", file, at, what }
            { text = text $0 "\n" }
            END {
                line = 1; at = 1; statement = ""; quote = ""
                count = length(text)
                for (place = 1; place <= count; place++) {
                    letter = substr(text, place, 1)
                    if (letter == "\n") line++
                    if (in_comment) {
                        if (letter == "*" && substr(text, place + 1, 1) == "/") { in_comment = 0; place++ }
                        continue
                    }
                    if (quote != "") { if (letter == quote) quote = ""; continue }
                    if (letter == "\"" || letter == "\047") { quote = letter; continue }
                    if (letter == "/" && substr(text, place + 1, 1) == "*") { in_comment = 1; place++; continue }
                    if (letter == "{" || letter == "}" || letter == ";") {
                        if (letter == "{" && statement !~ /^[ \t\n]*@/ && statement ~ /#[A-Za-z_-]/)
                            found(at, "an id in a selector; use a class")
                        if (letter != "{" && statement ~ /![ \t\n]*important/)
                            found(at, "!important; let the layers decide")
                        statement = ""; at = line
                        continue
                    }
                    if (statement ~ /^[ \t\n]*$/) at = line
                    statement = statement letter
                }
            }
        ' "$file"
    done
}

lint_scripts() {
    if ! has node; then
        echo "static/js:0: cannot be checked without Node.js; install nodejs and run this again"
        return
    fi
    { files static/js '*.js'; files static/field '*.js'; } | while IFS= read -r file; do
        node --check "$file" 2>&1 | awk -v file="$file" '
            NR == 1 { line = $0; sub(/.*:/, "", line) }
            /^[A-Za-z]*Error:/ { printf "%s:%s: %s\n", file, line, $0 }
        ' || true
    done
}

# A digest in the notation of subresource integrity, from tools that Linux and macOS both have.
sri() {
    local digest
    if has sha384sum; then digest=$(sha384sum <"$1"); else digest=$(shasum -a 384 <"$1"); fi
    # shellcheck disable=SC2059
    printf "sha384-%s" "$(printf "$(printf '%s' "${digest%% *}" | sed 's/../\\x&/g')" | base64 | tr -d '\n')"
}

# Every vendored file is listed, and is what it was when it was listed.
lint_vendored() {
    local list=static/vendor/VENDOR.toml file digest
    [ -e "$list" ] || return 0
    awk -F '"' '/^file = / { file = $2 } /^sha384 = / { print file "\t" $2 }' "$list" | while IFS=$'\t' read -r file digest; do
        if [ ! -e "static/$file" ]; then
            echo "$list:0: static/$file is listed, but not there"
        elif [ "$(sri "static/$file")" != "$digest" ]; then
            echo "static/$file:0: is not the file that $list lists: its digest is $(sri "static/$file")"
        fi
    done
    find static/vendor -type f ! -name VENDOR.toml | while IFS= read -r file; do
        grep -q "\"${file#static/}\"" "$list" || echo "$file:0: is not listed in $list"
    done
}

findings=$(lint_templates && lint_styles && lint_scripts && lint_vendored)
if [ -n "$findings" ]; then
    printf '%s\n' "$findings" >&2
    printf 'lint: %s findings in templates, styles and scripts\n' "$(printf '%s\n' "$findings" | wc -l | tr -d ' ')" >&2
    exit 1
fi
echo "lint: templates, styles, scripts and vendored files are in order"

// How files under `static/` become what is served: shared by the build script and by live assets in development.

use std::fs;
use std::path::Path;

/// What is served: logical name, media type, and the files it is made of (a folder and an ending, or one file).
#[allow(dead_code, reason = "the portal itself only joins")]
pub const SERVED: &[(&str, &str, &str)] = &[
    ("css/app.css", "text/css; charset=utf-8", "css/*.css"),
    ("js/app.js", "text/javascript; charset=utf-8", "js/*.js"),
    (
        "vendor/htmx.min.js",
        "text/javascript; charset=utf-8",
        "vendor/htmx.min.js",
    ),
    (
        "js/outbox.js",
        "text/javascript; charset=utf-8",
        "field/outbox.js",
    ),
    ("js/push.js", "text/javascript; charset=utf-8", "push/page.js"),
    (
        "js/library.js",
        "text/javascript; charset=utf-8",
        "library/page.js",
    ),
    ("css/journeys.css", "text/css; charset=utf-8", "journeys/*.css"),
    (
        "js/journeys.js",
        "text/javascript; charset=utf-8",
        "journeys/*.js",
    ),
    (
        "js/study.js",
        "text/javascript; charset=utf-8",
        "journeys/offline/keep.js",
    ),
    (
        "js/study-page.js",
        "text/javascript; charset=utf-8",
        "journeys/offline/page.js",
    ),
    ("js/field.js", "text/javascript; charset=utf-8", "field/page.js"),
    ("js/lesson.js", "text/javascript; charset=utf-8", "lesson/page.js"),
    ("icons/app-192.png", "image/png", "icons/app-192.png"),
    ("icons/app-512.png", "image/png", "icons/app-512.png"),
    ("icons/app-maskable.png", "image/png", "icons/app-maskable.png"),
    ("icons/sprite.svg", "image/svg+xml", "icons/sprite.svg"),
    ("favicon.svg", "image/svg+xml", "favicon.svg"),
];

/// A script without indentation and without lines that only comment: browsers need neither. No string of ours runs over lines.
fn bare(script: &[u8]) -> Vec<u8> {
    let lines = script
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty() && !line.starts_with(b"//"));
    lines.collect::<Vec<_>>().join(&b'\n')
}

/// A stylesheet without comments and without the space that only people read. What is in quotation marks stays as it is.
fn tight(style: &[u8]) -> Vec<u8> {
    let mut kept: Vec<u8> = Vec::with_capacity(style.len());
    let (mut rest, mut quote) = (style, None);
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if quote.is_some() {
            kept.push(byte);
            quote = quote.filter(|open| *open != byte);
        } else if byte == b'/' && rest.first() == Some(&b'*') {
            let end = rest.windows(2).skip(1).position(|two| two == b"*/");
            rest = end.and_then(|end| rest.get(end + 3..)).unwrap_or_default();
        } else if byte.is_ascii_whitespace() {
            // Before a colon a space means a descendant; after one it means nothing.
            let idle = kept.last().is_none_or(|last| b"{};,>: ".contains(last));
            let before = rest.trim_ascii_start().first();
            if !idle && before.is_some_and(|next| !b"{};,>".contains(next)) {
                kept.push(b' ');
            }
        } else {
            if byte == b'}' && kept.last() == Some(&b';') {
                kept.pop();
            }
            quote = (byte == b'"' || byte == b'\'').then_some(byte);
            kept.push(byte);
        }
    }
    kept
}

/// Reads one served asset: a single file, or all files of a folder with an ending, in the order of their names.
pub fn read(root: &Path, pattern: &str) -> std::io::Result<Vec<u8>> {
    let Some((folder, ending)) = pattern.split_once("/*") else {
        return fs::read(root.join(pattern));
    };
    let mut files: Vec<_> = fs::read_dir(root.join(folder))?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .collect();
    files.retain(|path| path.to_string_lossy().ends_with(ending));
    files.sort();
    let mut joined = Vec::new();
    for file in files {
        let bytes = fs::read(file)?;
        joined.extend(match ending {
            ".js" => bare(&bytes),
            ".css" => tight(&bytes),
            _ => bytes,
        });
        joined.push(b'\n');
    }
    Ok(joined)
}

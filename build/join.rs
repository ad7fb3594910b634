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
        if ending == ".js" {
            joined.extend(bare(&bytes))
        } else {
            joined.extend(bytes)
        }
        joined.push(b'\n');
    }
    Ok(joined)
}

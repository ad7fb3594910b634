//! What a test run leaves behind for people to look at: screenshots, failed pages.

use std::path::PathBuf;

/// Where artefacts are kept: `artifacts/` at the root of the checkout, not under version control.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("artifacts")
}

/// The running test's path, for instance `channels::talk::two_people_talk`.
///
/// nextest says it in the environment; under plain `cargo test` the thread carries it. Ask on the
/// thread that started the test, not in a spawned task.
pub fn test_name() -> String {
    std::env::var("NEXTEST_TEST_NAME")
        .ok()
        .or_else(|| std::thread::current().name().map(str::to_owned))
        .filter(|name| name != "main")
        .unwrap_or_else(|| "unnamed".to_owned())
}

/// The file `artifacts/<kind>/<test>/<file>`, with the folder made.
pub fn path(kind: &str, test: &str, file: &str) -> PathBuf {
    let folder = root().join(kind).join(file_name(test));
    std::fs::create_dir_all(&folder).expect("the artefact folder can be made");
    folder.join(file_name(file))
}

/// Keeps bytes as an artefact and returns where they lie.
pub fn keep(kind: &str, test: &str, file: &str, bytes: &[u8]) -> PathBuf {
    let path = path(kind, test, file);
    std::fs::write(&path, bytes).expect("the artefact can be written");
    path
}

/// A name that every file system and every artefact store takes.
fn file_name(name: &str) -> String {
    name.replace("::", "-")
        .chars()
        .map(|letter| match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.' => letter,
            _ => '_',
        })
        .collect()
}

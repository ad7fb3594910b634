//! Names of files, made safe to show, to store and to send.

use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::kernel::markup::characters;

/// Longest file name kept, in characters.
pub const MAX_FILE_NAME: usize = 120;

/// Longest ending kept when a name is shortened, dot included.
const MAX_ENDING: usize = 16;

/// What a file without a usable name is called.
const NAMELESS: &str = "file";

/// Names that Windows takes for devices, whatever their ending.
const DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// A name every system can hold and nobody is misled by: no folders, controls, direction tricks or characters
/// that mean something to a shell or a header; at most [`MAX_FILE_NAME`] characters, its ending kept. Never empty,
/// never hidden, and the same when made safe again.
pub fn safe_file_name(name: &str) -> String {
    let last = name
        .rsplit(['/', '\\'])
        .find(|part| !part.trim().is_empty())
        .unwrap_or_default();
    let visible: String = last.nfc().filter_map(harmless).collect();
    let single_spaced = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let bare = shortened(trimmed(&single_spaced));
    let bare = trimmed(&bare);
    match bare
        .split('.')
        .next()
        .map(|stem| stem.trim_end().to_ascii_lowercase())
    {
        _ if bare.is_empty() => NAMELESS.to_owned(),
        Some(stem) if DEVICES.contains(&stem.as_str()) => format!("_{bare}"),
        _ => bare.to_owned(),
    }
}

/// Dots in front hide a file; dots and spaces behind vanish on Windows and would hide an ending.
fn trimmed(name: &str) -> &str {
    name.trim_matches(|character: char| character == '.' || character.is_whitespace())
}

fn harmless(character: char) -> Option<char> {
    match character {
        '\n' | '\t' => Some(' '),
        '<' | '>' | ':' | '"' | '|' | '?' | '*' | '%' => Some('_'),
        '\u{200B}' | '\u{2060}' => None,
        other => (!characters::directs_layout(other)).then_some(other),
    }
}

fn shortened(name: &str) -> String {
    let length = name.chars().count();
    if length <= MAX_FILE_NAME {
        return name.to_owned();
    }
    let ending = name
        .rfind('.')
        .and_then(|dot| name.get(dot..))
        .filter(|ending| ending.chars().count() <= MAX_ENDING);
    let ending = ending.unwrap_or_default();
    let room = MAX_FILE_NAME - ending.chars().count();
    let mut stem = String::new();
    let mut used = 0;
    for cluster in name.graphemes(true) {
        used += cluster.chars().count();
        if used > room {
            break;
        }
        stem.push_str(cluster);
    }
    format!("{}{ending}", stem.trim_end())
}

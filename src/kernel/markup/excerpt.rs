//! The beginning of a text, for notifications and lists.

use unicode_segmentation::UnicodeSegmentation as _;

/// How far back from the cut a word may end for the cut to move there, in graphemes.
const LONGEST_RETREAT: usize = 20;

/// At most `max_graphemes` user-perceived characters of the text, on one line, ending in `…` where
/// something was left out. Cuts between words when a word ends near the limit.
pub fn excerpt(text: &str, max_graphemes: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut starts = line
        .grapheme_indices(true)
        .map(|(start, _)| start)
        .skip(max_graphemes);
    if starts.next().is_none() {
        return line;
    }
    if max_graphemes == 0 {
        return String::new();
    }
    let kept: String = line.graphemes(true).take(max_graphemes - 1).collect();
    format!("{}…", at_word_end(&line, &kept).trim_end())
}

/// The part of `kept` to show: whole words if the last broken one is short.
fn at_word_end<'k>(line: &str, kept: &'k str) -> &'k str {
    let breaks_a_word = !line.get(kept.len()..).is_some_and(|rest| rest.starts_with(' '));
    let Some(space) = kept.rfind(' ').filter(|_| breaks_a_word) else {
        return kept;
    };
    let broken = kept.get(space..).unwrap_or_default();
    if broken.graphemes(true).count() > LONGEST_RETREAT {
        return kept;
    }
    kept.get(..space).unwrap_or(kept)
}

//! Reactions: exactly one emoji, by the grammar of UTS #51 §1.4.9.

use unicode_segmentation::UnicodeSegmentation as _;

use super::emoji_table::{EMOJI, PRESENTED, TAKES_SKIN_TONE};

/// Longest emoji accepted, in bytes. Every single person, flag and family of four fits; a kiss between two
/// people with two skin tones (35 bytes) does not.
pub const MAX_EMOJI_BYTES: usize = 32;

const JOINER: char = '\u{200D}';
const IN_COLOUR: char = '\u{FE0F}';
const KEYCAP: char = '\u{20E3}';
const BLACK_FLAG: char = '\u{1F3F4}';
const END_OF_TAG: char = '\u{E007F}';

/// The text without surrounding white space, if it is one emoji and nothing else.
///
/// Characters that are emoji only on request (`❤` U+2764, `©`) must carry the request, U+FE0F, as every
/// emoji picker sends it; so one emoji has one spelling and reactions add up.
pub fn single_emoji(text: &str) -> Option<&str> {
    let text = text.trim();
    let short = !text.is_empty() && text.len() <= MAX_EMOJI_BYTES;
    let one = short && text.graphemes(true).count() == 1;
    (one && is_emoji(text)).then_some(text)
}

fn is_emoji(cluster: &str) -> bool {
    let characters: Vec<char> = cluster.chars().collect();
    match characters.as_slice() {
        [first, second] if is_region(*first) && is_region(*second) => true,
        [key, IN_COLOUR, KEYCAP] => matches!(key, '0'..='9' | '#' | '*'),
        [BLACK_FLAG, tags @ .., END_OF_TAG] => {
            (3..=6).contains(&tags.len()) && tags.iter().all(|tag| is_region_tag(*tag))
        }
        [alone] => within(&PRESENTED, *alone) && !is_region(*alone),
        [base, IN_COLOUR] => within(&EMOJI, *base),
        [base, tone] if is_skin_tone(*tone) => within(&TAKES_SKIN_TONE, *base),
        joined => joined.contains(&JOINER) && joined.split(|character| *character == JOINER).all(is_joinable),
    }
}

/// One link of a joined emoji, such as the person and the laptop of a technologist.
fn is_joinable(link: &[char]) -> bool {
    match link {
        [base] | [base, IN_COLOUR] => within(&EMOJI, *base),
        [base, tone] => is_skin_tone(*tone) && within(&TAKES_SKIN_TONE, *base),
        _ => false,
    }
}

fn is_region(character: char) -> bool {
    matches!(character, '\u{1F1E6}'..='\u{1F1FF}')
}

/// Tag characters spell the regions of a country, such as `gbsct` for Scotland.
fn is_region_tag(character: char) -> bool {
    matches!(character, '\u{E0030}'..='\u{E0039}' | '\u{E0061}'..='\u{E007A}')
}

fn is_skin_tone(character: char) -> bool {
    matches!(character, '\u{1F3FB}'..='\u{1F3FF}')
}

fn within(table: &[(char, char)], character: char) -> bool {
    table
        .binary_search_by(|&(first, last)| {
            if last < character {
                std::cmp::Ordering::Less
            } else if first > character {
                std::cmp::Ordering::Greater
            } else {
                std::cmp::Ordering::Equal
            }
        })
        .is_ok()
}

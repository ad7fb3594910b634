//! Comparing words as people do, and taking away what they do not see.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Directional overrides can make a name read as another (Unicode TR 36 §3).
pub fn is_bidi_override(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A text without what nobody sees and no form takes: control characters, save line ends and tabs, and directional overrides.
pub fn without_invisible(text: &str) -> String {
    let unseen = |c: char| is_bidi_override(c) || (c.is_control() && c != '\n' && c != '\t');
    text.replace("\r\n", "\n")
        .chars()
        .filter(|c| !unseen(*c))
        .collect()
}

/// As [`without_invisible`], in one line.
pub fn in_one_line(text: &str) -> String {
    let seen = without_invisible(text);
    seen.split(char::is_whitespace)
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Case and accents taken away (Unicode TR 15, decomposition), for looking whether a text has a word in it.
pub fn folded(text: &str) -> String {
    text.nfd()
        .filter(|letter| !is_combining_mark(*letter))
        .collect::<String>()
        .to_lowercase()
}

/// The same words as a sentence begins: with a capital letter.
pub fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// With spaces around each letter that is a word by itself, as names are kept (`app.search_fold`): kana, Han and Hangul.
pub fn words_apart(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' => {
                out.extend([' ', letter, ' ']);
            }
            other => out.push(other),
        }
    }
    out
}

/// A number with its thousands set apart: `-1204` as `-1,204`.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

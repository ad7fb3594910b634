//! A cheaper way to write the same text.

use unicode_normalization::UnicodeNormalization;

use super::gsm::is_gsm;
use super::meter::measure;

/// One character that was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replacement {
    pub from: char,
    /// Empty when the character is invisible and was left out.
    pub to: &'static str,
}

/// A text with what typesetting put in taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plainer {
    pub text: String,
    /// Each kind once, in the order of first use.
    pub replaced: Vec<Replacement>,
    /// What keeps it from the cheap alphabet all the same, each once: the writer must decide about these.
    pub left: Vec<char>,
    /// Parts saved; nothing to suggest unless above zero (three dots cost more than an ellipsis).
    pub saved: i64,
}

impl Plainer {
    /// Whether the text now fits the cheap alphabet.
    pub fn fits_gsm(&self) -> bool {
        self.left.is_empty()
    }
}

/// Replaces what has an equal in the alphabet of text messages without a change of meaning: quotation marks, dashes,
/// spaces, the ellipsis, ligatures, and `ç`, whose reading is clear without its tail. Other accents stay, as they can
/// tell words apart (`sûr` and `sur`, `tâche` and `tache`). A joiner stays, as emoji are built with it. An accent
/// written behind its letter is put onto it (Unicode TR 15, NFC), as the alphabet has `é` but no accents.
pub fn plainer(text: &str) -> Plainer {
    let mut replaced = Vec::new();
    let mut plain = String::with_capacity(text.len());
    for c in text.nfc() {
        match plain_form(c) {
            Some(to) => {
                plain.push_str(to);
                add_once(&mut replaced, Replacement { from: c, to });
            }
            None => plain.push(c),
        }
    }
    let plain: String = plain.nfc().collect();
    let mut left = Vec::new();
    for c in plain.chars().filter(|c| !is_gsm(*c)) {
        add_once(&mut left, c);
    }
    Plainer {
        saved: i64::from(measure(text).segments) - i64::from(measure(&plain).segments),
        text: plain,
        replaced,
        left,
    }
}

fn add_once<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// Characters of the alphabet itself are never replaced.
fn plain_form(c: char) -> Option<&'static str> {
    Some(match c {
        '‘' | '’' | '‚' | '‛' | '′' | 'ʼ' | '`' | '´' | '‹' | '›' => "'",
        '“' | '”' | '„' | '‟' | '″' | '«' | '»' => "\"",
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => "-",
        '…' => "...",
        '•' | '·' => "-",
        '\t' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => " ",
        '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' => "",
        '\u{2028}' | '\u{2029}' => "\n",
        'ç' => "c",
        'œ' => "oe",
        'Œ' => "OE",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        _ => return None,
    })
}

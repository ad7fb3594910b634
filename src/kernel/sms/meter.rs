//! Counting the parts of a text message exactly.

use unicode_segmentation::UnicodeSegmentation;

use super::gsm::{is_gsm, septets};

/// The alphabet a text is sent in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Seven bits a unit: 160 in a single message, 153 in each part of several (3GPP TS 23.038; 23.040, 9.2.3.24.1).
    Gsm7,
    /// UTF-16, sixteen bits a unit: 70 in a single message, 67 in each part of several.
    Ucs2,
}

impl Encoding {
    /// Units that a message of one part holds.
    pub fn in_single(self) -> u32 {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
        }
    }

    /// Units that each of several parts holds, beside the header that joins them.
    pub fn in_part(self) -> u32 {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
        }
    }
}

/// The first character that keeps a text from the cheap alphabet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotGsm {
    pub character: char,
    /// Counted in characters (Unicode scalar values) from 0.
    pub index: usize,
}

/// What a text takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meter {
    pub encoding: Encoding,
    /// Seven-bit or sixteen-bit units in all, padding at the ends of parts not counted.
    pub units: u32,
    /// Parts that are paid for; none for an empty text.
    pub segments: u32,
    /// Units that each part holds, as there is one or there are several.
    pub per_segment: u32,
    /// Units still free in the last part.
    pub remaining_in_segment: u32,
    pub first_non_gsm: Option<NotGsm>,
}

/// Measures a text. Neither an escaped character, nor a surrogate pair, nor what a reader sees as one character
/// (Unicode TR 29; an emoji with its skin tone) is ever split between parts, as long as it fits into one.
pub fn measure(text: &str) -> Meter {
    let first_non_gsm = text
        .chars()
        .enumerate()
        .find(|(_, character)| !is_gsm(*character))
        .map(|(index, character)| NotGsm { character, index });
    let encoding = match first_non_gsm {
        None => Encoding::Gsm7,
        Some(_) => Encoding::Ucs2,
    };
    let pieces = pieces(text, encoding);
    let units = pieces.iter().sum();
    let packed = pack(&pieces, units, encoding);
    Meter {
        encoding,
        units,
        segments: packed.segments,
        per_segment: packed.per_segment,
        remaining_in_segment: packed.per_segment - packed.in_last,
        first_non_gsm,
    }
}

/// The sizes of what must stay together, in order.
fn pieces(text: &str, encoding: Encoding) -> Vec<u32> {
    match encoding {
        Encoding::Gsm7 => text.chars().filter_map(septets).collect(),
        Encoding::Ucs2 => text.graphemes(true).flat_map(together_if_it_fits).collect(),
    }
}

/// A line end of two characters is two pieces, and what is larger than a part falls into its characters.
fn together_if_it_fits(grapheme: &str) -> Vec<u32> {
    let units = |c: char| if c.len_utf16() == 2 { 2 } else { 1 };
    let sizes: Vec<u32> = grapheme.chars().map(units).collect();
    let whole = sizes.iter().sum();
    match grapheme == "\r\n" || whole > Encoding::Ucs2.in_part() {
        true => sizes,
        false => vec![whole],
    }
}

struct Packed {
    segments: u32,
    per_segment: u32,
    in_last: u32,
}

fn pack(pieces: &[u32], units: u32, encoding: Encoding) -> Packed {
    if units <= encoding.in_single() {
        return Packed {
            segments: u32::from(units > 0),
            per_segment: encoding.in_single(),
            in_last: units,
        };
    }
    let per_segment = encoding.in_part();
    let (mut segments, mut in_last) = (1, 0);
    for piece in pieces {
        if in_last + piece > per_segment {
            segments += 1;
            in_last = 0;
        }
        in_last += piece;
    }
    Packed {
        segments,
        per_segment,
        in_last,
    }
}

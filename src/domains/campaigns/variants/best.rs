//! Which variant the rest of the audience gets, when clicks decide.

use super::model::letter;
use super::significance::{Share, Worth, worth};

/// How one variant did in the test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// 0 is A.
    pub number: i16,
    /// Messages handed over.
    pub sent: i64,
    /// People who followed a link, as far as can be told.
    pub clicked: i64,
}

impl Cell {
    /// Of whom it was sent to, who followed a link.
    pub const fn share(&self) -> Share {
        Share {
            did: self.clicked,
            of: self.sent,
        }
    }

    /// Whether a larger part of its readers followed a link.
    fn is_ahead_of(&self, other: &Self) -> bool {
        i128::from(self.clicked) * i128::from(other.sent.max(1))
            > i128::from(other.clicked) * i128::from(self.sent.max(1))
    }

    /// The part of its readers that followed a link, in words; less than all is never told as all.
    pub fn rate(&self) -> String {
        let tenths = match self.sent {
            0 => 0,
            sent if self.clicked < sent => ((self.clicked * 1_000 + sent / 2) / sent).min(999),
            sent => (self.clicked * 1_000 + sent / 2) / sent,
        };
        format!("{}.{}\u{a0}%", tenths / 10, tenths % 10)
    }
}

/// The variant that is ahead of all others, or A when none is; and why, in words.
pub fn best(cells: &[Cell]) -> (i16, String) {
    if cells.iter().all(|cell| cell.clicked == 0) {
        return (
            0,
            "Nobody followed a link, as far as can be told, so it is A.".to_owned(),
        );
    }
    let is_first = |one: &&Cell| !cells.iter().any(|other| other.is_ahead_of(one));
    let first: Vec<&Cell> = cells.iter().filter(is_first).collect();
    match first.as_slice() {
        [one] => (one.number, in_words(one, cells)),
        several => {
            let letters: Vec<&str> = several.iter().map(|one| letter(one.number)).collect();
            (
                0,
                format!("{} did equally well, so it is A.", letters.join(" and ")),
            )
        }
    }
}

fn in_words(one: &Cell, cells: &[Cell]) -> String {
    let others = || cells.iter().filter(|other| other.number != one.number);
    let is_sure = others().all(|other| worth(one.share(), other.share()) == Worth::Unlikely);
    format!(
        "{} of {} readers of {} followed a link ({}), more than of any other. {}",
        one.clicked,
        one.sent,
        letter(one.number),
        one.rate(),
        match is_sure {
            true => "That is unlikely to be chance.",
            false => "That could be chance.",
        }
    )
}

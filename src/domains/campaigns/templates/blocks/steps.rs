//! What a press of a button on the page of blocks means.

use std::str::FromStr;

use super::layout::{Kind, Place, Side, Turn};

/// What is open for editing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Open {
    #[default]
    Nothing,
    Block(Place),
    /// Colours and language.
    Theme,
}

impl Open {
    /// The word in forms and addresses.
    pub fn word(self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Block(place) => place.to_string(),
            Self::Theme => "theme".to_owned(),
        }
    }

    /// What a word names; nothing for any that names none.
    pub fn of(word: &str) -> Self {
        match word {
            "theme" => Self::Theme,
            word => word.parse().map_or(Self::Nothing, Self::Block),
        }
    }
}

/// A step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Keeps what is typed and closes what is open.
    Keep,
    /// Keeps what is typed and leaves it open: images are looked for, or nobody pressed anything.
    Stay,
    /// Saves a version.
    Version,
    Undo,
    Open(Open),
    Turn(Turn, Place),
    Add(Kind),
    AddWithin(usize, Side, Kind),
}

impl Step {
    /// The step of a button; keeping for any other word.
    pub fn of(word: &str) -> Self {
        let known = match word.split_once('-') {
            Some(("edit", what)) => Some(Self::Open(Open::of(what))),
            Some(("up", place)) => turn(Turn::Up, place),
            Some(("down", place)) => turn(Turn::Down, place),
            Some(("copy", place)) => turn(Turn::Copy, place),
            Some(("remove", place)) => turn(Turn::Remove, place),
            Some(("add", what)) => add(what),
            _ => None,
        };
        match (word, known) {
            (_, Some(step)) => step,
            ("version", None) => Self::Version,
            ("undo", None) => Self::Undo,
            ("find" | "stay", None) => Self::Stay,
            _ => Self::Keep,
        }
    }
}

fn turn(turn: Turn, place: &str) -> Option<Step> {
    Some(Step::Turn(turn, place.parse().ok()?))
}

/// `text`, or `text-3l` for the left column of the fourth block.
fn add(what: &str) -> Option<Step> {
    let Some((kind, column)) = what.split_once('-') else {
        return Kind::from_str(what).ok().map(Step::Add);
    };
    let (block, side) = match (column.strip_suffix('l'), column.strip_suffix('r')) {
        (Some(block), _) => (block, Side::Left),
        (None, Some(block)) => (block, Side::Right),
        (None, None) => return None,
    };
    Some(Step::AddWithin(
        block.parse().ok()?,
        side,
        Kind::from_str(kind).ok()?,
    ))
}

//! What a press of a button on the page of blocks means.

use std::str::FromStr;

use crate::domains::campaigns::templates::actions::Saved;
use crate::kernel::error::AppError;

use super::forms::BlocksForm;
use super::layout::{Kind, Layout, Place, Side, Turn};
use super::model::Work;

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

/// What came of a step, and where to look next.
#[derive(Debug, Clone, Default)]
pub struct Done {
    pub open: Open,
    /// The block to go on with.
    pub at: Option<Place>,
    /// What was saved.
    pub saved: Option<Saved>,
}

/// Goes a step in `work`, whose layout with all that was typed is `layout`. Saving is up to the caller.
///
/// # Errors
/// [`AppError::Invalid`] when a block is not there any more, or no more fit.
pub fn go(work: &mut Work, mut layout: Layout, form: &BlocksForm) -> Result<Done, AppError> {
    let at = |place| Done {
        at: Some(place),
        ..Done::default()
    };
    let was_at = match form.opened() {
        Open::Block(place) => Some(place),
        _ => None,
    };
    match form.step() {
        Step::Keep | Step::Version => {
            work.arrange(layout);
            Ok(Done {
                at: was_at,
                ..Done::default()
            })
        }
        Step::Stay => {
            // One step back leads to before the typing, however often it was kept meanwhile.
            if work.past.is_empty() && layout != work.layout {
                work.remember();
            }
            work.layout = layout;
            Ok(Done {
                open: form.opened(),
                ..Done::default()
            })
        }
        Step::Undo => {
            work.arrange(layout);
            work.go_back();
            Ok(Done::default())
        }
        Step::Open(open) => {
            work.arrange(layout);
            work.remember();
            Ok(Done {
                open,
                ..Done::default()
            })
        }
        Step::Turn(turn, place) => {
            layout.at(place).ok_or_else(not_there)?;
            let next = layout.turn(place, turn).ok_or_else(too_many)?;
            work.arrange(layout);
            Ok(at(next))
        }
        Step::Add(kind) => {
            let place = layout.add(kind).ok_or_else(too_many)?;
            work.arrange(layout);
            Ok(added(kind, place))
        }
        Step::AddWithin(block, side, kind) => {
            layout.at(Place::single(block)).ok_or_else(not_there)?;
            let place = layout.add_within(block, side, kind).ok_or_else(too_many)?;
            work.arrange(layout);
            Ok(added(kind, place))
        }
    }
}

/// What is new is open at once, where there is anything to fill in.
fn added(kind: Kind, place: Place) -> Done {
    let open = match kind {
        Kind::Divider | Kind::Columns => Open::Nothing,
        _ => Open::Block(place),
    };
    Done {
        open,
        at: Some(place),
        saved: None,
    }
}

fn not_there() -> AppError {
    AppError::field("blocks", "That block is not there any more.")
}

fn too_many() -> AppError {
    AppError::field("blocks", "There are as many blocks as there can be in one place.")
}

//! What a press of a button on the page of a lesson means, beside keeping what is typed.

use uuid::Uuid;

use crate::domains::journeys::asking::steps::Step;
use crate::domains::journeys::building::content::{Content, Criterion, Item};
use crate::domains::journeys::lines::{self, Turn};
use crate::kernel::error::AppError;

/// A list inside a lesson, besides its questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    Items,
    Criteria,
}

/// A press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// Keeps what is typed.
    Save,
    /// Nobody pressed anything: it is kept while it is typed.
    Typing,
    /// Keeps it over what somebody else wrote meanwhile.
    Overwrite,
    /// Looks for something in the library.
    Find,
    /// Takes the newest version over of what the lesson holds of the library.
    TakeOver,
    AddItem,
    AddCriterion,
    Question(Step),
    Turn(List, Turn, Uuid),
}

impl Press {
    /// What a word of a button means; saving for any other.
    pub fn of(word: &str) -> Self {
        match word {
            "typing" => Self::Typing,
            "overwrite" => Self::Overwrite,
            "find" => Self::Find,
            "take-over" => Self::TakeOver,
            "add-item" => Self::AddItem,
            "add-criterion" => Self::AddCriterion,
            _ => Step::of(word)
                .map(Self::Question)
                .or_else(|| Self::turned(word))
                .unwrap_or(Self::Save),
        }
    }

    /// `up-item-…`, `remove-criterion-…`
    fn turned(word: &str) -> Option<Self> {
        let (verb, list, key) = lines::read(word)?;
        let list = match list {
            "item" => List::Items,
            "criterion" => List::Criteria,
            _ => return None,
        };
        Some(Self::Turn(list, Turn::of(verb)?, key))
    }

    /// Does it; answers which line to go on with. Questions that are the library's are changed there.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when there are too many lines.
    pub fn press(self, content: &mut Content) -> Result<Option<Uuid>, AppError> {
        match (self, content) {
            (Self::AddItem, Content::Checklist(list)) => lines::add(&mut list.items, item),
            (Self::AddCriterion, Content::Assignment(work)) => lines::add(&mut work.rubric, criterion),
            (Self::Question(step), Content::Quiz(quiz)) if quiz.source.is_none() => {
                step.take(&mut quiz.questions)
            }
            (Self::Turn(List::Items, turn, key), Content::Checklist(list)) => {
                Ok(lines::turn(&mut list.items, (turn, key), |item| item.key))
            }
            (Self::Turn(List::Criteria, turn, key), Content::Assignment(work)) => {
                Ok(lines::turn(&mut work.rubric, (turn, key), |one| one.key))
            }
            _ => Ok(None),
        }
    }
}

fn item(key: Uuid) -> Item {
    Item {
        key,
        text: String::new(),
    }
}

fn criterion(key: Uuid) -> Criterion {
    Criterion {
        key,
        title: String::new(),
        points: 3,
        levels: Vec::new(),
    }
}

//! What a press of a button beside the fields of a worksheet means.

use uuid::Uuid;

use crate::domains::journeys::lines::{self, Turn, new_key};
use crate::kernel::error::AppError;

use super::model::{Field, FieldKind, FieldOption};

/// A press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Add(FieldKind),
    /// To the field of this key.
    AddOption(Uuid),
    RemoveOption(Uuid),
    Turn(Turn, Uuid),
}

impl Step {
    /// What a word of a button means: `add-field-date`, `up-field-…`, `add-choice-…`
    pub fn of(word: &str) -> Option<Self> {
        if let Some(kind) = word.strip_prefix("add-field-") {
            return Some(Self::Add(FieldKind::of(kind)));
        }
        match lines::read(word)? {
            ("add", "choice", key) => Some(Self::AddOption(key)),
            ("remove", "choice", key) => Some(Self::RemoveOption(key)),
            (verb, "field", key) => Some(Self::Turn(Turn::of(verb)?, key)),
            _ => None,
        }
    }

    /// Does it; answers which line to go on with.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when there are too many lines.
    pub fn take(self, fields: &mut Vec<Field>) -> Result<Option<Uuid>, AppError> {
        match self {
            Self::Add(kind) => lines::add(fields, |key| field(key, kind)),
            Self::AddOption(of) => match fields.iter_mut().find(|field| field.key == of) {
                Some(field) => lines::add(&mut field.options, option),
                None => Ok(None),
            },
            Self::RemoveOption(key) => {
                for field in fields {
                    field.options.retain(|option| option.key != key);
                }
                Ok(None)
            }
            Self::Turn(turn, key) => Ok(lines::turn(fields, (turn, key), |one| one.key)),
        }
    }
}

fn option(key: Uuid) -> FieldOption {
    FieldOption {
        key,
        text: String::new(),
    }
}

fn field(key: Uuid, kind: FieldKind) -> Field {
    let options = match kind.has_options() {
        true => vec![option(new_key()), option(new_key()), option(new_key())],
        false => Vec::new(),
    };
    Field {
        key,
        kind,
        label: String::new(),
        help: String::new(),
        required: false,
        options,
    }
}

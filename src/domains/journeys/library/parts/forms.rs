//! What the browser sends from the page on which a quiz or a worksheet is written: all of it with every press, so that nothing is lost.

use serde::Deserialize;
use uuid::Uuid;

use crate::domains::journeys::asking::forms::QuestionFields;
use crate::domains::journeys::asking::steps::Step as QuestionStep;
use crate::domains::journeys::worksheets::forms::FieldFields;
use crate::domains::journeys::worksheets::steps::Step as FieldStep;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::validate::Check;

use super::Parts;

/// As typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PartsForm {
    /// What the window has seen: see [`Parts::stamp`].
    pub seen: String,
    /// Which button: see [`Press`].
    pub then: String,
    #[serde(flatten)]
    pub questions: QuestionFields,
    #[serde(flatten)]
    pub fields: FieldFields,
}

impl PartsForm {
    /// The form of these parts.
    pub fn of(parts: &Parts) -> Self {
        match parts {
            Parts::Quiz { questions } => Self {
                questions: QuestionFields::of(questions),
                ..Self::default()
            },
            Parts::Worksheet { fields } => Self {
                fields: FieldFields::of(fields),
                ..Self::default()
            },
        }
    }

    /// What was meant, where these parts stood before.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self, before: &Parts) -> Result<Parts, FieldErrors> {
        let mut check = Check::default();
        let parts = match before {
            Parts::Quiz { .. } => Parts::Quiz {
                questions: self.questions.parse(&mut check),
            },
            Parts::Worksheet { .. } => Parts::Worksheet {
                fields: self.fields.parse(&mut check),
            },
        };
        check.finish(|| parts)
    }
}

/// A press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// Makes the next version of it.
    Version,
    /// Keeps what is typed.
    Keep,
    /// Nobody pressed anything: it is kept while it is typed.
    Typing,
    /// Keeps it over what somebody else wrote meanwhile.
    Overwrite,
    Question(QuestionStep),
    Field(FieldStep),
}

impl Press {
    /// What a word of a button means; keeping for any other.
    pub fn of(word: &str) -> Self {
        match word {
            "version" => Self::Version,
            "typing" => Self::Typing,
            "overwrite" => Self::Overwrite,
            _ => QuestionStep::of(word)
                .map(Self::Question)
                .or_else(|| FieldStep::of(word).map(Self::Field))
                .unwrap_or(Self::Keep),
        }
    }

    /// Does what it does with lines; answers which line to go on with.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when there are too many lines.
    pub fn press(self, parts: &mut Parts) -> Result<Option<Uuid>, AppError> {
        match (self, parts) {
            (Self::Question(step), Parts::Quiz { questions }) => step.take(questions),
            (Self::Field(step), Parts::Worksheet { fields }) => step.take(fields),
            _ => Ok(None),
        }
    }
}

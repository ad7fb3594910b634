//! What a press of a button beside questions means.

use uuid::Uuid;

use crate::domains::journeys::lines::{self, Turn, new_key};
use crate::kernel::error::AppError;

use super::model::{Answer, Question, QuestionKind, QuizOption};

/// A press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Add(QuestionKind),
    /// To the question of this key.
    AddOption(Uuid),
    RemoveOption(Uuid),
    Turn(Turn, Uuid),
}

impl Step {
    /// What a word of a button means: `add-question-number`, `up-question-…`, `add-option-…`
    pub fn of(word: &str) -> Option<Self> {
        if let Some(kind) = word.strip_prefix("add-question-") {
            return Some(Self::Add(QuestionKind::of(kind)));
        }
        match lines::read(word)? {
            ("add", "option", key) => Some(Self::AddOption(key)),
            ("remove", "option", key) => Some(Self::RemoveOption(key)),
            (verb, "question", key) => Some(Self::Turn(Turn::of(verb)?, key)),
            _ => None,
        }
    }

    /// Does it; answers which line to go on with.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when there are too many lines.
    pub fn take(self, questions: &mut Vec<Question>) -> Result<Option<Uuid>, AppError> {
        match self {
            Self::Add(kind) => lines::add(questions, |key| question(key, kind)),
            Self::AddOption(of) => match questions.iter_mut().find(|question| question.key == of) {
                Some(question) => lines::add(&mut question.options, option),
                None => Ok(None),
            },
            Self::RemoveOption(key) => {
                for question in questions {
                    question.options.retain(|option| option.key != key);
                }
                Ok(None)
            }
            Self::Turn(turn, key) => Ok(lines::turn(questions, (turn, key), |one| one.key)),
        }
    }
}

fn option(key: Uuid) -> QuizOption {
    QuizOption {
        key,
        text: String::new(),
        right: false,
        feedback: String::new(),
    }
}

fn question(key: Uuid, kind: QuestionKind) -> Question {
    let options = match kind.has_options() {
        true => vec![option(new_key()), option(new_key()), option(new_key())],
        false => Vec::new(),
    };
    Question {
        key,
        kind,
        prompt: String::new(),
        points: 1,
        options,
        answer: Answer::default(),
        feedback: String::new(),
    }
}

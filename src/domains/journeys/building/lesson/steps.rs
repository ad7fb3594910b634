//! What a press of a button on the page of a lesson means, beside keeping what is typed.

use uuid::Uuid;

use crate::domains::journeys::building::content::{
    Content, Criterion, Item, Question, QuestionKind, QuizOption, new_key,
};
use crate::kernel::error::AppError;

use super::columns::MOST;

/// A list inside a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    Items,
    Criteria,
    Questions,
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
    AddItem,
    AddCriterion,
    AddQuestion(QuestionKind),
    /// To the question of this key.
    AddOption(Uuid),
    RemoveOption(Uuid),
    Remove(List, Uuid),
    Up(List, Uuid),
    Down(List, Uuid),
}

impl Press {
    /// What a word of a button means; saving for any other.
    pub fn of(word: &str) -> Self {
        match word {
            "typing" => return Self::Typing,
            "overwrite" => return Self::Overwrite,
            "find" => return Self::Find,
            "add-item" => return Self::AddItem,
            "add-criterion" => return Self::AddCriterion,
            _ => {}
        }
        if let Some(kind) = word.strip_prefix("add-question-") {
            return Self::AddQuestion(QuestionKind::of(kind));
        }
        Self::with_key(word).unwrap_or(Self::Save)
    }

    /// `up-item-…`, `remove-question-…`, `add-option-…`
    fn with_key(word: &str) -> Option<Self> {
        let (verb, rest) = word.split_once('-')?;
        let (list, key) = rest.split_once('-')?;
        let key: Uuid = key.parse().ok()?;
        let of = match list {
            "item" => Some(List::Items),
            "criterion" => Some(List::Criteria),
            "question" => Some(List::Questions),
            _ => None,
        };
        match (verb, list, of) {
            ("add", "option", _) => Some(Self::AddOption(key)),
            ("remove", "option", _) => Some(Self::RemoveOption(key)),
            ("remove", _, Some(list)) => Some(Self::Remove(list, key)),
            ("up", _, Some(list)) => Some(Self::Up(list, key)),
            ("down", _, Some(list)) => Some(Self::Down(list, key)),
            _ => None,
        }
    }

    /// Does it; answers which line to go on with.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when there are too many lines.
    pub fn press(self, content: &mut Content) -> Result<Option<Uuid>, AppError> {
        match (self, content) {
            (Self::AddItem, Content::Checklist(list)) => add(&mut list.items, |key| Item {
                key,
                text: String::new(),
            }),
            (Self::AddCriterion, Content::Assignment(work)) => add(&mut work.rubric, |key| Criterion {
                key,
                title: String::new(),
                points: 3,
                levels: Vec::new(),
            }),
            (Self::AddQuestion(kind), Content::Quiz(quiz)) => {
                add(&mut quiz.questions, |key| question(key, kind))
            }
            (Self::AddOption(of), Content::Quiz(quiz)) => {
                match quiz.questions.iter_mut().find(|question| question.key == of) {
                    Some(question) => add(&mut question.options, option),
                    None => Ok(None),
                }
            }
            (Self::RemoveOption(key), Content::Quiz(quiz)) => {
                for question in &mut quiz.questions {
                    question.options.retain(|option| option.key != key);
                }
                Ok(None)
            }
            (Self::Remove(list, key) | Self::Up(list, key) | Self::Down(list, key), content) => {
                match (list, content) {
                    (List::Items, Content::Checklist(all)) => {
                        Ok(self.turn(&mut all.items, key, |item| item.key))
                    }
                    (List::Criteria, Content::Assignment(work)) => {
                        Ok(self.turn(&mut work.rubric, key, |one| one.key))
                    }
                    (List::Questions, Content::Quiz(quiz)) => {
                        Ok(self.turn(&mut quiz.questions, key, |one| one.key))
                    }
                    _ => Ok(None),
                }
            }
            _ => Ok(None),
        }
    }

    fn turn<T>(self, lines: &mut Vec<T>, key: Uuid, key_of: impl Fn(&T) -> Uuid) -> Option<Uuid> {
        let index = lines.iter().position(|line| key_of(line) == key)?;
        let beside = match self {
            Self::Up(..) => index.checked_sub(1)?,
            Self::Down(..) => index + 1,
            _ => {
                lines.remove(index);
                return lines.get(index).or(lines.last()).map(key_of);
            }
        };
        if beside < lines.len() {
            lines.swap(index, beside);
        }
        Some(key)
    }
}

fn add<T>(lines: &mut Vec<T>, line: impl FnOnce(Uuid) -> T) -> Result<Option<Uuid>, AppError> {
    if lines.len() >= MOST {
        return Err(AppError::field(
            "title",
            format!("There are at most {MOST} of them in one lesson."),
        ));
    }
    let key = new_key();
    lines.push(line(key));
    Ok(Some(key))
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
        answer: crate::domains::journeys::building::content::Answer::default(),
        feedback: String::new(),
    }
}

//! What a question is. Everything may be unfinished while it is written; [`gaps`] says what is missing before it can be asked.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domains::journeys::lines::new_key;

/// How a question is answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QuestionKind {
    #[default]
    Single,
    Multiple,
    Number,
    Short,
}

impl QuestionKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Single, Self::Multiple, Self::Number, Self::Short];

    /// The word in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Multiple => "multiple",
            Self::Number => "number",
            Self::Short => "short",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Single => "One right answer",
            Self::Multiple => "Several right answers",
            Self::Number => "A number",
            Self::Short => "A short text",
        }
    }

    /// What a word of a form means; one right answer for any other.
    pub fn of(word: &str) -> Self {
        let named = Self::ALL.into_iter().find(|one| one.as_str() == word);
        named.unwrap_or_default()
    }

    /// Whether one chooses among options.
    pub const fn has_options(self) -> bool {
        matches!(self, Self::Single | Self::Multiple)
    }
}

/// One question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The same for as long as the question is there.
    #[serde(default = "new_key")]
    pub key: Uuid,
    pub kind: QuestionKind,
    #[serde(default)]
    pub prompt: String,
    #[serde(default = "one")]
    pub points: u32,
    #[serde(default)]
    pub options: Vec<QuizOption>,
    #[serde(default)]
    pub answer: Answer,
    /// Said with the answer, right or wrong.
    #[serde(default)]
    pub feedback: String,
}

const fn one() -> u32 {
    1
}

/// One of the answers to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuizOption {
    #[serde(default = "new_key")]
    pub key: Uuid,
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub right: bool,
    /// Said to whoever chose it.
    #[serde(default)]
    pub feedback: String,
}

/// The right answer to a question without options.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answer {
    pub number: Option<f64>,
    /// How far off still counts.
    pub tolerance: f64,
    /// Short texts that count, whatever their case.
    pub accepted: Vec<String>,
}

/// All points of these questions.
pub fn points(questions: &[Question]) -> u32 {
    questions.iter().map(|question| question.points).sum()
}

/// What is missing before these questions can be asked; empty when nothing is.
pub fn gaps(questions: &[Question]) -> Vec<String> {
    if questions.is_empty() {
        return vec!["It has no question yet.".to_owned()];
    }
    let mut gaps: Vec<String> = (1..)
        .zip(questions)
        .filter_map(|(number, question)| Some(format!("Question {number}: {}", question.gap()?)))
        .collect();
    if points(questions) == 0 {
        gaps.push("No question gives a point, so nobody can reach a score.".to_owned());
    }
    gaps
}

impl Question {
    fn gap(&self) -> Option<&'static str> {
        let filled = || {
            self.options
                .iter()
                .filter(|option| !option.text.trim().is_empty())
        };
        let right = filled().filter(|option| option.right).count();
        match self.kind {
            _ if self.prompt.trim().is_empty() => Some("it asks nothing yet."),
            QuestionKind::Single | QuestionKind::Multiple if filled().count() < 2 => {
                Some("it needs two answers to choose from.")
            }
            QuestionKind::Single if right != 1 => Some("say which answer is the right one."),
            QuestionKind::Multiple if right == 0 => Some("say which answers are right."),
            QuestionKind::Number if self.answer.number.is_none() => Some("say which number is right."),
            QuestionKind::Short if self.answer.accepted.is_empty() => Some("say which text is right."),
            _ => None,
        }
    }
}

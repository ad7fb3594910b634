//! What lessons hold beside their text, typed. Everything may be unfinished while it is written; [`Content::gaps`] says what is missing
//! before it can be published.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::kernel::error::AppError;
use crate::kernel::ids::{NodeKey, fresh};

use super::model::{LessonKind, Node};

/// What a lesson holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Content {
    Text,
    Video,
    File,
    Link(Link),
    Quiz(Quiz),
    Reflection(Reflection),
    Assignment(Assignment),
    Checklist(Checklist),
    Live(Live),
}

/// A page elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Link {
    pub url: String,
    /// What to look for there.
    pub note: String,
}

/// Questions with right answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Quiz {
    /// How many of the questions each attempt asks; all without a number.
    pub pool: Option<u32>,
    /// How often one may try; as often as one likes without a number.
    pub attempts: Option<u32>,
    /// Percent of the points one needs.
    pub pass_percent: u8,
    pub feedback: Feedback,
    pub questions: Vec<Question>,
}

/// When somebody hears what was right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feedback {
    AtOnce,
    #[default]
    AtEnd,
    Never,
}

impl Feedback {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::AtEnd, Self::AtOnce, Self::Never];

    /// The word in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtOnce => "at_once",
            Self::AtEnd => "at_end",
            Self::Never => "never",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::AtOnce => "After each question",
            Self::AtEnd => "After the last question",
            Self::Never => "Never, only how many were right",
        }
    }

    /// What a word of a form means; at the end for any other.
    pub fn of(word: &str) -> Self {
        let named = Self::ALL.into_iter().find(|one| one.as_str() == word);
        named.unwrap_or_default()
    }
}

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

/// A key for a line of a list.
pub fn new_key() -> Uuid {
    fresh::<NodeKey>().0
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

/// A question to think about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reflection {
    pub prompt: String,
    pub at_least_words: u32,
}

/// Work a coach looks at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Assignment {
    pub brief: String,
    pub rubric: Vec<Criterion>,
    /// Within how many days a coach answers.
    pub days_to_review: Option<u32>,
}

/// What an assignment is judged by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criterion {
    #[serde(default = "new_key")]
    pub key: Uuid,
    #[serde(default)]
    pub title: String,
    /// The most points it gives.
    #[serde(default)]
    pub points: u32,
    #[serde(default)]
    pub levels: Vec<Level>,
}

/// What gives so many points.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Level {
    pub text: String,
    pub points: u32,
}

/// Things to tick off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Checklist {
    pub items: Vec<Item>,
}

/// One thing to tick off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    #[serde(default = "new_key")]
    pub key: Uuid,
    #[serde(default)]
    pub text: String,
}

/// A time to be there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Live {
    pub starts_at: Option<DateTime<Utc>>,
    pub minutes: u32,
    pub place: String,
    pub url: String,
}

impl Content {
    /// What a new lesson of this kind holds.
    pub fn empty(kind: LessonKind) -> Self {
        match kind {
            LessonKind::Text => Self::Text,
            LessonKind::Video => Self::Video,
            LessonKind::File => Self::File,
            LessonKind::Link => Self::Link(Link::default()),
            LessonKind::Quiz => Self::Quiz(Quiz {
                pass_percent: 80,
                ..Quiz::default()
            }),
            LessonKind::Reflection => Self::Reflection(Reflection::default()),
            LessonKind::Assignment => Self::Assignment(Assignment {
                days_to_review: Some(7),
                ..Assignment::default()
            }),
            LessonKind::Checklist => Self::Checklist(Checklist::default()),
            LessonKind::Live => Self::Live(Live {
                minutes: 60,
                ..Live::default()
            }),
        }
    }

    /// What a lesson holds; nothing for a milestone.
    ///
    /// # Errors
    /// When what was kept cannot be read; it is a defect of ours.
    pub fn of(node: &Node) -> Result<Option<Self>, AppError> {
        match (node.kind, &node.content) {
            (None, _) => Ok(None),
            (Some(kind), None) => Ok(Some(Self::empty(kind))),
            (Some(_), Some(kept)) => Self::read(kept.clone()).map(Some),
        }
    }

    /// As it was kept.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(kept: Value) -> Result<Self, AppError> {
        serde_json::from_value(kept).map_err(|cause| AppError::Unexpected(cause.into()))
    }

    /// As it is kept.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn written(&self) -> Result<Value, AppError> {
        serde_json::to_value(self).map_err(|cause| AppError::Unexpected(cause.into()))
    }

    /// Which kind of lesson holds this.
    pub const fn kind(&self) -> LessonKind {
        match self {
            Self::Text => LessonKind::Text,
            Self::Video => LessonKind::Video,
            Self::File => LessonKind::File,
            Self::Link(_) => LessonKind::Link,
            Self::Quiz(_) => LessonKind::Quiz,
            Self::Reflection(_) => LessonKind::Reflection,
            Self::Assignment(_) => LessonKind::Assignment,
            Self::Checklist(_) => LessonKind::Checklist,
            Self::Live(_) => LessonKind::Live,
        }
    }

    /// What is missing before learners can do anything with it; empty when nothing is.
    pub fn gaps(&self, node: &Node) -> Vec<String> {
        let said = |is_missing: bool, words: &str| is_missing.then(|| words.to_owned());
        match self {
            Self::Text => said(
                node.body.trim().is_empty() && node.asset_id.is_none(),
                "It has no text yet.",
            )
            .into_iter()
            .collect(),
            Self::Video => said(node.asset_id.is_none(), "It has no video yet.")
                .into_iter()
                .collect(),
            Self::File => said(node.asset_id.is_none(), "It has no file yet.")
                .into_iter()
                .collect(),
            Self::Link(link) => said(!is_address(&link.url), "It has no address yet.")
                .into_iter()
                .collect(),
            Self::Quiz(quiz) => quiz.gaps(),
            Self::Reflection(reflection) => {
                said(reflection.prompt.trim().is_empty(), "It has no question yet.")
                    .into_iter()
                    .collect()
            }
            Self::Assignment(work) => work.gaps(),
            Self::Checklist(list) => {
                let is_empty = list.items.iter().all(|item| item.text.trim().is_empty());
                said(is_empty, "It has nothing to tick off yet.")
                    .into_iter()
                    .collect()
            }
            Self::Live(live) => said(live.starts_at.is_none(), "It has no date yet.")
                .into_iter()
                .collect(),
        }
    }
}

/// Whether a text is an address of the web.
pub fn is_address(text: &str) -> bool {
    url::Url::parse(text.trim()).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
}

impl Quiz {
    /// All points of all questions.
    pub fn points(&self) -> u32 {
        self.questions.iter().map(|question| question.points).sum()
    }

    fn gaps(&self) -> Vec<String> {
        if self.questions.is_empty() {
            return vec!["It has no question yet.".to_owned()];
        }
        let mut gaps: Vec<String> = (1..)
            .zip(&self.questions)
            .filter_map(|(number, question)| Some(format!("Question {number}: {}", question.gap()?)))
            .collect();
        let asked = u32::try_from(self.questions.len()).unwrap_or(u32::MAX);
        if self.pool.is_some_and(|pool| pool > asked) {
            gaps.push(format!("It is to ask more questions than the {asked} there are."));
        }
        if self.points() == 0 {
            gaps.push("No question gives a point, so nobody can reach a score.".to_owned());
        }
        gaps
    }
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

impl Assignment {
    fn gaps(&self) -> Vec<String> {
        let mut gaps = Vec::new();
        if self.brief.trim().is_empty() {
            gaps.push("It does not say what to do yet.".to_owned());
        }
        if self
            .rubric
            .iter()
            .any(|criterion| criterion.title.trim().is_empty())
        {
            gaps.push("Something it is judged by has no name.".to_owned());
        }
        gaps
    }
}

//! What lessons hold beside their text, typed. Everything may be unfinished while it is written; [`Content::gaps`] says what is missing
//! before it can be published.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::domains::journeys::asking::model as asking;
use crate::domains::journeys::worksheets::{Worksheet, model as worksheets};
use crate::kernel::error::AppError;

use super::model::{LessonKind, Node};

pub use crate::domains::journeys::asking::model::{Answer, Question, QuestionKind, QuizOption};
pub use crate::domains::journeys::lines::new_key;

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
    /// What is asked: the lesson's own questions, or a copy of those of the library.
    pub questions: Vec<Question>,
    /// Where the questions were taken from; nothing where they are the lesson's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The lesson's own questions, put aside while those of the library are asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub own: Vec<Question>,
}

/// Which version of something of the library a lesson holds a copy of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Source {
    /// What it was called then.
    pub title: String,
    pub version: i32,
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

/// A question to think about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reflection {
    pub prompt: String,
    pub at_least_words: u32,
    /// What is filled in instead of one text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worksheet: Option<Worksheet>,
}

/// Work a coach looks at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Assignment {
    pub brief: String,
    pub rubric: Vec<Criterion>,
    /// Within how many days a coach answers.
    pub days_to_review: Option<u32>,
    /// What is filled in instead of one text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worksheet: Option<Worksheet>,
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

    /// What is filled in instead of one text.
    pub const fn worksheet(&self) -> Option<&Worksheet> {
        match self {
            Self::Reflection(reflection) => reflection.worksheet.as_ref(),
            Self::Assignment(work) => work.worksheet.as_ref(),
            _ => None,
        }
    }

    /// Which version of the library it holds a copy of.
    pub fn source(&self) -> Option<Source> {
        let of_sheet = |sheet: &Worksheet| Source {
            title: sheet.title.clone(),
            version: sheet.version,
        };
        match self {
            Self::Quiz(quiz) => quiz.source.clone(),
            other => other.worksheet().map(of_sheet),
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
            Self::Reflection(reflection) => reflection.gaps(),
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
    fn gaps(&self) -> Vec<String> {
        let mut gaps = asking::gaps(&self.questions);
        let asked = u32::try_from(self.questions.len()).unwrap_or(u32::MAX);
        if asked > 0 && self.pool.is_some_and(|pool| pool > asked) {
            gaps.push(format!("It is to ask more questions than the {asked} there are."));
        }
        gaps
    }
}

impl Reflection {
    fn gaps(&self) -> Vec<String> {
        match &self.worksheet {
            Some(sheet) => worksheets::gaps(&sheet.fields),
            None if self.prompt.trim().is_empty() => vec!["It has no question yet.".to_owned()],
            None => Vec::new(),
        }
    }
}

impl Assignment {
    fn gaps(&self) -> Vec<String> {
        let mut gaps = match &self.worksheet {
            Some(sheet) => worksheets::gaps(&sheet.fields),
            None if self.brief.trim().is_empty() => vec!["It does not say what to do yet.".to_owned()],
            None => Vec::new(),
        };
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

//! Quizzes and worksheets: what they are made of, and the page on which it is written.
//!
//! Invariants: what is typed is kept at once, as a draft beside the versions; a version is made of it by a press, holds nothing unfinished,
//! and never changes. Lessons hold copies of a version, so neither touches what is published.

pub mod actions;
pub mod forms;
pub mod pages;
pub mod routes;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::domains::journeys::asking::model::{self as asking, Question};
use crate::domains::journeys::worksheets::{Field, model as worksheets};
use crate::kernel::error::AppError;

use super::model::AssetKind;

/// What a quiz or a worksheet is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Parts {
    Quiz { questions: Vec<Question> },
    Worksheet { fields: Vec<Field> },
}

impl Parts {
    /// What a new asset of this kind is made of; nothing for kinds without parts.
    pub const fn empty(kind: AssetKind) -> Option<Self> {
        match kind {
            AssetKind::Quiz => Some(Self::Quiz {
                questions: Vec::new(),
            }),
            AssetKind::Worksheet => Some(Self::Worksheet { fields: Vec::new() }),
            _ => None,
        }
    }

    /// As they were kept, of an asset of this kind.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for kinds without parts; when they cannot be read, which is a defect of ours.
    pub fn of(kind: AssetKind, kept: Option<&Value>) -> Result<Self, AppError> {
        match kept {
            None => Self::empty(kind).ok_or(AppError::NotFound),
            Some(kept) => {
                serde_json::from_value(kept.clone()).map_err(|cause| AppError::Unexpected(cause.into()))
            }
        }
    }

    /// As they are kept.
    ///
    /// # Errors
    /// When they cannot be written as JSON.
    pub fn written(&self) -> Result<Value, AppError> {
        serde_json::to_value(self).map_err(|cause| AppError::Unexpected(cause.into()))
    }

    /// What is missing before a lesson can be made of them; empty when nothing is.
    pub fn gaps(&self) -> Vec<String> {
        match self {
            Self::Quiz { questions } => asking::gaps(questions),
            Self::Worksheet { fields } => worksheets::gaps(fields),
        }
    }

    /// What a window has seen of them: whoever saves over others is told.
    ///
    /// # Errors
    /// When they cannot be written as JSON.
    pub fn stamp(&self) -> Result<String, AppError> {
        let written = serde_json::to_vec(self).map_err(|cause| AppError::Unexpected(cause.into()))?;
        Ok(hex::encode(Sha256::digest(&written)).chars().take(24).collect())
    }

    fn said(&self) -> Vec<&str> {
        let texts: Vec<&str> = match self {
            Self::Quiz { questions } => questions
                .iter()
                .flat_map(|one| {
                    let options = one.options.iter().map(|option| option.text.as_str());
                    std::iter::once(one.prompt.as_str()).chain(options)
                })
                .collect(),
            Self::Worksheet { fields } => fields
                .iter()
                .flat_map(|one| {
                    let options = one.options.iter().map(|option| option.text.as_str());
                    [one.label.as_str(), &one.help].into_iter().chain(options)
                })
                .collect(),
        };
        texts
    }
}

/// What an asset is found by of its parts.
pub fn words(kept: &Value) -> String {
    let read: Option<Parts> = serde_json::from_value(kept.clone()).ok();
    read.map(|parts| parts.said().join("\n")).unwrap_or_default()
}

//! What a worksheet is. Everything may be unfinished while it is written; [`gaps`] says what is missing before it can be filled in.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domains::journeys::lines::{MOST, new_key};

/// How a field is filled in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// Nothing is filled in: a title over what follows, and what explains it.
    Heading,
    #[default]
    Short,
    Long,
    Number,
    Date,
    One,
    Several,
}

impl FieldKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Heading,
        Self::Short,
        Self::Long,
        Self::Number,
        Self::Date,
        Self::One,
        Self::Several,
    ];

    /// The word in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Heading => "heading",
            Self::Short => "short",
            Self::Long => "long",
            Self::Number => "number",
            Self::Date => "date",
            Self::One => "one",
            Self::Several => "several",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Heading => "Heading",
            Self::Short => "Short text",
            Self::Long => "Long text",
            Self::Number => "Number",
            Self::Date => "Date",
            Self::One => "Choice of one",
            Self::Several => "Choice of several",
        }
    }

    /// What a word of a form means; a short text for any other.
    pub fn of(word: &str) -> Self {
        let named = Self::ALL.into_iter().find(|one| one.as_str() == word);
        named.unwrap_or_default()
    }

    /// Whether one chooses among options.
    pub const fn has_options(self) -> bool {
        matches!(self, Self::One | Self::Several)
    }

    /// Whether something is filled in.
    pub const fn is_asked(self) -> bool {
        !matches!(self, Self::Heading)
    }

    /// Whether it is answered in words of one's own.
    pub const fn is_written(self) -> bool {
        matches!(self, Self::Short | Self::Long)
    }
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// The same for as long as the field is there.
    #[serde(default = "new_key")]
    pub key: Uuid,
    pub kind: FieldKind,
    #[serde(default)]
    pub label: String,
    /// A line of help; under a heading what explains it, as Markdown.
    #[serde(default)]
    pub help: String,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub options: Vec<FieldOption>,
}

/// One of the answers to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldOption {
    #[serde(default = "new_key")]
    pub key: Uuid,
    #[serde(default)]
    pub text: String,
}

/// A worksheet as a lesson carries it: the fields of one version, which stay as they are whatever becomes of it in the library.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Worksheet {
    /// What it was called in the library.
    pub title: String,
    pub version: i32,
    pub fields: Vec<Field>,
}

/// What is missing before these fields can be filled in; empty when nothing is.
pub fn gaps(fields: &[Field]) -> Vec<String> {
    if !fields.iter().any(|field| field.kind.is_asked()) {
        return vec!["It has nothing to fill in yet.".to_owned()];
    }
    (1..)
        .zip(fields)
        .filter_map(|(number, field)| Some(format!("Field {number}: {}", field.gap()?)))
        .collect()
}

impl Field {
    fn gap(&self) -> Option<&'static str> {
        let filled = self.filled().count();
        match self.kind {
            FieldKind::Heading if self.label.trim().is_empty() && self.help.trim().is_empty() => {
                Some("it says nothing yet.")
            }
            FieldKind::Heading => None,
            _ if self.label.trim().is_empty() => Some("it asks nothing yet."),
            FieldKind::One | FieldKind::Several if filled < 2 => Some("it needs two answers to choose from."),
            _ => None,
        }
    }

    /// The options that say something.
    pub fn filled(&self) -> impl Iterator<Item = &FieldOption> {
        self.options
            .iter()
            .filter(|option| !option.text.trim().is_empty())
    }
}

/// Whether fields that came from elsewhere are such as can be kept: not too many, none too long, and none under the key of another.
pub fn is_sound(fields: &[Field]) -> bool {
    let keys: BTreeSet<Uuid> = fields.iter().map(|field| field.key).collect();
    let is_short = |text: &str, most: usize| text.chars().count() <= most && !text.contains('\0');
    keys.len() == fields.len()
        && fields.len() <= MOST
        && fields.iter().all(|field| {
            is_short(&field.label, LONGEST_LABEL)
                && is_short(&field.help, LONGEST_HELP)
                && field.options.len() <= MOST
                && field
                    .options
                    .iter()
                    .all(|one| is_short(&one.text, LONGEST_OPTION))
        })
}

/// Most characters of what a field asks.
pub const LONGEST_LABEL: usize = 300;
/// Most characters of its help.
pub const LONGEST_HELP: usize = 2_000;
/// Most characters of an answer to choose.
pub const LONGEST_OPTION: usize = 300;

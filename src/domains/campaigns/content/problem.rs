//! What is wrong with a draft, where, and how badly, in a sentence staff can act on.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whether a problem stops the content from being used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The content compiles; someone should look at it before launch.
    Warning,
    /// The content does not compile.
    Error,
}

/// The part of the draft a problem is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Subject,
    Preheader,
    Source,
    TextPart,
    Variables,
}

/// Where a problem is: a field and, where known, the line in it, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    pub field: Field,
    pub line: Option<u32>,
}

impl Place {
    /// A place in a field whose line is not known.
    pub fn field(field: Field) -> Self {
        Self { field, line: None }
    }

    /// A place on a line of a field, counted from 1.
    pub fn line(field: Field, line: u32) -> Self {
        Self {
            field,
            line: Some(line),
        }
    }
}

/// The stable name of each kind of problem, for help texts and tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    TemplateSyntax,
    UnknownFilter,
    ForbiddenStatement,
    UndeclaredVariable,
    UnusedVariable,
    NoFallback,
    FallbackNeverUsed,
    UnformattedDate,
    InvalidVariableName,
    DuplicateVariable,
    VariableInUnsafePlace,
    MjmlSyntax,
    MjmlAttribute,
    ReservedCharacter,
    UnsafeElement,
    NoUnsubscribeLink,
    NoPostalAddress,
    InvalidUrl,
    InsecureUrl,
    PlaceholderUrl,
    EmptyUrl,
    LinkShortener,
    UntrackedLink,
    ImageNotInLibrary,
    ImageWithoutAlt,
    HtmlTooLarge,
    MessageTooLarge,
    EmptySource,
    EmptySubject,
    LongSubject,
    ShoutingSubject,
    ManyExclamationMarks,
    SpamPhrase,
    StarterWords,
    NoTextPart,
    RenderingFailed,
}

/// One thing that is wrong with a draft.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Problem {
    pub place: Place,
    pub severity: Severity,
    pub code: Code,
    /// A plain English sentence.
    pub sentence: String,
}

impl Problem {
    /// A problem that stops the content from being used.
    pub fn error(code: Code, place: Place, sentence: impl Into<String>) -> Self {
        Self {
            place,
            severity: Severity::Error,
            code,
            sentence: sentence.into(),
        }
    }

    /// A problem someone should look at before launch.
    pub fn warning(code: Code, place: Place, sentence: impl Into<String>) -> Self {
        Self {
            place,
            severity: Severity::Warning,
            code,
            sentence: sentence.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.line {
            Some(line) => write!(f, "{:?}, line {line}: {}", self.place.field, self.sentence),
            None => write!(f, "{:?}: {}", self.place.field, self.sentence),
        }
    }
}

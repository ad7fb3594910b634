//! What can go wrong, seen from the edge. Few variants; each is one status and one kind of sentence.

use crate::kernel::time::waiting_time;

/// The one error type that actions and handlers return.
///
/// `Display` texts of every variant but `Unexpected` are safe to show to people.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// It does not exist, or this person may not know that it does (404).
    #[error("We can't find that. It may have been removed, or you may not have access to it.")]
    NotFound,
    /// It was here and this person's access has ended (410).
    #[error("You no longer have access to this.")]
    Gone,
    /// They may see it but not do that (403).
    #[error("{0}")]
    Denied(Denied),
    /// Nobody is signed in (401, or a redirect to the sign-in page).
    #[error("Sign in to continue.")]
    SignInRequired,
    /// The state of things does not allow it now (409).
    #[error("{0}")]
    Conflict(String),
    /// The address knows other methods than the one it was asked with (405, RFC 9110, 15.5.6).
    #[error("That can't be done at this address. It answers to {}.", allowed.join(", "))]
    WrongMethod {
        /// The methods it does answer.
        allowed: Vec<&'static str>,
    },
    /// What was sent cannot be understood at all (400).
    #[error("{0}")]
    BadRequest(String),
    /// What was sent is understood but wrong in the named fields (422).
    #[error("Check the marked fields and try again.")]
    Invalid(FieldErrors),
    /// The body is larger than this route takes (413).
    #[error("{0}")]
    TooLarge(String),
    /// Too many requests; wait this many seconds (429).
    #[error("That was too many requests in a short time. Wait {} and try again.", waiting_time(*retry_after))]
    RateLimited {
        /// Seconds until the next attempt can succeed.
        retry_after: u64,
    },
    /// The database or another part is away for a moment (503).
    #[error("Waymark can't reach its database just now. Nothing was lost; try again in a moment.")]
    Unavailable,
    /// Anything nobody planned for (500). The cause goes to the log, never to people.
    #[error("Something went wrong on our side.")]
    Unexpected(anyhow::Error),
}

impl AppError {
    /// The HTTP status code that tells this error.
    pub fn status(&self) -> u16 {
        match self {
            Self::BadRequest(_) => 400,
            Self::SignInRequired => 401,
            Self::Denied(_) => 403,
            Self::NotFound => 404,
            Self::WrongMethod { .. } => 405,
            Self::Conflict(_) => 409,
            Self::Gone => 410,
            Self::TooLarge(_) => 413,
            Self::Invalid(_) => 422,
            Self::RateLimited { .. } => 429,
            Self::Unexpected(_) => 500,
            Self::Unavailable => 503,
        }
    }

    /// The whole chain of causes, for the log; never for people.
    pub fn told(&self) -> String {
        match self {
            Self::Unexpected(cause) => format!("{cause:#}"),
            other => other.to_string(),
        }
    }

    /// One invalid field, for rules that only the database can check.
    pub fn field(name: &'static str, message: impl Into<String>) -> Self {
        let mut errors = FieldErrors::default();
        errors.add(name, message);
        Self::Invalid(errors)
    }
}

impl From<Denied> for AppError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<FieldErrors> for AppError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<anyhow::Error> for AppError {
    fn from(cause: anyhow::Error) -> Self {
        Self::Unexpected(cause)
    }
}

impl From<diesel::result::Error> for AppError {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error};
        match error {
            Error::NotFound => Self::NotFound,
            Error::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                _,
            ) => Self::Unavailable,
            Error::DatabaseError(_, ref info) if info.message().starts_with("terminating connection") => {
                Self::Unavailable
            }
            Error::BrokenTransactionManager => Self::Unavailable,
            // SQLSTATE 22021: a character that no text of the database can hold, of which UTF-8 has but one.
            Error::DatabaseError(_, ref info) if info.message().starts_with("invalid byte sequence") => {
                Self::BadRequest(
                    "A text contains a NUL character, which can't be stored. Nothing was changed.".to_owned(),
                )
            }
            other => Self::Unexpected(anyhow::Error::new(other)),
        }
    }
}

/// Why someone may not do something, in a sentence they can read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Denied(pub String);

impl Denied {
    /// A refusal with this reason.
    pub fn because(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// What is wrong with each field of a form, all at once.
///
/// They stand in the order in which they were found: forms are checked from their first field to their last, and so are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<(String, String)>);

impl serde::Serialize for FieldErrors {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl FieldErrors {
    /// Notes a problem; the first one per field wins, as that is the one to mend first.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        if !self.0.iter().any(|(known, _)| known == field) {
            self.0.push((field.to_owned(), message.into()));
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The problem of one field, empty when there is none: what templates print.
    pub fn of(&self, field: &str) -> &str {
        let mut all = self.iter();
        all.find(|(known, _)| *known == field)
            .map_or("", |(_, message)| message)
    }

    /// All `(field, message)` pairs, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(field, message)| (field.as_str(), message.as_str()))
    }
}

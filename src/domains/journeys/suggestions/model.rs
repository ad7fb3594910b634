//! What a suggestion is.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use secrecy::SecretString;

use crate::kernel::error::AppError;
use crate::kernel::ids::{EnrolmentId, JourneyId, MemberId, SuggestionId};
use crate::kernel::sql_types;
use crate::pg_enum;
use crate::platform::crypto::KeyRing;
use crate::platform::db::schema::suggestion_settings;

pg_enum! {
    /// What became of a suggestion.
    Status as SuggestionStatus {
        /// Nobody has decided.
        Pending = "pending": "Waiting",
        /// Somebody approved it, and it was sent.
        Approved = "approved": "Sent",
        /// Somebody rejected it.
        Rejected = "rejected": "Rejected",
        /// Nobody decided in time.
        Expired = "expired": "Expired",
    }
}

pg_enum! {
    /// Why somebody could be written to; the foremost first.
    Reason as SuggestionReason {
        Returned = "returned": "Something was returned",
        Failed = "failed": "A quiz does not work out",
        Behind = "behind": "Behind the pace",
        Stalled = "stalled": "Nothing for a while",
    }
}

pg_enum! {
    /// Who drafted what is proposed.
    Origin as SuggestionOrigin {
        Rules = "rules": "Drafted by rules",
        Model = "model": "Drafted by a language model",
    }
}

/// A suggestion, with whom and what it is about.
#[derive(QueryableByName, Debug, Clone)]
pub struct Suggestion {
    #[diesel(sql_type = SqlUuid)]
    pub id: SuggestionId,
    #[diesel(sql_type = SqlUuid)]
    pub enrolment_id: EnrolmentId,
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = SqlUuid)]
    pub journey_id: JourneyId,
    #[diesel(sql_type = Text)]
    pub journey: String,
    #[diesel(sql_type = sql_types::SuggestionReason)]
    pub reason: Reason,
    #[diesel(sql_type = Array<Text>)]
    pub facts: Vec<String>,
    #[diesel(sql_type = sql_types::SuggestionOrigin)]
    pub origin: Origin,
    #[diesel(sql_type = Text)]
    pub proposed_message: String,
    #[diesel(sql_type = Text)]
    pub rule_message: String,
    #[diesel(sql_type = Text)]
    pub citation: String,
    #[diesel(sql_type = Text)]
    pub citation_path: String,
    #[diesel(sql_type = sql_types::SuggestionStatus)]
    pub status: Status,
    #[diesel(sql_type = Nullable<Text>)]
    pub sent_message: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub decided_by: Option<MemberId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub decided_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Text)]
    pub rejection: String,
    #[diesel(sql_type = Timestamptz)]
    pub expires_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
}

/// A suggestion to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub enrolment: EnrolmentId,
    pub reason: Reason,
    pub facts: Vec<String>,
    pub message: String,
    pub citation: String,
    pub citation_path: String,
    pub expires_at: DateTime<Utc>,
}

/// What a language model was asked and answered.
#[derive(QueryableByName, Debug, Clone)]
pub struct Exchanged {
    #[diesel(sql_type = Text)]
    pub model: String,
    #[diesel(sql_type = Text)]
    pub prompt: String,
    #[diesel(sql_type = Text)]
    pub answer: String,
    #[diesel(sql_type = Text)]
    pub refused: String,
    #[diesel(sql_type = Timestamptz)]
    pub asked_at: DateTime<Utc>,
}

/// What keys are sealed for.
const USE: &str = "journeys/writing/1";

/// How an organization makes suggestions.
#[derive(HasQuery, Clone)]
#[diesel(table_name = suggestion_settings)]
pub struct Settings {
    pub is_on: bool,
    pub uses_model: bool,
    pub days_open: i16,
    pub base_url: String,
    pub model: String,
    key_sealed: Option<Vec<u8>>,
    pub checked_at: Option<DateTime<Utc>>,
    pub check_said: String,
}

impl std::fmt::Debug for Settings {
    /// Without the key.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Settings({}, {})", self.base_url, self.model)
    }
}

impl Default for Settings {
    /// As it is while nobody has decided otherwise: by rules.
    fn default() -> Self {
        Self {
            is_on: true,
            uses_model: false,
            days_open: 14,
            base_url: String::new(),
            model: String::new(),
            key_sealed: None,
            checked_at: None,
            check_said: String::new(),
        }
    }
}

impl Settings {
    /// Whether a key is kept.
    pub fn has_key(&self) -> bool {
        self.key_sealed.is_some()
    }

    /// The key; empty where none is asked for.
    ///
    /// # Errors
    /// When it was sealed under another secret of the installation.
    pub fn key(&self, keys: &KeyRing) -> Result<SecretString, AppError> {
        let Some(sealed) = &self.key_sealed else {
            return Ok(SecretString::default());
        };
        let plain = keys.open(USE, sealed).map_err(AppError::Unexpected)?;
        let text = String::from_utf8(plain).map_err(|cause| AppError::Unexpected(cause.into()))?;
        Ok(text.into())
    }
}

/// A key as it is kept.
///
/// # Errors
/// When there is no randomness.
pub fn sealed(keys: &KeyRing, key: &str) -> Result<Vec<u8>, AppError> {
    keys.seal(USE, key.as_bytes()).map_err(AppError::Unexpected)
}

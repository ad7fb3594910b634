//! What devices send, and what browsers send about notes that need a person.

use std::ops::RangeInclusive;

use chrono::{DateTime, SubsecRound, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::domains::notes::forms::NoteForm;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{MemberId, NoteId, OrgId};
use crate::platform::crypto::Letterbox;

use super::model::WrittenNote;

/// The schema that pages of today write.
pub const SCHEMA: u32 = 3;
/// Those that are still read: a phone may come back after two updates.
const READ: RangeInclusive<u32> = SCHEMA - 2..=SCHEMA;

/// Something that was written on a device, as it is kept there and sent.
#[derive(Debug, Clone, Deserialize)]
pub struct Envelope {
    /// How what is inside is to be read.
    pub schema: u32,
    /// Where its writer was signed in.
    pub org: OrgId,
    /// Who wrote it.
    pub author: MemberId,
    /// When, by the device's clock; RFC 3339 with milliseconds, as JavaScript writes it.
    pub occurred_at: String,
    /// What was written, sealed.
    #[serde(default)]
    pub sealed: String,
    /// What was written, from browsers that cannot seal because the portal is not reached over https.
    #[serde(default)]
    pub plain: Option<Value>,
}

/// What was written, opened.
#[derive(Debug, Clone)]
pub struct Opened<T> {
    /// Where its writer was signed in.
    pub org: OrgId,
    /// Who wrote it.
    pub author: MemberId,
    /// When, by the device's clock.
    pub told: DateTime<Utc>,
    /// The time as it was told and the words, byte for byte: what tells a repetition from something else.
    pub sent: Vec<u8>,
    /// What.
    pub written: T,
}

impl Envelope {
    /// Opens what was sent as one of `kind` under `id`.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a schema nobody knows, a time that is none, what does not open, and what is none of its kind.
    pub fn open<T: DeserializeOwned>(
        &self,
        letterbox: &Letterbox,
        kind: &str,
        id: uuid::Uuid,
    ) -> Result<Opened<T>, AppError> {
        if !READ.contains(&self.schema) {
            return Err(AppError::field(
                "schema",
                "This was written by a version of the page that the portal does not know.",
            ));
        }
        let told = self
            .told()
            .ok_or_else(|| AppError::field("occurred_at", "The time it was written can't be read."))?;
        let plain = self.plain(letterbox, kind, id)?;
        let written = serde_json::from_slice(&plain)
            .map_err(|_| AppError::field("sealed", "What is inside can't be read."))?;
        Ok(self.opened(told, &plain, written))
    }

    /// Opens a note that could not be taken in, to be kept for its writer: whatever is inside, of whatever version.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for what does not open.
    pub fn open_to_hold(
        &self,
        letterbox: &Letterbox,
        id: uuid::Uuid,
        now: DateTime<Utc>,
    ) -> Result<Opened<WrittenNote>, AppError> {
        let plain = self.plain(letterbox, "notes", id)?;
        let words = || WrittenNote::saying(&String::from_utf8_lossy(&plain));
        let written = serde_json::from_slice(&plain).unwrap_or_else(|_| words());
        Ok(self.opened(self.told().unwrap_or(now), &plain, written))
    }

    fn opened<T>(&self, told: DateTime<Utc>, plain: &[u8], written: T) -> Opened<T> {
        Opened {
            org: self.org,
            author: self.author,
            told,
            sent: [self.occurred_at.as_bytes(), b"\n", plain].concat(),
            written,
        }
    }

    /// When it was written, as exactly as the database keeps moments.
    fn told(&self) -> Option<DateTime<Utc>> {
        let told = DateTime::parse_from_rfc3339(&self.occurred_at).ok()?;
        Some(told.with_timezone(&Utc).trunc_subsecs(6))
    }

    /// What was written, byte for byte.
    fn plain(&self, letterbox: &Letterbox, kind: &str, id: uuid::Uuid) -> Result<Vec<u8>, AppError> {
        if let Some(plain) = &self.plain {
            return Ok(serde_json::to_vec(plain).map_err(anyhow::Error::from)?);
        }
        letterbox
            .open(self.about(kind, id).as_bytes(), &self.sealed)
            .map_err(|_| AppError::field("sealed", "This was sealed for another portal, or was altered."))
    }

    /// What the sealed part is bound to: it opens under no other id, for nobody else and at no other time.
    pub fn about(&self, kind: &str, id: uuid::Uuid) -> String {
        let Self {
            org,
            author,
            schema,
            occurred_at,
            ..
        } = self;
        format!("{kind}\n{id}\n{org}\n{author}\n{schema}\n{occurred_at}")
    }
}

impl WrittenNote {
    /// The form that would say the same.
    pub fn as_form(&self, id: NoteId) -> NoteForm {
        NoteForm {
            id: id.to_string(),
            kind: self.kind.clone(),
            said: self.said.clone(),
            reached: self.reached.clone(),
            follow_up: self.follow_up.clone(),
            next_step: self.next_step.clone(),
            ..NoteForm::default()
        }
    }
}

/// Whom a note is about.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PlaceForm {
    pub member: String,
}

impl PlaceForm {
    /// Reads the form.
    ///
    /// # Errors
    /// Nobody chosen.
    pub fn parse(&self) -> Result<MemberId, FieldErrors> {
        self.member.parse().map_err(|_| {
            let mut errors = FieldErrors::default();
            errors.add("member", "Choose whom this is about.");
            errors
        })
    }
}

/// Which page of the notes that need a person.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct UnplacedQuery {
    pub after: String,
}

//! What is kept about Mux.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use secrecy::SecretString;
use serde_json::Value;

use crate::domains::journeys::library::model::MediaState;
use crate::kernel::actor::{Member, Role};
use crate::kernel::error::AppError;
use crate::kernel::ids::MediaId;
use crate::pg_enum;
use crate::platform::crypto::KeyRing;
use crate::platform::db::schema::{mux_accounts, mux_films, mux_refusals, mux_reports};
use crate::providers::video::Reference;

/// What secrets are sealed for.
const USE: &str = "journeys/mux/1";

pg_enum! {
    /// Who is played videos from Mux; everybody else is played them from the portal.
    Audience as FilmAudience {
        Nobody = "nobody": "Nobody: switched off",
        Staff = "staff": "Admins only, to try it",
        Leaders = "leaders": "Admins, coaches and team leaders",
        Everyone = "everyone": "Everyone",
    }
}

impl Audience {
    /// Whether this member is of it.
    pub fn has(self, member: &Member) -> bool {
        match self {
            Self::Nobody => false,
            Self::Staff => member.roles.has(Role::Admin),
            Self::Leaders => member.roles.any(&[Role::Admin, Role::Coach, Role::TeamLeader]),
            Self::Everyone => true,
        }
    }
}

/// An organization's account.
#[derive(HasQuery, Clone)]
#[diesel(table_name = mux_accounts)]
pub struct Account {
    pub token_id: String,
    token_secret: Vec<u8>,
    pub signing_key_id: String,
    signing_key: Vec<u8>,
    webhook_secret: Option<Vec<u8>>,
    pub api: String,
    pub stream: String,
    pub audience: Audience,
    pub stopped_because: String,
    pub checked_at: Option<DateTime<Utc>>,
    pub check_said: String,
}

impl std::fmt::Debug for Account {
    /// Without its secrets.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Account({})", self.token_id)
    }
}

impl Account {
    /// The secret of its access token.
    ///
    /// # Errors
    /// When it was sealed under another secret of the installation.
    pub fn token_secret(&self, keys: &KeyRing) -> Result<SecretString, AppError> {
        opened(keys, &self.token_secret)
    }

    /// The private signing key, as Mux showed it.
    ///
    /// # Errors
    /// As [`Account::token_secret`].
    pub fn signing_key(&self, keys: &KeyRing) -> Result<SecretString, AppError> {
        opened(keys, &self.signing_key)
    }

    /// What proves that a report is from Mux; none while it is not known.
    ///
    /// # Errors
    /// As [`Account::token_secret`].
    pub fn webhook_secret(&self, keys: &KeyRing) -> Result<Option<SecretString>, AppError> {
        self.webhook_secret
            .as_deref()
            .map(|sealed| opened(keys, sealed))
            .transpose()
    }

    /// Whether films are handed over.
    pub fn is_in_use(&self) -> bool {
        self.audience != Audience::Nobody && self.stopped_because.is_empty()
    }
}

fn opened(keys: &KeyRing, sealed: &[u8]) -> Result<SecretString, AppError> {
    let plain = keys.open(USE, sealed).map_err(AppError::Unexpected)?;
    let text = String::from_utf8(plain).map_err(|cause| AppError::Unexpected(cause.into()))?;
    Ok(text.into())
}

/// A secret as it is kept.
///
/// # Errors
/// When there is no randomness.
pub fn sealed(keys: &KeyRing, secret: &str) -> Result<Vec<u8>, AppError> {
    keys.seal(USE, secret.as_bytes()).map_err(AppError::Unexpected)
}

/// The copy of a file at Mux.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = mux_films)]
pub struct MuxFilm {
    pub media_id: MediaId,
    pub state: MediaState,
    pub upload_ref: Option<String>,
    pub asset_ref: Option<String>,
    pub playback_ref: Option<String>,
    pub is_doubtful: bool,
    pub failure: String,
    pub attempts: i32,
    pub changed_at: DateTime<Utc>,
}

impl MuxFilm {
    /// What Mux calls it.
    pub fn reference(&self) -> Reference {
        Reference {
            upload: self.upload_ref.clone(),
            asset: self.asset_ref.clone(),
            playback: self.playback_ref.clone(),
            is_doubtful: self.is_doubtful,
        }
    }
}

/// A report that was believed.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = mux_reports)]
pub struct Reported {
    pub id: String,
    pub kind: String,
    pub media_id: Option<MediaId>,
    pub fate: String,
    pub body: Value,
    pub received_at: DateTime<Utc>,
}

/// Reports of one hour that were not believed.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = mux_refusals)]
pub struct Refused {
    pub hour: DateTime<Utc>,
    pub why: String,
    pub count: i32,
}

//! What a mailbox is made of.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use secrecy::{ExposeSecret, SecretString};

use crate::domains::campaigns::providers;
use crate::kernel::error::AppError;
use crate::kernel::ids::MailboxId;
use crate::platform::crypto::KeyRing;
use crate::platform::db::schema::return_mailboxes;
use crate::providers::mail::imap;
use crate::providers::mail::smtp::{Security, Trust};

/// What its password is sealed for.
const USE: &str = "campaigns/mailbox/1";
/// Longest wait for each answer of the server.
const PATIENCE: Duration = Duration::from_secs(15);

/// How often a mailbox is read.
pub const EVERY: TimeDelta = TimeDelta::seconds(60);

/// How long it is left alone after it could not be read this many times.
pub fn wait_after(failures: i16) -> TimeDelta {
    let minutes = [1, 2, 5, 15, 30];
    let index = usize::try_from(failures.saturating_sub(1)).unwrap_or_default();
    TimeDelta::minutes(minutes.get(index).copied().unwrap_or(60))
}

/// A mailbox as it is kept.
#[derive(HasQuery, Clone)]
#[diesel(table_name = return_mailboxes)]
pub struct Mailbox {
    pub id: MailboxId,
    pub address: String,
    pub host: String,
    pub port: i32,
    pub security: String,
    pub user_name: String,
    secret: Vec<u8>,
    pub root: String,
    pub uid_validity: Option<i64>,
    pub last_uid: i64,
    pub read_at: Option<DateTime<Utc>>,
    pub failures: i16,
    pub trouble: String,
    pub paused_at: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for Mailbox {
    /// Without its secret.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Mailbox({})", self.id)
    }
}

impl Mailbox {
    /// How it is reached.
    ///
    /// # Errors
    /// When its password was sealed under another secret of the installation.
    pub fn settings(&self, keys: &KeyRing) -> Result<imap::Settings, AppError> {
        let plain = keys.open(USE, &self.secret).map_err(AppError::Unexpected)?;
        let password = String::from_utf8(plain).map_err(|cause| AppError::Unexpected(cause.into()))?;
        Ok(imap::Settings {
            host: self.host.clone(),
            port: u16::try_from(self.port).unwrap_or_default(),
            security: security(&self.security),
            trust: trust(&self.root)?,
            user: self.user_name.clone(),
            password: password.into(),
            patience: PATIENCE,
        })
    }
}

/// What somebody decides about a mailbox.
#[derive(Debug, Clone)]
pub struct Facts {
    pub address: String,
    pub host: String,
    pub port: u16,
    pub security: String,
    pub user: String,
    /// None leaves the one there is.
    pub secret: Option<SecretString>,
    pub root: String,
}

impl Facts {
    /// How it would be reached; `known` is the mailbox that is changed.
    ///
    /// # Errors
    /// As [`Mailbox::settings`].
    pub fn settings(&self, keys: &KeyRing, known: Option<&Mailbox>) -> Result<imap::Settings, AppError> {
        let password = match (&self.secret, known) {
            (Some(secret), _) => secret.clone(),
            (None, Some(known)) => known.settings(keys)?.password,
            (None, None) => String::new().into(),
        };
        Ok(imap::Settings {
            host: self.host.clone(),
            port: self.port,
            security: security(&self.security),
            trust: trust(&self.root)?,
            user: self.user.clone(),
            password,
            patience: PATIENCE,
        })
    }

    /// The new password as it is kept.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn sealed(&self, keys: &KeyRing) -> Result<Option<Vec<u8>>, AppError> {
        let sealed = |secret: &SecretString| keys.seal(USE, secret.expose_secret().as_bytes());
        let sealed = self.secret.as_ref().map(sealed).transpose();
        sealed.map_err(AppError::Unexpected)
    }
}

fn security(word: &str) -> Security {
    match word {
        "plain" => Security::Plain,
        "starttls" => Security::StartTls,
        _ => Security::Tls,
    }
}

fn trust(root: &str) -> Result<Trust, AppError> {
    let trust = match root.trim() {
        "" => providers::trust(),
        own => Trust::public_and(own).map_err(|error| error.to_string()),
    };
    trust.map_err(|why| AppError::field("root", why))
}

/// What became of a mail that came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// A message did not arrive, or not yet.
    Bounce,
    /// Somebody called a message spam.
    Complaint,
    /// Somebody asked by mail to be left alone.
    Leaving,
}

impl Taken {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Bounce, Self::Complaint, Self::Leaving];

    /// As the database calls it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bounce => "bounce",
            Self::Complaint => "complaint",
            Self::Leaving => "leaving",
        }
    }

    /// Several of them, as people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Bounce => "Bounces",
            Self::Complaint => "Complaints",
            Self::Leaving => "Requests to unsubscribe",
        }
    }
}

/// Where a message lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub uid_validity: u32,
    pub uid: u32,
}

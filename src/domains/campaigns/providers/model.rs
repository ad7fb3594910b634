//! What a provider is made of.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domains::campaigns::templates::model::Channel;
use crate::kernel::error::AppError;
use crate::kernel::ids::{OrgId, ProviderId};
use crate::pg_enum;
use crate::platform::crypto::KeyRing;
use crate::platform::db::schema::message_providers;

/// What passwords and keys are sealed for.
const USE: &str = "campaigns/provider/1";

pg_enum! {
    /// What kind of service it is.
    Kind as ProviderKind {
        Smtp = "smtp": "Mail server (SMTP)",
        Resend = "resend": "Resend",
        SendGrid = "sendgrid": "SendGrid",
        Twilio = "twilio": "Twilio (text messages)",
    }
}

impl Kind {
    /// What it carries.
    pub const fn channel(self) -> Channel {
        match self {
            Self::Smtp | Self::Resend | Self::SendGrid => Channel::Email,
            Self::Twilio => Channel::Sms,
        }
    }

    /// The kinds that carry this.
    pub fn of_channel(channel: Channel) -> Vec<Self> {
        let fits = |kind: &&Self| kind.channel() == channel;
        Self::ALL.iter().filter(fits).copied().collect()
    }
}

/// What may be read again of a provider's settings. Nothing secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Name of a mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// `starttls`, `tls` or `plain`.
    pub security: String,
    /// User name, or account.
    pub user: String,
    /// Root certificates of its own, as PEM.
    pub root: String,
    /// Where failures of a mail server's messages are reported to, when not to the sender.
    pub return_path: String,
    /// Where its interface is, when not where everybody's is.
    pub base: String,
    /// Messages a second at most to single domains of recipients.
    pub domains: BTreeMap<String, u32>,
    /// Whether it did not let us in when it was checked last.
    pub fails_check: bool,
}

/// A provider as it is kept.
#[derive(HasQuery, Clone)]
#[diesel(table_name = message_providers)]
pub struct Provider {
    pub org_id: OrgId,
    pub id: ProviderId,
    pub kind: Kind,
    pub name: String,
    settings: Value,
    secret: Option<Vec<u8>>,
    webhook_secret: Option<Vec<u8>>,
    pub from_name: String,
    pub from_address: String,
    pub connections: i16,
    pub per_second: Option<i32>,
    pub rank: i16,
    pub stopped_at: Option<DateTime<Utc>>,
    pub stopped_because: String,
    pub checked_at: Option<DateTime<Utc>>,
    pub check_said: String,
}

impl std::fmt::Debug for Provider {
    /// Without its secret.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Provider({} {})", self.kind, self.id)
    }
}

impl Provider {
    /// Its settings.
    ///
    /// # Errors
    /// When what is kept cannot be read; it is a defect of ours.
    pub fn settings(&self) -> Result<Settings, AppError> {
        serde_json::from_value(self.settings.clone()).map_err(|cause| AppError::Unexpected(cause.into()))
    }

    /// Its password or key; empty when it has none.
    ///
    /// # Errors
    /// When it was sealed under another secret of the installation.
    pub fn secret(&self, keys: &KeyRing) -> Result<SecretString, AppError> {
        opened(keys, self.secret.as_deref())
    }

    /// Whether it has a password or key.
    pub fn has_secret(&self) -> bool {
        self.secret.is_some()
    }

    /// What proves that a report is the provider's; empty when none is known.
    ///
    /// # Errors
    /// As [`Provider::secret`].
    pub fn webhook_secret(&self, keys: &KeyRing) -> Result<SecretString, AppError> {
        opened(keys, self.webhook_secret.as_deref())
    }

    /// Whether reports can be believed.
    pub fn has_webhook_secret(&self) -> bool {
        self.webhook_secret.is_some()
    }
}

fn opened(keys: &KeyRing, sealed: Option<&[u8]>) -> Result<SecretString, AppError> {
    let Some(sealed) = sealed else {
        return Ok(String::new().into());
    };
    let plain = keys.open(USE, sealed).map_err(AppError::Unexpected)?;
    let text = String::from_utf8(plain).map_err(|cause| AppError::Unexpected(cause.into()))?;
    Ok(text.into())
}

/// A password or key as it is kept.
///
/// # Errors
/// When there is no randomness.
pub fn sealed(keys: &KeyRing, secret: &str) -> Result<Vec<u8>, AppError> {
    keys.seal(USE, secret.as_bytes()).map_err(AppError::Unexpected)
}

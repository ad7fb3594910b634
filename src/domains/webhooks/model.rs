//! What webhooks are made of.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, OrgId, WebhookId, WebhookNoticeId};
use crate::pg_enum;
use crate::platform::bus::Envelope;
use crate::platform::crypto::KeyRing;
use crate::platform::db::schema::{webhook_attempts, webhook_notices, webhooks};

/// What secrets are sealed for.
const USE: &str = "webhooks/secret/1";
/// What the key of new secrets is for.
const FRESH: &str = "webhooks/fresh/1";
/// For how long the former secret signs as well, so that receivers can change over.
pub const OVERLAP: TimeDelta = TimeDelta::hours(24);
/// For how long one thing is told again and again; and how long nothing may arrive before an address is stopped.
pub const PATIENCE: TimeDelta = TimeDelta::days(3);
/// What a test is called.
pub const TEST: &str = "webhook.test";

/// A kind of thing that can be told outside.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// What receivers call it.
    pub name: &'static str,
    /// What the bus calls it.
    pub event: &'static str,
    /// When it is told.
    pub tells: &'static str,
}

const fn kind(name: &'static str, event: &'static str, tells: &'static str) -> Kind {
    Kind { name, event, tells }
}

/// Everything that can be told. What becomes of single messages is not on the bus, where a large campaign would fill it; `campaign.sent`
/// tells when the numbers can be asked for.
pub const KINDS: &[Kind] = &[
    kind(
        "campaign.launched",
        "campaigns.campaign.launched",
        "A campaign was sent off.",
    ),
    kind(
        "campaign.approved",
        "campaigns.campaign.approved",
        "A second person let a campaign go.",
    ),
    kind(
        "campaign.started",
        "campaigns.campaign.started",
        "The messages of a campaign leave.",
    ),
    kind(
        "campaign.paused",
        "campaigns.campaign.paused",
        "A campaign was stopped for a while.",
    ),
    kind(
        "campaign.resumed",
        "campaigns.campaign.resumed",
        "A paused campaign goes on.",
    ),
    kind(
        "campaign.sent",
        "campaigns.campaign.sent",
        "Every message of a campaign has come to an end.",
    ),
    kind(
        "campaign.cancelled",
        "campaigns.campaign.cancelled",
        "A campaign was ended early.",
    ),
    kind(
        "campaign.failed",
        "campaigns.campaign.failed",
        "A campaign could not be sent.",
    ),
    kind(
        "member.subscribed",
        "consent.record.granted",
        "Somebody agreed to a kind of messages.",
    ),
    kind(
        "member.unsubscribed",
        "consent.record.withdrawn",
        "Somebody took back that they may be written to.",
    ),
    kind(
        "unsubscribe.undone",
        "consent.withdrawal.undone",
        "Somebody took a withdrawal back.",
    ),
    kind(
        "preference.changed",
        "consent.preferences.changed",
        "Somebody changed how often or when they are written to.",
    ),
    kind(
        "address.suppressed",
        "consent.suppression.added",
        "Nothing is sent to an address any more: it left everything, bounced or complained.",
    ),
    kind(
        "address.restored",
        "consent.suppression.lifted",
        "An address may be written to again.",
    ),
];

/// The kind that tells an event of the bus.
pub fn kind_of(event: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.event == event)
}

pg_enum! {
    /// What became of what an address is told.
    NoticeState as WebhookNoticeState {
        Waiting = "waiting": "Waiting",
        Delivered = "delivered": "Delivered",
        Failed = "failed": "Failed",
    }
}

impl NoticeState {
    /// How a badge looks that shows it.
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Waiting => "warning",
            Self::Delivered => "positive",
            Self::Failed => "danger",
        }
    }
}

/// An address that is told what happens.
#[derive(HasQuery, Clone)]
#[diesel(table_name = webhooks)]
pub struct Webhook {
    pub org_id: OrgId,
    pub id: WebhookId,
    pub name: String,
    pub url: String,
    pub kinds: Vec<String>,
    secret: Option<Vec<u8>>,
    former_secret: Option<Vec<u8>>,
    pub former_until: Option<DateTime<Utc>>,
    pub stopped_at: Option<DateTime<Utc>>,
    pub stopped_because: String,
    pub failing_since: Option<DateTime<Utc>>,
    pub failures: i32,
    pub rests_until: Option<DateTime<Utc>>,
    pub created_by: MemberId,
    pub archived_at: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for Webhook {
    /// Without its secrets; the address may hold one as well.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Webhook({})", self.id)
    }
}

impl Webhook {
    /// Whether it is told anything now.
    pub fn is_told(&self) -> bool {
        self.stopped_at.is_none() && self.archived_at.is_none()
    }

    /// Every secret that signs now, the newest first.
    ///
    /// # Errors
    /// When one was sealed under another secret of the installation.
    pub fn secrets(&self, keys: &KeyRing, now: DateTime<Utc>) -> Result<Vec<SecretString>, AppError> {
        let former = self
            .former_secret
            .as_ref()
            .filter(|_| self.former_until.is_some_and(|until| until > now));
        self.secret
            .iter()
            .chain(former)
            .map(|sealed| opened(keys, sealed))
            .collect()
    }

    /// The newest secret as it is kept.
    pub fn sealed_secret(&self) -> Option<&[u8]> {
        self.secret.as_deref()
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
pub fn sealed(keys: &KeyRing, secret: &SecretString) -> Result<Vec<u8>, AppError> {
    keys.seal(USE, secret.expose_secret().as_bytes())
        .map_err(AppError::Unexpected)
}

/// The secret that a form's key stands for: a form sent twice makes one secret and shows it both times.
pub fn secret_of(keys: &KeyRing, member: MemberId, form_key: Uuid) -> SecretString {
    let bytes = keys.sign(FRESH, format!("{member}/{form_key}").as_bytes());
    format!("whsec_{}", STANDARD.encode(bytes)).into()
}

/// What is told: the kind, the moment, and ids.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn body(kind: &str, at: DateTime<Utc>, data: &Map<String, Value>) -> Result<String, AppError> {
    let at = at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    serde_json::to_string(&json!({ "type": kind, "timestamp": at, "data": data }))
        .map_err(|cause| AppError::Unexpected(cause.into()))
}

/// The ids of an event, under names that say that they are ids.
pub fn data(envelope: &Envelope) -> Map<String, Value> {
    let fields = envelope.payload.get("data").and_then(Value::as_object);
    let named = |(name, value): (&String, &Value)| {
        let name = match name.as_str() {
            id @ ("campaign" | "member" | "record" | "suppression") => format!("{id}_id"),
            other => other.to_owned(),
        };
        (name, value.clone())
    };
    fields.into_iter().flatten().map(named).collect()
}

/// What one address is told of one thing.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = webhook_notices)]
pub struct Notice {
    pub id: WebhookNoticeId,
    pub webhook_id: WebhookId,
    pub kind: String,
    pub body: String,
    pub state: NoticeState,
    pub attempts: i32,
    pub due_at: Option<DateTime<Utc>>,
    pub give_up_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
}

impl Notice {
    /// Under which name receivers know it, the same for every attempt.
    pub fn name(&self) -> String {
        format!("msg_{}", self.id.0.simple())
    }
}

/// One attempt to tell it.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = webhook_attempts)]
pub struct Attempt {
    pub notice_id: WebhookNoticeId,
    pub at: DateTime<Utc>,
    pub took_ms: i32,
    pub status: Option<i16>,
    pub said: String,
}

/// How long to wait after so many attempts: a minute, five, half an hour, two hours, four, and then eight again and again.
pub fn wait_after(attempts: i32) -> TimeDelta {
    match attempts {
        ..=1 => TimeDelta::minutes(1),
        2 => TimeDelta::minutes(5),
        3 => TimeDelta::minutes(30),
        4 => TimeDelta::hours(2),
        5 => TimeDelta::hours(4),
        _ => TimeDelta::hours(8),
    }
}

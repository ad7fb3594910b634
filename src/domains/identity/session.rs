//! What a browser's session holds: who signed in, where they are, and what waits for a second factor.

use actix_session::Session;
use anyhow::anyhow;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::kernel::error::AppError;
use crate::kernel::ids::{EventId, OrgId, UserId, fresh};
use crate::platform::crypto::KeyRing;
use crate::platform::web::client::Client;
use crate::platform::web::session::{ADDRESS, DEVICE, EPOCH, ORG, USER};

/// Key of the sign-in that still needs its code.
const PENDING: &str = "pending";
/// Key of the session's own mark, by which the list of sessions knows which one is looking.
pub const MARK: &str = "mark";
/// Key of a secret that is being shown once.
const SHOWN: &str = "shown";

/// How long a sign-in waits for its code.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);
/// How long a secret can be looked at again by reloading its page.
const SHOWN_FOR: TimeDelta = TimeDelta::minutes(10);

/// A right password whose second factor is still to come.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pending {
    /// The login.
    pub user: UserId,
    /// Where it wanted to go.
    pub next: String,
    /// Until when the code is taken.
    pub until: DateTime<Utc>,
    /// Wrong passwords before the right one.
    pub failures: i64,
}

/// A secret that can be seen this once.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Shown {
    kind: String,
    text: String,
    until: DateTime<Utc>,
}

fn put(session: &Session, key: &str, value: impl Serialize) -> Result<(), AppError> {
    session
        .insert(key, value)
        .map_err(|cause| AppError::Unexpected(anyhow!("the session cannot hold {key}: {cause}")))
}

/// Starts a new session for a login, under a new key (session fixation), optionally inside an organization.
///
/// # Errors
/// When the session cannot be written.
pub fn begin(
    session: &Session,
    user: UserId,
    epoch: i32,
    org: Option<OrgId>,
    client: &Client,
) -> Result<(), AppError> {
    session.clear();
    put(session, USER, user.to_string())?;
    put(session, EPOCH, epoch)?;
    put(session, DEVICE, &client.device)?;
    put(session, ADDRESS, client.address.to_string())?;
    put(session, MARK, fresh::<EventId>().to_string())?;
    if let Some(org) = org {
        put(session, ORG, org.to_string())?;
    }
    session.renew();
    Ok(())
}

/// Goes on in another organization, under a new key.
///
/// # Errors
/// When the session cannot be written.
pub fn enter(session: &Session, org: OrgId) -> Result<(), AppError> {
    put(session, ORG, org.to_string())?;
    session.renew();
    Ok(())
}

/// Stays signed in while every other session of the login ends: the new epoch, under a new key.
///
/// # Errors
/// When the session cannot be written.
pub fn outlive(session: &Session, epoch: i32) -> Result<(), AppError> {
    put(session, EPOCH, epoch)?;
    session.renew();
    Ok(())
}

/// Remembers that the password was right and the code is to come.
///
/// # Errors
/// When the session cannot be written.
pub fn wait_for_code(
    session: &Session,
    user: UserId,
    next: &str,
    failures: i64,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    session.clear();
    put(
        session,
        PENDING,
        Pending {
            user,
            next: next.to_owned(),
            until: now + PATIENCE,
            failures,
        },
    )?;
    session.renew();
    Ok(())
}

/// The sign-in that waits for its code, unless it has waited too long.
pub fn pending(session: &Session, now: DateTime<Utc>) -> Option<Pending> {
    session
        .get::<Pending>(PENDING)
        .ok()
        .flatten()
        .filter(|pending| pending.until > now)
}

/// The mark of this session.
pub fn mark(session: &Session) -> Option<String> {
    session.get::<String>(MARK).ok().flatten()
}

/// Lets the next pages of this session show a secret: it is kept sealed, for minutes.
///
/// # Errors
/// When it cannot be sealed or written.
pub fn show_once(
    session: &Session,
    keys: &KeyRing,
    kind: &str,
    text: String,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let shown = Shown {
        kind: kind.to_owned(),
        text,
        until: now + SHOWN_FOR,
    };
    let plain = serde_json::to_vec(&shown).map_err(|cause| AppError::Unexpected(cause.into()))?;
    put(
        session,
        SHOWN,
        URL_SAFE_NO_PAD.encode(keys.seal("shown-once", &plain)?),
    )
}

/// The secret of this kind that may be shown now.
pub fn shown(session: &Session, keys: &KeyRing, kind: &str, now: DateTime<Utc>) -> Option<String> {
    let sealed = URL_SAFE_NO_PAD
        .decode(session.get::<String>(SHOWN).ok().flatten()?)
        .ok()?;
    let shown: Shown = serde_json::from_slice(&keys.open("shown-once", &sealed).ok()?).ok()?;
    (shown.kind == kind && shown.until > now).then_some(shown.text)
}

/// Stops showing it.
pub fn hide(session: &Session) {
    session.remove(SHOWN);
}

//! Sessions in PostgreSQL behind actix-session. The key is stored hashed; what was read is believed for a few seconds.

use std::collections::HashMap;
use std::time::Duration;

use actix_session::SessionMiddleware;
use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::body::MessageBody;
use actix_web::cookie::SameSite;
use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::COOKIE as COOKIE_HEADER;
use actix_web::middleware::Next;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use moka::sync::Cache;
use uuid::Uuid;

use crate::config::Config;
use crate::kernel::error::AppError;
use crate::kernel::ids::UserId;
use crate::platform::crypto::{self, KeyRing};
use crate::platform::db::schema::sessions;
use crate::platform::db::{Db, SystemTask, SystemTx};

/// Name of the session cookie.
pub const COOKIE: &str = "waymark_session";
/// Keys of the state: who, where, and since which epoch.
pub const USER: &str = "user";
/// The organization chosen.
pub const ORG: &str = "org";
/// The login's epoch when it signed in.
pub const EPOCH: &str = "epoch";
/// Browser and system, for the session list.
pub const DEVICE: &str = "device";
/// Address at sign-in, for the session list.
pub const ADDRESS: &str = "address";
/// When it began. A session that goes on under a new key began with the first: its end does not move.
const SINCE: &str = "since";

type State = HashMap<String, String>;

/// How long a session that was read is believed. Other processes' sign-outs reach us sooner, by the sweep.
const BELIEVED: Duration = Duration::from_secs(5);
/// `last_seen_at` moves at most this often.
const SEEN_STEP: TimeDelta = TimeDelta::minutes(5);

/// The session store.
#[derive(Clone)]
pub struct Sessions {
    db: Db,
    idle: TimeDelta,
    absolute: TimeDelta,
    seen: Cache<Vec<u8>, State>,
}

impl Sessions {
    /// A store with the configured lifetimes.
    pub fn new(db: Db, config: &Config) -> Self {
        Self {
            db,
            idle: TimeDelta::days(config.sessions.idle_days),
            absolute: TimeDelta::days(config.sessions.absolute_days),
            seen: Cache::builder()
                .max_capacity(100_000)
                .time_to_live(BELIEVED)
                .build(),
        }
    }

    /// The middleware for this store.
    pub fn middleware(&self, keys: &KeyRing, config: &Config) -> SessionMiddleware<Self> {
        let lifetime = CookieDuration::days(config.sessions.absolute_days);
        SessionMiddleware::builder(self.clone(), keys.cookie())
            .cookie_name(COOKIE.to_owned())
            .cookie_secure(config.is_https())
            .cookie_http_only(true)
            .cookie_same_site(SameSite::Lax)
            .cookie_content_security(CookieContentSecurity::Signed)
            .session_lifecycle(PersistentSession::default().session_ttl(lifetime))
            .build()
    }

    /// Forgets everything read, because what someone may do has changed.
    pub fn forget_all(&self) {
        self.seen.invalidate_all();
    }

    async fn write(&self, hash: Vec<u8>, state: State) -> Result<(), AppError> {
        let (idle, absolute, key) = (self.idle, self.absolute, hash.clone());
        let state = self
            .db
            .system(SystemTask::SignIn, move |tx| {
                let (state, since) = dated(state, tx.now());
                insert(tx, &key, &state, (since, since + absolute), idle)?;
                Ok(state)
            })
            .await?;
        self.seen.insert(hash, state);
        Ok(())
    }
}

/// The state with the time it began, which is now unless it says otherwise.
fn dated(mut state: State, now: DateTime<Utc>) -> (State, DateTime<Utc>) {
    let known = state.get(SINCE).and_then(|json| serde_json::from_str(json).ok());
    let since = known.unwrap_or(now);
    if let Ok(json) = serde_json::to_string(&since) {
        state.insert(SINCE.to_owned(), json);
    }
    (state, since)
}

fn insert(
    tx: &mut SystemTx<'_>,
    hash: &[u8],
    state: &State,
    (since, ends_at): (DateTime<Utc>, DateTime<Utc>),
    idle: TimeDelta,
) -> QueryResult<()> {
    let now = tx.now();
    let text = |key: &str| {
        state
            .get(key)
            .and_then(|json| serde_json::from_str::<String>(json).ok())
    };
    let user: Option<UserId> = text(USER).and_then(|user| user.parse().ok());
    let value = serde_json::to_value(state).unwrap_or_default();
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(tx.new_id::<crate::kernel::ids::EventId>().0),
            sessions::key_hash.eq(hash),
            sessions::user_id.eq(user),
            sessions::state.eq(&value),
            sessions::device.eq(text(DEVICE).unwrap_or_default()),
            sessions::address.eq(text(ADDRESS).unwrap_or_default()),
            sessions::created_at.eq(since),
            sessions::last_seen_at.eq(now),
            sessions::expires_at.eq(now + idle),
            sessions::ends_at.eq(ends_at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Changes the state of a session that still exists; false when it was revoked.
fn rewrite(tx: &mut SystemTx<'_>, hash: &[u8], state: &State) -> QueryResult<bool> {
    let now = tx.now();
    let user: Option<UserId> = state.get(USER).and_then(|json| serde_json::from_str(json).ok());
    let value = serde_json::to_value(state).unwrap_or_default();
    let changed = diesel::update(sessions::table.filter(sessions::key_hash.eq(hash)))
        .set((
            sessions::state.eq(value),
            sessions::user_id.eq(user),
            sessions::last_seen_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(changed == 1)
}

fn read(tx: &mut SystemTx<'_>, hash: &[u8], idle: TimeDelta) -> QueryResult<Option<State>> {
    let now = tx.now();
    let alive = sessions::table
        .filter(sessions::key_hash.eq(hash))
        .filter(sessions::expires_at.gt(now))
        .filter(sessions::ends_at.gt(now));
    let found: Option<(Uuid, serde_json::Value, DateTime<Utc>)> = alive
        .select((sessions::id, sessions::state, sessions::last_seen_at))
        .first(tx.conn())
        .optional()?;
    let Some((id, state, last_seen)) = found else {
        return Ok(None);
    };
    if now - last_seen > SEEN_STEP {
        let seen = (
            sessions::last_seen_at.eq(now),
            sessions::expires_at.eq(now + idle),
        );
        diesel::update(sessions::table.find(id))
            .set(seen)
            .execute(tx.conn())?;
    }
    Ok(serde_json::from_value(state).ok())
}

/// Lets assets and health checks be nobody's: they are answered alike to everyone, so no session is read for them, and
/// they are there while the database is not.
///
/// # Errors
/// Passes on what the inner service answers.
pub async fn without_for_assets<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let path = request.path();
    if path.starts_with("/a/") || matches!(path, "/favicon.ico" | "/healthz" | "/readyz" | "/metrics") {
        request.headers_mut().remove(COOKIE_HEADER);
    }
    next.call(request).await
}

impl SessionStore for Sessions {
    async fn load(&self, session_key: &SessionKey) -> Result<Option<State>, LoadError> {
        let hash = crypto::digest(session_key.as_ref());
        if let Some(state) = self.seen.get(&hash) {
            return Ok(Some(state));
        }
        let (idle, key) = (self.idle, hash.clone());
        let state = self
            .db
            .system(SystemTask::SignIn, move |tx| Ok(read(tx, &key, idle)?))
            .await;
        let state = state.map_err(|error| LoadError::Other(error.into()))?;
        if let Some(state) = &state {
            self.seen.insert(hash, state.clone());
        }
        Ok(state)
    }

    async fn save(&self, session_state: State, _: &CookieDuration) -> Result<SessionKey, SaveError> {
        let failed = |cause: anyhow::Error| SaveError::Other(cause);
        let key = hex::encode(crypto::random::<32>().map_err(failed)?);
        self.write(crypto::digest(&key), session_state)
            .await
            .map_err(|error| failed(error.into()))?;
        key.try_into()
            .map_err(|error| SaveError::Other(anyhow::anyhow!("{error}")))
    }

    async fn update(
        &self,
        session_key: SessionKey,
        session_state: State,
        ttl: &CookieDuration,
    ) -> Result<SessionKey, UpdateError> {
        let hash = crypto::digest(session_key.as_ref());
        let (key, row) = (hash.clone(), session_state.clone());
        let kept = self
            .db
            .system(SystemTask::SignIn, move |tx| Ok(rewrite(tx, &key, &row)?))
            .await;
        if kept.map_err(|error| UpdateError::Other(error.into()))? {
            self.seen.insert(hash, session_state);
            return Ok(session_key);
        }
        // Revoked meanwhile: what this browser gets is a new session that nobody is signed in to.
        self.save(State::new(), ttl)
            .await
            .map_err(|error| UpdateError::Other(error.into()))
    }

    async fn update_ttl(&self, _: &SessionKey, _: &CookieDuration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, session_key: &SessionKey) -> Result<(), anyhow::Error> {
        let hash = crypto::digest(session_key.as_ref());
        self.seen.invalidate(&hash);
        self.db
            .system(SystemTask::SignIn, move |tx| {
                diesel::delete(sessions::table.filter(sessions::key_hash.eq(hash))).execute(tx.conn())?;
                Ok(())
            })
            .await
            .map_err(Into::into)
    }
}

//! Handing copies over to Mux and taking them away: each step is asked again until it is answered, at the pace that Mux allows.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::runtime::Handle;

use crate::app::App;
use crate::domains::journeys::library::playing;
use crate::domains::journeys::library::queries::media;
use crate::kernel::error::AppError;
use crate::kernel::ids::MediaId;
use crate::platform::db::TenantTx;
use crate::platform::jobs::{JobKind, JobRun, Outcome};
use crate::platform::storage::{ByteRange, Storage, StorageKey};
use crate::providers::video::{Content, Handed, Mux, Reference, VideoProvider as _};

use super::{actions, provider, queries};

/// Makes a copy of a film.
pub const HAND_OVER: &str = "journeys.hand_over_film";
/// Makes a copy of every film that has none.
pub const HAND_OVER_ALL: &str = "journeys.hand_over_films";
/// Takes a copy away.
pub const REMOVE: &str = "journeys.remove_film";
/// Every day: gives up reports whose film did not become known, and forgets old ones.
pub const FORGET: &str = "journeys.forget_mux_reports";

/// Attempts until a copy is given up: with the pauses between them about two days.
const MOST_ATTEMPTS: i32 = 60;
/// The longest pause between two attempts, in seconds.
const LONGEST_PAUSE: i64 = 3_600;
/// For how long a report waits for its film.
const PARKED: TimeDelta = TimeDelta::hours(24);
/// For how long it can be looked up what was reported.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Which film.
#[derive(Serialize, Deserialize)]
pub struct OfFilm {
    pub media: MediaId,
}

/// The jobs of Mux.
pub fn kinds(app: &App) -> Vec<JobKind> {
    let kind = |name: &'static str, work: fn(&App, &JobRun) -> Result<Outcome, AppError>| {
        let portal = app.clone();
        JobKind {
            name,
            run: Arc::new(move |run| work(&portal, run)),
        }
    };
    vec![
        kind(HAND_OVER, hand_over),
        kind(HAND_OVER_ALL, hand_over_all),
        kind(REMOVE, remove),
        kind(FORGET, |_, run| run.forget(forget)),
    ]
}

fn forget(tx: &mut TenantTx<'_>) -> Result<usize, AppError> {
    let now = tx.now();
    Ok(queries::forget(tx, now - PARKED, now - KEPT)?)
}

fn hand_over_all(_: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let count = run.tenant(|tx| {
        let missing = queries::without_copy(tx, 10_000)?;
        for media in &missing {
            actions::want_copy(tx, *media)?;
        }
        Ok(missing.len())
    })?;
    Ok(Outcome::Done(json!({ "films": count })))
}

/// The account as a provider; none where it is switched off or cannot be right.
fn account(app: &App, run: &JobRun) -> Result<Option<Mux>, AppError> {
    let account = run.tenant(|tx| Ok(queries::account(tx)?))?;
    let Some(account) = account.filter(|account| account.is_in_use()) else {
        return Ok(None);
    };
    match provider(app, &account) {
        Ok(mux) => Ok(Some(mux)),
        Err(why) => {
            run.tenant(|tx| actions::stop(tx, &why))?;
            Ok(None)
        }
    }
}

fn hand_over(app: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let OfFilm { media: id } = run.args()?;
    let Some(mux) = account(app, run)? else {
        return Ok(Outcome::Cancelled("Mux is not in use".to_owned()));
    };
    let Some((film, attempts)) = run.tenant(|tx| actions::taken_in_hand(tx, id))? else {
        return Ok(Outcome::Done(json!({ "state": "settled" })));
    };
    let file = run.tenant(|tx| Ok(media::one(tx, id)?))?;
    let content = Kept {
        storage: app.storage.clone(),
        key: key_of(file.storage_key.as_deref().unwrap_or_default())?,
    };
    let whole = playing::film(&file);
    let take = mux.take(&whole, film.reference(), &content, app.clock().now());
    let handed = match Handle::current().block_on(take) {
        Handed::Later { why, .. } if attempts >= MOST_ATTEMPTS => Handed::Refused {
            why: format!("It was given up after {attempts} attempts. {why}."),
        },
        Handed::UnderWay(_) if attempts >= MOST_ATTEMPTS => Handed::Refused {
            why: "Mux did not finish it.".to_owned(),
        },
        handed => handed,
    };
    let noted = handed.clone();
    run.tenant(|tx| actions::note(tx, id, &noted))?;
    after(run, &handed, attempts)
}

fn after(run: &JobRun, handed: &Handed, attempts: i32) -> Result<Outcome, AppError> {
    let pause = pause(attempts);
    Ok(match handed {
        Handed::Ready(_) => Outcome::Done(json!({ "state": "ready" })),
        // A report will come; this asks in case none does.
        Handed::UnderWay(_) => Outcome::Snooze(pause.max(TimeDelta::minutes(2))),
        Handed::Later { retry_after, .. } => {
            let asked = retry_after.and_then(|asked| TimeDelta::from_std(asked).ok());
            Outcome::Snooze(
                asked
                    .unwrap_or(pause)
                    .clamp(TimeDelta::seconds(1), TimeDelta::days(1)),
            )
        }
        Handed::Refused { why } => Outcome::Done(json!({ "state": "failed", "why": why })),
        Handed::Credentials { why } => {
            let told = why.clone();
            run.tenant(|tx| actions::stop(tx, &told))?;
            Outcome::Cancelled(why.clone())
        }
    })
}

/// Twice as long each time.
fn pause(attempts: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts).unwrap_or_default().min(12);
    TimeDelta::seconds(2_i64.saturating_pow(doublings).min(LONGEST_PAUSE))
}

fn remove(app: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let OfFilm { media: id } = run.args()?;
    let (account, film) = run.tenant(|tx| Ok((queries::account(tx)?, queries::film(tx, id)?)))?;
    let (Some(account), Some(film)) = (account, film) else {
        return Ok(Outcome::Done(json!({ "state": "gone" })));
    };
    let Ok(mux) = provider(app, &account) else {
        return Ok(Outcome::Cancelled("the account of Mux cannot be used".to_owned()));
    };
    let known: Reference = film.reference();
    match Handle::current().block_on(mux.remove(&known, app.clock().now())) {
        Handed::Ready(_) | Handed::UnderWay(_) | Handed::Refused { .. } => {
            run.tenant(|tx| actions::removed(tx, id))?;
            Ok(Outcome::Done(json!({ "state": "deleted" })))
        }
        Handed::Later { retry_after, .. } => {
            let asked = retry_after.and_then(|asked| TimeDelta::from_std(asked).ok());
            Ok(Outcome::Snooze(
                asked.unwrap_or(TimeDelta::minutes(1)).max(TimeDelta::seconds(1)),
            ))
        }
        Handed::Credentials { why } => Ok(Outcome::Cancelled(why)),
    }
}

/// The file as the portal keeps it.
struct Kept {
    storage: Arc<dyn Storage>,
    key: StorageKey,
}

fn key_of(text: &str) -> Result<StorageKey, AppError> {
    text.parse()
        .map_err(|cause| AppError::Unexpected(anyhow::Error::new(cause)))
}

#[async_trait]
impl Content for Kept {
    async fn read(&self, start: u64, length: u64) -> std::io::Result<Bytes> {
        let range = ByteRange::Between(start, (start + length).saturating_sub(1));
        let part = self.storage.range(&self.key, range).await;
        part.map_err(std::io::Error::other)?.into_bytes().await
    }
}

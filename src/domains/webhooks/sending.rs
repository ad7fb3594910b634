//! Sending what is due. It waits for strangers' servers, so it runs beside jobs, which must not wait for them.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::app::App;
use crate::config::Config;
use crate::kernel::error::AppError;
use crate::platform::db::{SystemTask, TenantScope, TenantTx};
use crate::providers::webhooks::{Outgoing, Reach, Report, Told};

use super::actions;
use super::model::{Notice, NoticeState, PATIENCE, Webhook, wait_after};
use super::queries::{self, Due};

/// Requests that are on their way at the same time from one process.
const AT_ONCE: usize = 16;
/// What was taken in hand comes back after this long when its process died: longer than a request may take.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// How often it is looked when nobody says that something is due.
const IDLE: Duration = Duration::from_secs(1);
/// The longest that an address is left in peace after it could not be reached.
const LONGEST_REST: TimeDelta = TimeDelta::hours(1);

/// How far requests may reach.
pub fn reach(config: &Config) -> Reach {
    Reach::of_portal(&config.public_url)
}

/// Sends until `stop` is raised; then what is on its way is finished.
pub async fn send(app: App, mut stop: watch::Receiver<bool>) {
    let mut outgoing: Option<Outgoing> = None;
    let mut under_way = JoinSet::new();
    while !*stop.borrow() {
        while under_way.try_join_next().is_some() {}
        let room = AT_ONCE.saturating_sub(under_way.len());
        let due = match claim(&app, room).await {
            Ok(due) => due,
            Err(error) => {
                tracing::warn!(error = error.told(), "webhooks could not be looked for this time");
                Vec::new()
            }
        };
        // Made when the first is needed: without certificate authorities a portal can run, but not tell anybody.
        if !due.is_empty() && outgoing.is_none() {
            match Outgoing::new(reach(&app.config)) {
                Ok(made) => outgoing = Some(made),
                Err(error) => tracing::warn!(%error, "webhooks cannot be sent from this machine"),
            }
        }
        if let Some(outgoing) = &outgoing {
            for one in due {
                under_way.spawn(tell(app.clone(), outgoing.clone(), one));
            }
        }
        tokio::select! {
            () = app.db.signals().telling.notified() => {}
            _ = under_way.join_next(), if !under_way.is_empty() => {}
            () = tokio::time::sleep(IDLE) => {}
            _ = stop.changed() => {}
        }
    }
    while under_way.join_next().await.is_some() {}
}

async fn claim(app: &App, room: usize) -> Result<Vec<Due>, AppError> {
    if room == 0 {
        return Ok(Vec::new());
    }
    let limit = i64::try_from(room).unwrap_or(1);
    app.db
        .system(SystemTask::Sending, move |tx| {
            Ok(queries::claim(tx, limit, LEASE)?)
        })
        .await
}

/// Tells one thing, and notes how that went. Whatever keeps it from being noted, its lease brings it back.
async fn tell(app: App, outgoing: Outgoing, due: Due) {
    if let Err(error) = told(&app, &outgoing, due).await {
        tracing::warn!(error = error.told(), notice = %due.id, "a webhook could not be sent this time");
    }
}

async fn told(app: &App, outgoing: &Outgoing, due: Due) -> Result<(), AppError> {
    let scope = TenantScope::of_portal(due.org_id, "webhooks.tell");
    let Some((webhook, notice)) = app.db.tenant(&scope, move |tx| taken(tx, due)).await? else {
        return Ok(());
    };
    let now = app.clock().now();
    let secrets = webhook.secrets(&app.keys, now)?;
    let name = notice.name();
    let report = Report {
        url: &webhook.url,
        id: &name,
        body: &notice.body,
        secrets: &secrets,
    };
    let begun = Instant::now();
    let told = outgoing
        .send(&report, now)
        .await
        .map_err(|cause| AppError::Unexpected(cause.into()))?;
    let took = i32::try_from(begun.elapsed().as_millis()).unwrap_or(i32::MAX);
    app.db
        .tenant(&scope, move |tx| note(tx, &notice, &told, took))
        .await
}

/// What is to be told and to whom, unless that is not now.
fn taken(tx: &mut TenantTx<'_>, due: Due) -> Result<Option<(Webhook, Notice)>, AppError> {
    let notice = queries::notice_by_id(tx, due.id)?;
    if notice.state != NoticeState::Waiting {
        return Ok(None);
    }
    let webhook = match queries::webhook(tx, notice.webhook_id) {
        Ok(webhook) => webhook,
        Err(diesel::result::Error::NotFound) => {
            queries::finish(tx, notice.id, NoticeState::Failed)?;
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let now = tx.now();
    match webhook.rests_until.filter(|until| *until > now) {
        _ if !webhook.is_told() => queries::put_off(tx, notice.id, None)?,
        Some(until) => queries::put_off(tx, notice.id, Some(until))?,
        None => return Ok(Some((webhook, notice))),
    }
    Ok(None)
}

/// Writes down how it went, and what follows.
fn note(tx: &mut TenantTx<'_>, notice: &Notice, told: &Told, took: i32) -> Result<(), AppError> {
    // Whoever was put away meanwhile is no longer of interest.
    let webhook = queries::lock(tx, notice.webhook_id)?;
    let (status, said, pause) = match told {
        Told::Answered { status, said, pause } => (i16::try_from(*status).ok(), said, *pause),
        Told::Unanswered(why) => (None, why, None),
    };
    queries::note_attempt(tx, notice.id, status, said, took)?;
    if matches!(status, Some(200..=299)) {
        queries::finish(tx, notice.id, NoticeState::Delivered)?;
        return Ok(queries::arrived(tx, webhook.id)?);
    }
    let now = tx.now();
    let asked = pause
        .and_then(|pause| TimeDelta::from_std(pause).ok())
        .unwrap_or_default();
    let wait = wait_after(notice.attempts + 1).max(asked);
    // An answer is about this one thing; silence, or being asked to wait, about the address.
    let rest = match status {
        None => Some(wait_after(webhook.failures + 1).min(LONGEST_REST)),
        Some(_) => (asked > TimeDelta::zero()).then_some(asked),
    };
    queries::missed(tx, &webhook, rest.map(|rest| now + rest))?;
    let is_over = now + wait > notice.give_up_at;
    match is_over {
        true => queries::finish(tx, notice.id, NoticeState::Failed)?,
        false => queries::put_off(tx, notice.id, Some(now + wait))?,
    }
    if webhook.stopped_at.is_some() {
        return match is_over {
            true => Ok(()),
            false => Ok(queries::put_off(tx, notice.id, None)?),
        };
    }
    let since = webhook.failing_since.unwrap_or(now);
    if status == Some(410) {
        return actions::give_up(tx, notice, "It answered that it is gone for good (410).");
    }
    // By the next attempt.
    match now + wait_after(notice.attempts + 1) - since >= PATIENCE {
        true => actions::give_up(tx, notice, "Nothing has arrived for three days."),
        false => Ok(()),
    }
}

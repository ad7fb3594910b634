//! Deciding what is due, and forgetting what was decided long ago.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::json;

use crate::app::App;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::audit::Entry;
use crate::platform::jobs::{JobKind, JobRun, Outcome};

use super::{pushing, queries, subscribers, telling};

/// Decides what is due, and tells who is to be told.
pub const TELL: &str = "notifications.tell";
/// Forgets what was decided long ago; runs once a day.
pub const FORGET: &str = "notifications.forget";

/// People in one transaction.
const BATCH: i64 = 50;
/// For how long it can be looked up what was decided.
const KEPT: TimeDelta = TimeDelta::days(90);

/// The jobs of notifications.
pub fn kinds(app: &App) -> Vec<JobKind> {
    let app = app.clone();
    vec![
        JobKind {
            name: TELL,
            run: Arc::new(move |run| tell(&app, run)),
        },
        JobKind {
            name: FORGET,
            run: Arc::new(forget),
        },
    ]
}

fn tell(app: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let (mut after, mut people, mut told) = (None::<MemberId>, 0_i32, 0_i32);
    loop {
        let portal = app.clone();
        let (last, count, written) = run.tenant(move |tx| {
            let due = queries::people_with_due(tx, after, BATCH)?;
            let (mut written, mut later) = (0_i32, BTreeSet::new());
            for member in &due {
                let done = telling::tell(tx, &portal, *member)?;
                written += i32::from(done.is_told);
                later.extend(done.later);
            }
            for moment in later {
                subscribers::decide_at(tx, moment, 1)?;
            }
            if written > 0 {
                tx.audit(
                    Entry::general("notifications.sent", "organization").after(json!({ "people": written })),
                )?;
            }
            Ok((due.last().copied(), due.len(), written))
        })?;
        people = people.saturating_add(i32::try_from(count).unwrap_or(i32::MAX));
        told = told.saturating_add(written);
        match last {
            None => break,
            Some(_) if run.progress(people, None)? => {
                return Ok(Outcome::Cancelled("asked to stop".to_owned()));
            }
            Some(_) => after = last,
        }
    }
    Ok(Outcome::Done(json!({ "people": people, "told": told })))
}

fn forget(run: &JobRun) -> Result<Outcome, AppError> {
    run.forget(|tx| {
        let before = tx.now() - KEPT;
        let pushes = pushing::queries::forget(tx, before)?;
        Ok(pushes + queries::forget_settled(tx, before)?)
    })
}

//! Asking people, before what allows messages to them runs out, whether they would like to keep getting them: 60, 30 and 7 days before,
//! as the file of rules has it. An organization switches it on; nothing is allowed by asking, and at its end it ends by itself.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::json;

use crate::app::App;
use crate::kernel::error::AppError;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::jobs::{JobKind, JobRun, Outcome};

use super::actions;
use super::asking::{self, Occasion, Question};
use super::compliance::queries::{self as ending, Ending};
use super::model::{Action, Channel, Method};
use super::policy::{self, Keeping};
use super::queries::{self, Evidence, Said};
use super::rules::{Expiry, Warning, warning};

/// Asks whoever is to be asked today; runs once a day.
pub const ASK: &str = "consent.ask_to_renew";

/// How long before the end the first question is put.
pub const FIRST: TimeDelta = TimeDelta::days(60);
/// People in one transaction.
const BATCH: i64 = 200;

/// The job.
pub fn kind(app: &App) -> JobKind {
    let app = app.clone();
    JobKind {
        name: ASK,
        run: Arc::new(move |run| ask(&app, run)),
    }
}

/// Switches it on or off.
///
/// # Errors
/// When the database fails.
pub fn switch(tx: &mut TenantTx<'_>, keeping: &Keeping, is_on: bool) -> Result<(), AppError> {
    queries::set_renewing(tx, keeping, is_on)?;
    tx.audit(Entry::general("consent.renewing.switched", "organization").after(json!({ "is_on": is_on })))
}

fn ask(app: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let (mut after, mut asked, mut looked_at) = (None, 0_i32, 0_i32);
    loop {
        let portal = app.clone();
        let step = run.tenant(move |tx| {
            if !queries::is_renewing(tx)? {
                return Ok(None);
            }
            let now = tx.now();
            let found = ending::ending(tx, now, now + FIRST, after, BATCH)?;
            let mut asked = 0_i32;
            for one in &found {
                asked += i32::from(ask_one(tx, &portal, one)?);
            }
            let last = found.last().map(Ending::place);
            Ok(Some((
                last,
                i32::try_from(found.len()).unwrap_or(i32::MAX),
                asked,
            )))
        })?;
        let Some((last, found, written)) = step else {
            return Ok(Outcome::Done(json!({ "is_on": false })));
        };
        asked = asked.saturating_add(written);
        looked_at = looked_at.saturating_add(found);
        if last.is_none() {
            break;
        }
        after = last;
        if run.progress(looked_at, None)? {
            return Ok(Outcome::Cancelled("asked to stop".to_owned()));
        }
    }
    Ok(Outcome::Done(json!({ "asked": asked })))
}

/// How often somebody is to have been asked by now.
fn due(one: &Ending, now: chrono::DateTime<chrono::Utc>) -> i64 {
    match warning(Expiry::On(one.expires_at), now) {
        Some(Warning::SixtyDays) => 1,
        Some(Warning::ThirtyDays) => 2,
        Some(Warning::SevenDays) => 3,
        Some(Warning::Over) | None => 0,
    }
}

/// Asks once when they were asked less often than they should have been: whoever missed a day is not asked twice on the next.
fn ask_one(tx: &mut TenantTx<'_>, app: &App, one: &Ending) -> Result<bool, AppError> {
    let now = tx.now();
    let (due, latest) = (due(one, now), one.asked_at);
    let is_asked = one.asked >= due || latest.is_some_and(|at| now - at < TimeDelta::days(6));
    let address = actions::addresses(tx, one.member, Channel::Email)?
        .into_iter()
        .next();
    let Some(address) = address.filter(|_| !is_asked) else {
        return Ok(false);
    };
    let question = Question {
        member: one.member,
        channel: Channel::Email,
        category: &one.category,
        address: &address,
    };
    match asking::write(tx, app, &question, Occasion::RunsOut(one.expires_at)) {
        Ok(()) => {}
        // Nothing is sent to their address any more.
        Err(AppError::Invalid(_)) => return Ok(false),
        Err(other) => return Err(other),
    }
    let said = Said {
        channel: Channel::Email,
        category: one.category.clone(),
        action: Action::Request,
        basis: None,
        method: Method::Mail,
        text: None,
        effective_at: now,
        expires_at: None,
        answers: None,
        evidence: Evidence {
            address,
            ..Evidence::default()
        },
    };
    actions::write_down(tx, &policy::by_portal(one.member), &[said])?;
    Ok(true)
}

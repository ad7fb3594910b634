//! Sealing what is over, and comparing.

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::app::App;
use crate::kernel::error::AppError;
use crate::platform::audit::Entry;
use crate::platform::jobs::{JobRun, Outcome};

use super::checking::{Books, Verdict};
use super::{Log, Seal, queries};

/// Seals the days that are over and compares the last ones with their seals; runs once a day, and when somebody asks.
pub const SEAL: &str = "consent.seal_logs";

/// After the end of a day, until nothing that began on it is still to be committed.
const GRACE: TimeDelta = TimeDelta::minutes(15);
/// Days that are read again each night.
const NIGHTLY: i64 = 8;

/// How far back to read.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SealArgs {
    /// None for the nightly round.
    pub days: Option<i64>,
}

/// Seals and checks.
///
/// # Errors
/// When the database is away.
pub fn seal(app: &App, run: &JobRun) -> Result<Outcome, AppError> {
    let SealArgs { days } = run.args()?;
    let now = app.clock().now();
    let until = (now - GRACE).date_naive();
    if days.is_none() && until < now.date_naive() {
        return Ok(Outcome::Snooze(
            until.and_time(NaiveTime::MIN).and_utc() + TimeDelta::days(1) + GRACE - now,
        ));
    }
    let books = Books::of(&app.db, &app.keys, run.scope());
    let mut steps = Steps {
        run,
        rows: 0,
        is_stopped: false,
    };
    let since = now.date_naive() - TimeDelta::days(days.unwrap_or(NIGHTLY));
    match work(run, &books, (since, until), &mut steps) {
        Err(_) if steps.is_stopped => Ok(Outcome::Cancelled("asked to stop".to_owned())),
        Err(error) => Err(error),
        Ok(verdict) => {
            if !verdict.findings.is_empty() {
                tell(run, &verdict)?;
            }
            Ok(Outcome::Done(json!(verdict)))
        }
    }
}

fn work(
    run: &JobRun,
    books: &Books<'_>,
    (since, until): (NaiveDate, NaiveDate),
    steps: &mut Steps<'_>,
) -> Result<Verdict, AppError> {
    for log in crate::domains::SEALED_LOGS {
        let first = run.tenant(|tx| match queries::last_seal(tx, log)? {
            Some(last) => Ok(Some(last.day + TimeDelta::days(1))),
            None => Ok(queries::first_day(tx, log)?),
        })?;
        let mut day = first.unwrap_or(until);
        while day < until {
            seal_day(run, books, (log, day), steps)?;
            day += TimeDelta::days(1);
        }
    }
    books.check(since, &mut |rows| steps.read(rows))
}

fn seal_day(
    run: &JobRun,
    books: &Books<'_>,
    (log, day): (&Log, NaiveDate),
    steps: &mut Steps<'_>,
) -> Result<(), AppError> {
    let contents = books.contents(log, day, &mut |rows| steps.read(rows))?;
    run.tenant(|tx| {
        queries::lock(tx)?;
        let before = queries::last_seal(tx, log)?;
        if before.as_ref().is_some_and(|before| before.day >= day) {
            // Somebody who asked for a check has sealed it meanwhile.
            return Ok(());
        }
        let seal = Seal::made(
            books.signer(),
            (tx.org(), log),
            before.as_ref(),
            (day, contents),
            tx.now(),
        );
        Ok(queries::insert(tx, log, &seal)?)
    })
}

/// Writes what was found into the audit log and the portal's own.
fn tell(run: &JobRun, verdict: &Verdict) -> Result<(), AppError> {
    let found = json!({ "findings": verdict.findings, "more": verdict.more });
    tracing::error!(org = %run.org(), %found, "a log is not as it was sealed: somebody changed the database by hand");
    run.tenant(|tx| tx.audit(Entry::general("consent.log.differs", "organization").after(found)))
}

/// Tells how far it is, and renews the lease.
struct Steps<'a> {
    run: &'a JobRun,
    rows: i64,
    is_stopped: bool,
}

impl Steps<'_> {
    fn read(&mut self, rows: i64) -> Result<(), AppError> {
        self.rows += rows;
        let done = i32::try_from(self.rows).unwrap_or(i32::MAX);
        if self.run.progress(done, None)? {
            self.is_stopped = true;
            return Err(AppError::Conflict("asked to stop".to_owned()));
        }
        Ok(())
    }
}

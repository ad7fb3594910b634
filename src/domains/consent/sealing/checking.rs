//! Whether logs still are as they were sealed.

use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

use crate::kernel::error::AppError;
use crate::platform::crypto::{KeyRing, Signer};
use crate::platform::db::{Db, TenantScope};

use super::queries::{self, OnStep};
use super::{Contents, Log, PURPOSE, Seal};

/// Findings that are told one by one.
const TOLD: usize = 50;

/// The logs of one organization, read in transactions of a day each.
pub struct Books<'a> {
    db: &'a Db,
    scope: TenantScope,
    signer: Signer,
}

/// Something that is not as it was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What the log holds.
    pub log: String,
    pub day: NaiveDate,
    /// What is wrong with the day, in words.
    pub what: String,
}

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Verdict {
    /// Days whose rows were read again.
    pub days: i64,
    /// Rows that were read again.
    pub rows: i64,
    /// What is wrong, at most fifty of it.
    pub findings: Vec<Finding>,
    /// How much more is wrong.
    pub more: i64,
}

impl Verdict {
    fn find(&mut self, log: &Log, day: NaiveDate, what: String) {
        if self.findings.len() == TOLD {
            self.more += 1;
            return;
        }
        self.findings.push(Finding {
            log: log.label.to_owned(),
            day,
            what,
        });
    }
}

impl<'a> Books<'a> {
    /// The books of the scope's organization.
    pub fn of(db: &'a Db, keys: &KeyRing, scope: TenantScope) -> Self {
        Self {
            db,
            scope,
            signer: keys.signer(PURPOSE),
        }
    }

    /// The key that seals are signed with.
    pub(super) fn signer(&self) -> &Signer {
        &self.signer
    }

    /// What a log holds on a day.
    ///
    /// # Errors
    /// When the database fails, or what `on_step` answers.
    pub(super) fn contents(
        &self,
        log: &Log,
        day: NaiveDate,
        on_step: OnStep<'_>,
    ) -> Result<Contents, AppError> {
        self.db
            .tenant_blocking(&self.scope, |tx| queries::contents(tx, log, day, on_step))
    }

    /// Compares the logs with their seals: the chain from its first day, the rows of days from `since` on.
    ///
    /// # Errors
    /// When the database fails, or what `on_step` answers; a log that was tampered with is a [`Verdict`].
    pub fn check(&self, since: NaiveDate, on_step: OnStep<'_>) -> Result<Verdict, AppError> {
        let mut verdict = Verdict::default();
        for log in crate::domains::SEALED_LOGS {
            let seals = self
                .db
                .tenant_blocking(&self.scope, |tx| Ok(queries::seals(tx, log)?))?;
            let Some(first) = seals.first().map(|seal| seal.day) else {
                continue;
            };
            self.check_chain(log, &seals, &mut verdict);
            let early = self
                .db
                .tenant_blocking(&self.scope, |tx| Ok(queries::before(tx, log, first)?))?;
            if early > 0 {
                let what = format!(
                    "{} from before this day, the first that was sealed.",
                    added(early)
                );
                verdict.find(log, first, what);
            }
            let kept = self
                .db
                .tenant_blocking(&self.scope, |tx| Ok(queries::kept_from(tx, log)?))?;
            let since = kept.map_or(since, |kept| kept.max(since));
            for seal in seals.iter().filter(|seal| seal.day >= since) {
                let now = self.contents(log, seal.day, on_step)?;
                verdict.days += 1;
                verdict.rows += now.amount;
                if let Some(what) = differs(&seal.contents, &now) {
                    verdict.find(log, seal.day, what);
                }
            }
        }
        Ok(verdict)
    }

    fn check_chain(&self, log: &Log, seals: &[Seal], verdict: &mut Verdict) {
        let mut before: Option<&Seal> = None;
        for seal in seals {
            let expected = before.map_or(seal.day, |before| before.day + TimeDelta::days(1));
            if seal.day != expected {
                let days = (seal.day - expected).num_days();
                let what = format!("The seal of this day is gone{}.", and_more(days - 1));
                verdict.find(log, expected, what);
            } else if seal.root != seal.root_after(&self.signer, (self.scope.org(), log), before) {
                let what = "The seal itself was changed, or made with another secret than this portal's.";
                verdict.find(log, seal.day, what.to_owned());
            }
            before = Some(seal);
        }
    }
}

fn and_more(days: i64) -> String {
    match days {
        ..1 => String::new(),
        1 => ", and of the day after".to_owned(),
        days => format!(", and of {days} days after"),
    }
}

/// What is wrong with a day's rows, in words.
fn differs(sealed: &Contents, now: &Contents) -> Option<String> {
    match now.amount - sealed.amount {
        0 if now.hash == sealed.hash => None,
        0 => Some("Rows were changed.".to_owned()),
        more @ 1.. => Some(format!("{}.", added(more))),
        -1 => Some(format!("1 of {} rows is missing.", sealed.amount)),
        fewer => Some(format!("{} of {} rows are missing.", -fewer, sealed.amount)),
    }
}

fn added(rows: i64) -> String {
    match rows {
        1 => "1 row was added".to_owned(),
        rows => format!("{rows} rows were added"),
    }
}

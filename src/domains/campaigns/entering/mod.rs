//! Campaigns that go to each person once, as soon as they come into the audience: a welcome to whoever joins, a word to whoever is given
//! a tag. The audience is looked through every few minutes until a day that was said beforehand.
//!
//! Invariants: who was decided about once, also with a no, is never asked about again; nothing is sent to who comes in after the end.

pub mod queries;
mod routes;

use chrono::{DateTime, Months, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::domains::campaigns::model::{Campaign, Start, State};
use crate::domains::campaigns::policy::Campaigning;
use crate::domains::campaigns::variants;
use crate::domains::consent::rules::moment_at;
use crate::kernel::error::AppError;
use crate::kernel::ids::CampaignId;
use crate::platform::audit::Entry as AuditEntry;
use crate::platform::db::TenantTx;

pub use routes::routes;

/// How far ahead the end may be. Shorter than the shortest time for which the log is kept (36 months), by which nobody gets it twice.
pub const LONGEST: TimeDelta = TimeDelta::days(731);
/// How often the audience is looked through.
const LOOKS: TimeDelta = TimeDelta::minutes(5);
/// For how long the copy of a campaign goes on, when nothing else is said.
const USUAL: Months = Months::new(12);

/// Until when a campaign goes to whoever comes into its audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Who comes in at or after this moment gets nothing.
    pub until: DateTime<Utc>,
    /// Whether those get it, too, who are in the audience when it begins.
    pub with_present: bool,
}

impl Entry {
    /// Until a day is over on the clocks of a zone.
    pub fn until_end_of(day: NaiveDate, zone: Tz, with_present: bool) -> Self {
        let next = day.succ_opt().unwrap_or(day);
        Self {
            until: moment_at(zone, next.and_time(NaiveTime::MIN)),
            with_present,
        }
    }

    /// The last day on which somebody who comes in gets it, on the clocks of a zone.
    pub fn last_day(self, zone: Tz) -> NaiveDate {
        (self.until - TimeDelta::seconds(1))
            .with_timezone(&zone)
            .date_naive()
    }

    /// Such as `To each person once, as soon as they come into the audience, until 3 Mar 2027`.
    pub fn in_words(self, zone: Tz) -> String {
        format!(
            "{}, until {}",
            Start::Entry.label(),
            self.last_day(zone).format("%-d %b %Y")
        )
    }
}

/// Whom a look through the audience is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newcomers {
    /// Everybody who was not decided about yet.
    All,
    /// The same, but it is the first look, and those who are in the audience already get nothing.
    AfterThese,
}

/// Whom a look through the audience is for; nothing when a campaign goes to everybody at once, or is a draft of which it is asked what it
/// would do.
///
/// # Errors
/// When the database fails.
pub fn newcomers(tx: &mut TenantTx<'_>, campaign: &Campaign) -> Result<Option<Newcomers>, AppError> {
    if campaign.starts != Start::Entry || campaign.state == State::Draft {
        return Ok(None);
    }
    let standing = queries::standing(tx, campaign.id)?;
    Ok(standing.map(
        |standing| match standing.entry.with_present || standing.present_at.is_some() {
            true => Newcomers::All,
            false => Newcomers::AfterThese,
        },
    ))
}

/// What keeps a draft from going to whoever comes in: which step mends it, and what to do.
///
/// # Errors
/// When the database fails.
pub fn missing(
    tx: &mut TenantTx<'_>,
    campaign: &Campaign,
) -> Result<Option<(&'static str, String)>, AppError> {
    if campaign.starts != Start::Entry {
        return Ok(None);
    }
    let Some(entry) = queries::entry(tx, campaign.id)? else {
        return Ok(Some((
            "schedule",
            "Say until when it goes to people who come in.".to_owned(),
        )));
    };
    if entry.until <= tx.now() {
        return Ok(Some((
            "schedule",
            "The day until which it was to go has passed.".to_owned(),
        )));
    }
    let tries = variants::queries::shape(tx, campaign.id)?.is_some_and(|(_, variants)| variants > 1);
    Ok(tries.then(|| {
        let words = "Other wordings can be tried only when everybody gets it at once. Take them out, or choose another time.";
        ("schedule", words.to_owned())
    }))
}

/// The same as of another campaign, for its copy: until a year from now.
///
/// # Errors
/// When the database fails.
pub fn renewed(tx: &mut TenantTx<'_>, of: CampaignId) -> Result<Option<Entry>, AppError> {
    let now = tx.now();
    let until = now.checked_add_months(USUAL).unwrap_or(now);
    Ok(queries::entry(tx, of)?.map(|entry| Entry { until, ..entry }))
}

/// Notes that the whole audience was looked through. When nobody who comes in gets it any more, the campaign ends with what is in the queue.
///
/// # Errors
/// When the database fails.
pub fn looked(tx: &mut TenantTx<'_>, campaign: CampaignId) -> Result<(), AppError> {
    let now = tx.now();
    queries::note_look(tx, campaign)?;
    let is_over = queries::entry(tx, campaign)?.is_none_or(|entry| entry.until <= now);
    match is_over {
        true => Ok(queries::close(tx, campaign)?),
        false => Ok(()),
    }
}

/// How long until the audience is looked through again; nothing when it is not.
///
/// # Errors
/// When the database fails.
pub fn next_look(tx: &mut TenantTx<'_>, id: CampaignId) -> Result<Option<TimeDelta>, AppError> {
    let campaign = super::queries::campaign(tx, id)?;
    let goes_on =
        campaign.starts == Start::Entry && campaign.state == State::Sending && campaign.gathered_at.is_none();
    let Some(entry) = queries::entry(tx, id)?.filter(|_| goes_on) else {
        return Ok(None);
    };
    // The last look is at the end itself, so that nobody waits for longer than all the others.
    let left = (entry.until - tx.now()).max(TimeDelta::zero());
    Ok(Some(left.min(LOOKS)))
}

/// Ends it before its day: whoever comes in from now on gets nothing, what is in the queue still leaves.
///
/// # Errors
/// [`AppError::Conflict`] when it does not go to people who come in, or not any more.
pub fn end_now(tx: &mut TenantTx<'_>, _: &Campaigning, id: CampaignId) -> Result<(), AppError> {
    let campaign = super::queries::lock(tx, id)?;
    let goes_on = matches!(campaign.state, State::Sending | State::Paused)
        && campaign.starts == Start::Entry
        && campaign.gathered_at.is_none();
    if !goes_on {
        return Err(AppError::Conflict("It does not wait for anybody.".to_owned()));
    }
    queries::close(tx, id)?;
    tx.audit(AuditEntry::of("campaigns.campaign.closed", "campaign", id))?;
    let signals = tx.signals().clone();
    tx.after_commit(move || signals.sending.notify_one());
    Ok(())
}

//! Whether and when somebody is told. Pure.

use chrono::{DateTime, Datelike, Days, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;

use crate::domains::consent::model::{Frequency, Pauses};
use crate::domains::consent::rules::{QuietHours, QuietWeek, moment_at};
use crate::domains::consent::standing::Standing;

use super::model::Reason;

/// When the mail of a day or a week comes, by the reader's clock.
const DIGESTS_AT: NaiveTime = match NaiveTime::from_hms_opt(8, 0, 0) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

/// What is known about what happened, when it is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    pub is_gone: bool,
    pub is_read: bool,
    pub is_muted: bool,
    /// Whether it waited for a digest, which is now due.
    pub was_gathered: bool,
}

/// What is known about the person, for one kind of messages.
#[derive(Debug, Clone)]
pub struct Reader {
    pub is_active: bool,
    pub has_address: bool,
    pub is_suppressed: bool,
    pub standing: Standing,
    pub frequency: Frequency,
    pub pauses: Pauses,
    pub zone: Tz,
}

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They are told now.
    Tell,
    /// They are not told.
    Leave(Reason),
    /// It is decided then.
    Later(DateTime<Utc>),
    /// It waits for the digest of then.
    Gather(DateTime<Utc>),
}

/// Decides. What is over is over before anything else is asked; what the person said no to is never kept for later.
pub fn decide(facts: Facts, reader: &Reader, now: DateTime<Utc>) -> Verdict {
    let no = match reader.standing {
        Standing::Allowed { .. } => None,
        Standing::Withdrawn { .. } => Some(Reason::Withdrawn),
        Standing::Expired { .. } => Some(Reason::Expired),
        Standing::NoBasis => Some(Reason::NoBasis),
    };
    let reasons = [
        (facts.is_gone, Reason::Gone),
        (facts.is_read, Reason::Read),
        (!reader.is_active, Reason::Inactive),
        (facts.is_muted, Reason::Muted),
        (!reader.has_address, Reason::NoAddress),
        (reader.is_suppressed, Reason::Suppressed),
    ];
    let reason = reasons.into_iter().find(|(holds, _)| *holds);
    if let Some(reason) = reason.map(|(_, reason)| reason).or(no) {
        return Verdict::Leave(reason);
    }
    if !facts.was_gathered
        && let Some(digest) = next_digest(reader.frequency, reader.zone, now)
    {
        return Verdict::Gather(digest);
    }
    if let Some(until) = reader.pauses.paused_until.filter(|until| *until > now) {
        return Verdict::Later(until);
    }
    match end_of_quiet(reader, now) {
        Some(end) => Verdict::Later(end),
        None => Verdict::Tell,
    }
}

/// When the next digest comes; none for who is told at once.
pub fn next_digest(frequency: Frequency, zone: Tz, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let today = now.with_timezone(&zone).date_naive();
    let days = (0..=8_u64).filter_map(|ahead| today.checked_add_days(Days::new(ahead)));
    days.filter(|day| match frequency {
        Frequency::RealTime => false,
        Frequency::Daily => true,
        Frequency::Weekly => day.weekday() == Weekday::Mon,
    })
    .map(|day| moment_at(zone, day.and_time(DIGESTS_AT)))
    .find(|moment| *moment > now)
}

fn end_of_quiet(reader: &Reader, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let (Some(from), Some(to)) = (reader.pauses.quiet_from, reader.pauses.quiet_to) else {
        return None;
    };
    let local = now.with_timezone(&reader.zone).naive_local();
    let rest = QuietWeek::every_day(QuietHours { from, to }).rest_at(local)?;
    local
        .checked_add_signed(TimeDelta::seconds(i64::from(rest)))
        .map(|end| moment_at(reader.zone, end))
}

//! From the clock on a wall to moments, at the turns of summer time too.

use chrono::{DateTime, LocalResult, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// The moment at which a zone's clocks show a local time. A time that they show twice is its first; one that they
/// jump over is the first moment after the jump.
pub fn moment_at(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => moment.with_timezone(&Utc),
        LocalResult::None => after_the_jump(zone, local),
    }
}

/// Zones have been from UTC-12 to UTC+14, and a whole day was jumped over once (Samoa, 30 December 2011), so these
/// bounds hold the moment; no zone turns its clock twice within them.
fn after_the_jump(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    let near = local.and_utc();
    let from = near - TimeDelta::hours(15);
    let to = near + TimeDelta::hours(14);
    first_instant_where(from, to, |moment| {
        moment.with_timezone(&zone).naive_local() >= local
    })
}

/// The first moment after `from` and up to `to`, to the second, at which `holds` does, when it holds from some moment
/// on and does at `to`.
pub fn first_instant_where(
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    holds: impl Fn(DateTime<Utc>) -> bool,
) -> DateTime<Utc> {
    let (mut before, mut after) = (from.timestamp(), to.timestamp());
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        match DateTime::from_timestamp(middle, 0).is_some_and(&holds) {
            true => after = middle,
            false => before = middle,
        }
    }
    DateTime::from_timestamp(after, 0).unwrap_or(to)
}

//! Time is a parameter: the clock is read at the edges only, and tests move their own.

use std::fmt::Debug;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// Where the present moment comes from.
pub trait Clock: Debug + Send + Sync {
    /// The present moment, UTC.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the machine's clock is read"
    )]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// The machine's clock shifted by an adjustable number of seconds; lets tests pass days in an instant.
#[derive(Debug, Default)]
pub struct ShiftedClock {
    seconds: AtomicI64,
}

impl ShiftedClock {
    /// Moves this clock forward (or back, when negative) by `delta`.
    pub fn advance(&self, delta: TimeDelta) {
        self.seconds.fetch_add(delta.num_seconds(), Ordering::SeqCst);
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + TimeDelta::seconds(self.seconds.load(Ordering::SeqCst))
    }
}

/// Years that days people write are of: what databases, calendars (RFC 5545) and our own forms write with four digits.
const YEARS: RangeInclusive<i32> = 1900..=9999;

/// Whether a day is of a year from 1900 to 9999.
pub fn is_in_calendar(day: NaiveDate) -> bool {
    YEARS.contains(&day.year())
}

/// The first moment of a day somewhere; where clocks are put forward over midnight, the first one there is.
pub fn begin_of_day(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    let local = (0..=3).find_map(|hours| {
        zone.from_local_datetime(&(midnight + TimeDelta::hours(hours)))
            .earliest()
    });
    local.map_or_else(|| midnight.and_utc(), |moment| moment.with_timezone(&Utc))
}

/// A day as ISO 8601 writes it, such as `2026-12-24`; none when it is none, or of another year than from 1900 to 9999.
pub fn read_day(text: &str) -> Option<NaiveDate> {
    let day: NaiveDate = text.trim().parse().ok()?;
    Some(day).filter(|day| is_in_calendar(*day))
}

/// `moment` in a person's zone as `20 Nov 2026, 16:05`.
pub fn local_date_time(moment: DateTime<Utc>, zone: Tz) -> String {
    moment.with_timezone(&zone).format("%-d %b %Y, %H:%M").to_string()
}

/// `moment` in a person's zone as `16:05`.
pub fn local_clock(moment: DateTime<Utc>, zone: Tz) -> String {
    moment.with_timezone(&zone).format("%H:%M").to_string()
}

/// `moment` in a person's zone as a day people say: `Today`, `Yesterday`, or `Friday 20 November 2026`.
pub fn local_day(moment: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let day = moment.with_timezone(&zone).date_naive();
    let today = now.with_timezone(&zone).date_naive();
    match (today - day).num_days() {
        0 => "Today".to_owned(),
        1 => "Yesterday".to_owned(),
        _ => day.format("%A %-d %B %Y").to_string(),
    }
}

/// The machine-readable value of a `<time datetime>` attribute (RFC 3339, UTC, whole seconds).
pub fn machine(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// How long to wait, in words: `1 second`, `40 seconds`, `15 minutes`; whole minutes from one on, rounded up.
pub fn waiting_time(seconds: u64) -> String {
    let (count, unit) = match seconds {
        ..60 => (seconds, "second"),
        _ => (seconds.div_ceil(60), "minute"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// How long ago, in words: `just now`, `5 minutes ago`, `3 days ago`.
pub fn ago(moment: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = (now - moment).num_seconds();
    let (count, unit) = match seconds {
        ..45 => return "just now".to_owned(),
        45..3_600 => ((seconds + 30) / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let count = count.max(1);
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}

/// `2026-11-29 02:10 UTC`, for what leaves the portal and is read anywhere.
pub fn utc(moment: DateTime<Utc>) -> String {
    moment.format("%Y-%m-%d %H:%M UTC").to_string()
}

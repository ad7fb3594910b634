//! Hours and days, and how long something took in words.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// Hours shown, from the first message on.
const HOURS: i32 = 48;
/// Days shown.
const DAYS: i32 = 60;

/// In which steps time is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Hours, two days of them.
    Hour,
    /// Days.
    Day,
}

impl Step {
    /// As an address has it; hours for anything else.
    pub fn of_word(word: &str) -> Self {
        match word {
            "days" => Self::Day,
            _ => Self::Hour,
        }
    }

    /// As the database calls it.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// As the heading of a column.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Hour => "Hour",
            Self::Day => "Day",
        }
    }

    /// What steps are told apart by: the moment an hour begins; of a day its midnight as if it were in UTC, since where clocks are
    /// changed not every day has as many hours.
    pub fn key(self, begins: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Hour => begins,
            Self::Day => begins
                .with_timezone(&zone)
                .date_naive()
                .and_time(NaiveTime::MIN)
                .and_utc(),
        }
    }

    /// The steps between two keys, both among them; no more than are shown.
    pub fn between(self, first: DateTime<Utc>, last: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let (length, most) = match self {
            Self::Hour => (TimeDelta::hours(1), HOURS),
            Self::Day => (TimeDelta::days(1), DAYS),
        };
        (0..most)
            .map(|n| first + length * n)
            .take_while(|at| *at <= last)
            .collect()
    }

    /// A step by the clocks of a zone.
    pub fn words(self, key: DateTime<Utc>, zone: Tz) -> String {
        match self {
            Self::Hour => key.with_timezone(&zone).format("%-d %b, %H:%M").to_string(),
            Self::Day => key.format("%-d %b").to_string(),
        }
    }
}

/// How long something took: `0.4 s`, `3 min 20 s`, `2 h 5 min`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "seconds of hours and days, which is whole after rounding"
)]
pub fn took(seconds: f64) -> String {
    let whole = seconds.round() as i64;
    match whole {
        ..60 => format!("{seconds:.1} s"),
        60..3_600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3_600, whole % 3_600 / 60),
    }
}

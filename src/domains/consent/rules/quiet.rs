//! Hours of the week in which nobody is to be disturbed, by the clock on the wall.

use chrono::{Datelike, NaiveDateTime, NaiveTime, Timelike, Weekday};
use serde::{Deserialize, Serialize};

const DAY: u32 = 24 * 60 * 60;
const WEEK: u32 = 7 * DAY;

/// From one time of day to another; over midnight when `to` is not after `from`, so equal times are a whole day.
/// `to` itself is outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct QuietHours {
    pub from: NaiveTime,
    pub to: NaiveTime,
}

impl QuietHours {
    /// Seconds from `from` to `to`, 1 to 86,400.
    fn length(self) -> u32 {
        let (from, to) = (
            self.from.num_seconds_from_midnight(),
            self.to.num_seconds_from_midnight(),
        );
        match to > from {
            true => to - from,
            false => to + DAY - from,
        }
    }
}

/// A span of the week in seconds since Monday 00:00; `to` is outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    from: u32,
    to: u32,
}

/// The quiet spans of a week, in order, apart from each other; the same every week.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuietWeek {
    spans: Vec<Span>,
}

impl QuietWeek {
    /// The same quiet hours on every day.
    pub fn every_day(hours: QuietHours) -> Self {
        Self::inside(WEEKDAYS.map(|day| (day, hours)))
    }

    /// Quiet in these hours; each pair names the day on which they begin.
    pub fn inside(hours: impl IntoIterator<Item = (Weekday, QuietHours)>) -> Self {
        Self::of(
            hours
                .into_iter()
                .flat_map(|(day, hours)| spans_of(day, hours))
                .collect(),
        )
    }

    /// Quiet outside of these hours; each pair names the day on which they begin. Without any pair all is quiet.
    pub fn outside(hours: impl IntoIterator<Item = (Weekday, QuietHours)>) -> Self {
        Self::inside(hours).complement()
    }

    /// Quiet when either is: the stricter of the two at every moment.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::of(self.spans.iter().chain(&other.spans).copied().collect())
    }

    /// Whether no moment of the week is left.
    pub fn is_always(&self) -> bool {
        self.spans == [Span { from: 0, to: WEEK }]
    }

    /// Whether it never asks for quiet.
    pub fn is_never(&self) -> bool {
        self.spans.is_empty()
    }

    /// Seconds of quiet still to come by the wall clock at a local time, at most a day's; none when it is not quiet.
    pub fn rest_at(&self, local: NaiveDateTime) -> Option<u32> {
        let day = local.weekday().num_days_from_monday();
        let second = day * DAY + local.time().num_seconds_from_midnight();
        self.spans
            .iter()
            .find(|span| (span.from..span.to).contains(&second))
            .map(|span| (span.to - second).min(DAY))
    }

    fn of(mut spans: Vec<Span>) -> Self {
        spans.sort_by_key(|span| span.from);
        let mut apart: Vec<Span> = Vec::new();
        for span in spans {
            match apart.last_mut() {
                Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
                _ => apart.push(span),
            }
        }
        Self { spans: apart }
    }

    fn complement(&self) -> Self {
        let mut spans = Vec::new();
        let mut from = 0;
        for span in &self.spans {
            if from < span.from {
                spans.push(Span { from, to: span.from });
            }
            from = span.to;
        }
        if from < WEEK {
            spans.push(Span { from, to: WEEK });
        }
        Self { spans }
    }
}

const WEEKDAYS: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

/// One span, or two when it runs over the end of the week.
fn spans_of(day: Weekday, hours: QuietHours) -> Vec<Span> {
    let from = day.num_days_from_monday() * DAY + hours.from.num_seconds_from_midnight();
    let to = from + hours.length();
    match to > WEEK {
        true => vec![
            Span { from, to: WEEK },
            Span {
                from: 0,
                to: to - WEEK,
            },
        ],
        false => vec![Span { from, to }],
    }
}

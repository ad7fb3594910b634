//! The sixty days before the plan's moment, as one organization lives them.

use chrono::{
    DateTime, Datelike, Days as DayCount, Duration, NaiveDate, NaiveDateTime, TimeZone, Utc, Weekday,
};
use chrono_tz::Tz;

use super::{
    corpus::{Days, Hours},
    dice::Dice,
    setting::Rhythm,
};

/// How far back a plan reaches, in days.
pub const DAYS: i64 = 60;

/// Days and their weight, in the organization's own zone.
#[derive(Debug)]
pub struct Calendar {
    now: DateTime<Utc>,
    zone: Tz,
    today: NaiveDate,
    /// How talkative each day is: its offset from today (0, -1, …) and its weight.
    days: Vec<(i64, f64)>,
}

impl Calendar {
    /// Days up to `now` in the zone of that IANA name (UTC when there is no such zone).
    pub fn new(now: DateTime<Utc>, zone: &str, dice: &mut Dice) -> Self {
        let zone: Tz = zone.parse().unwrap_or(Tz::UTC);
        let today = now.with_timezone(&zone).date_naive();
        let days = (-(DAYS - 1)..=0)
            .map(|offset| (offset, weight(moved(today, offset), dice)))
            .collect();
        Self {
            now,
            zone,
            today,
            days,
        }
    }

    /// The moment of the plan.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The local date so many days from today.
    pub fn date(&self, offset: i64) -> NaiveDate {
        moved(self.today, offset)
    }

    /// A moment on the clock of the organization.
    pub fn local(&self, moment: DateTime<Utc>) -> NaiveDateTime {
        moment.with_timezone(&self.zone).naive_local()
    }

    /// A day by chance, not before the offset `first`, busy days more often.
    pub fn draw_day(&self, first: i64, dice: &mut Dice) -> i64 {
        dice.pick_weighted(&self.days, |day| if day.0 < first { 0.0 } else { day.1 })
            .map_or(0, |day| day.0)
    }

    /// The day nearest to `offset`, within a week and inside the plan, on which `days` holds.
    pub fn nearest(&self, offset: i64, days: Days) -> i64 {
        (0..7)
            .flat_map(|distance| [offset - distance, offset + distance])
            .filter(|candidate| (-(DAYS - 1)..=0).contains(candidate))
            .find(|candidate| holds(days, self.date(*candidate).weekday()))
            .unwrap_or(offset)
    }

    /// A fixed day of a story: moved off the weekend, because meetings are.
    pub fn working_day(&self, offset: i64) -> i64 {
        match self.date(offset).weekday() {
            Weekday::Sat => offset - 1,
            Weekday::Sun if offset < 0 => offset + 1,
            Weekday::Sun => offset - 2,
            _ => offset,
        }
    }

    /// Minutes after a day's midnight at which something starts; past 1,440 it is the
    /// small hours of the next day.
    pub fn draw_minute(&self, hours: Hours, rhythm: Rhythm, dice: &mut Dice) -> i64 {
        let (from, to) = match hours {
            Hours::Any => span(rhythm, dice),
            Hours::Morning => (6 * 60, 9 * 60 + 30),
            Hours::Day => (9 * 60, 16 * 60 + 30),
            Hours::Evening => (17 * 60, 21 * 60 + 40),
            Hours::Night => (22 * 60, 28 * 60),
            Hours::Late => (26 * 60 + 42, 26 * 60 + 50),
        };
        dice.between(from, to)
    }

    /// The moment so many minutes after local midnight of that day. Counted from noon, which
    /// exists on every day of every zone.
    pub fn moment(&self, offset: i64, minutes: i64) -> DateTime<Utc> {
        let noon = self.date(offset).and_hms_opt(12, 0, 0).unwrap_or_default();
        let noon = self
            .zone
            .from_local_datetime(&noon)
            .earliest()
            .map_or_else(|| noon.and_utc(), |local| local.with_timezone(&Utc));
        noon + Duration::minutes(minutes - 12 * 60)
    }
}

/// The date so many days later; the same date at the end of time.
pub fn moved(date: NaiveDate, days: i64) -> NaiveDate {
    let count = DayCount::new(days.unsigned_abs());
    let moved = if days < 0 {
        date.checked_sub_days(count)
    } else {
        date.checked_add_days(count)
    };
    moved.unwrap_or(date)
}

fn weight(date: NaiveDate, dice: &mut Dice) -> f64 {
    let by_weekday = match date.weekday() {
        Weekday::Sat => 0.5,
        Weekday::Sun => 0.45,
        Weekday::Mon | Weekday::Thu => 1.15,
        _ => 1.0,
    };
    // Some days are quiet, a few are wild, and nobody knows which beforehand.
    let by_luck = match dice.between(1, 20) {
        1..=3 => 0.35,
        4..=15 => 1.0,
        16..=18 => 1.6,
        _ => 2.6,
    };
    by_weekday * by_luck
}

fn holds(days: Days, weekday: Weekday) -> bool {
    match days {
        Days::Any => true,
        Days::Weekday => !matches!(weekday, Weekday::Sat | Weekday::Sun),
        Days::Weekend => matches!(weekday, Weekday::Sat | Weekday::Sun),
        Days::Monday => weekday == Weekday::Mon,
        Days::Friday => weekday == Weekday::Fri,
        Days::Sunday => weekday == Weekday::Sun,
    }
}

fn span(rhythm: Rhythm, dice: &mut Dice) -> (i64, i64) {
    let roll = dice.between(1, 100);
    match rhythm {
        Rhythm::Shifts => match roll {
            1..=16 => (6 * 60 + 20, 7 * 60 + 50),
            17..=38 => (8 * 60, 13 * 60),
            39..=58 => (13 * 60, 16 * 60),
            59..=84 => (16 * 60, 21 * 60 + 30),
            85..=94 => (21 * 60 + 30, 24 * 60),
            _ => (24 * 60, 29 * 60),
        },
        Rhythm::Office => match roll {
            1..=80 => (8 * 60, 17 * 60),
            _ => (17 * 60, 21 * 60),
        },
        Rhythm::Evening => match roll {
            1..=25 => (11 * 60 + 45, 13 * 60 + 15),
            _ => (16 * 60, 22 * 60),
        },
        Rhythm::Night => match roll {
            1..=25 => (18 * 60 + 30, 20 * 60),
            26..=85 => (22 * 60, 29 * 60),
            _ => (30 * 60, 32 * 60),
        },
    }
}

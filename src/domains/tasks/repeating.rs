//! When a repeating task comes again. Pure.

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::kernel::time::is_in_calendar;

use super::model::RepeatUnit;

/// How a task repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat {
    /// Every how many days, weeks or months; at least 1.
    pub every: u32,
    /// Days, weeks or months.
    pub unit: RepeatUnit,
    /// The last day a next one may be due; none: without end.
    pub until: Option<NaiveDate>,
}

impl Repeat {
    /// The day after `due` on which it comes again: the next of the rhythm that is not over yet, so that what was left undone for a
    /// month is not owed four times. `month_day` is the day of the month it began on; a month that is too short has it on its last.
    /// None when it has come to its end.
    pub fn next(&self, due: NaiveDate, month_day: u32, today: NaiveDate) -> Option<NaiveDate> {
        let next = match self.unit {
            RepeatUnit::Day => after_days(due, u64::from(self.every), today),
            RepeatUnit::Week => after_days(due, u64::from(self.every) * 7, today),
            RepeatUnit::Month => self.after_months(due, month_day, today),
        }?;
        self.goes_on(next).then_some(next)
    }

    fn after_months(&self, due: NaiveDate, month_day: u32, today: NaiveDate) -> Option<NaiveDate> {
        let first = due.with_day(1)?;
        let behind = (today.year() - due.year()) * 12 + (i32::try_from(today.month0()).ok()?)
            - i32::try_from(due.month0()).ok()?;
        // As many steps as surely are over, then one by one.
        let skipped = u32::try_from(behind).unwrap_or(0) / self.every;
        (skipped.max(1)..=skipped.max(1) + 2)
            .filter_map(|steps| {
                let month = first.checked_add_months(Months::new(steps.checked_mul(self.every)?))?;
                day_of_month(month, month_day)
            })
            .find(|day| *day > due && *day >= today)
    }

    /// The day it is due after a conversation on `day`, or after it was done then. None when it has come to its end.
    pub fn after(&self, day: NaiveDate) -> Option<NaiveDate> {
        let next = match self.unit {
            RepeatUnit::Day => day.checked_add_days(Days::new(self.every.into())),
            RepeatUnit::Week => day.checked_add_days(Days::new(u64::from(self.every) * 7)),
            RepeatUnit::Month => day.checked_add_months(Months::new(self.every)),
        }?;
        self.goes_on(next).then_some(next)
    }

    fn goes_on(&self, next: NaiveDate) -> bool {
        self.until.is_none_or(|until| next <= until) && is_in_calendar(next)
    }

    /// `every day`, `every 2 weeks until 1 Mar 2027`.
    pub fn in_words(&self) -> String {
        let rhythm = match self.every {
            1 => format!("every {}", self.unit.as_str()),
            every => format!("every {every} {}", self.unit.label()),
        };
        match self.until {
            Some(until) => format!("{rhythm} until {}", until.format("%-d %b %Y")),
            None => rhythm,
        }
    }
}

fn after_days(due: NaiveDate, step: u64, today: NaiveDate) -> Option<NaiveDate> {
    let behind = u64::try_from((today - due).num_days()).unwrap_or(0);
    let steps = behind.div_ceil(step.max(1)).max(1);
    due.checked_add_days(Days::new(steps.checked_mul(step)?))
}

/// This day of a month, or its last when it is shorter.
fn day_of_month(first: NaiveDate, day: u32) -> Option<NaiveDate> {
    (28..=day.max(28))
        .rev()
        .find_map(|last| first.with_day(day.min(last)))
}

//! A month as calendars show it: in whole weeks from Monday (ISO 8601).

use chrono::{Datelike, Days, NaiveDate};

/// A month, by its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month(NaiveDate);

impl Month {
    /// The month of a day.
    pub fn of(day: NaiveDate) -> Self {
        Self(day.with_day(1).unwrap_or(day))
    }

    /// The month an address asks for, such as `2026-12`, of a year people plan in; else that of `today`.
    pub fn shown(word: &str, today: NaiveDate) -> Self {
        let first: Option<NaiveDate> = format!("{word}-01").parse().ok();
        first
            .filter(|first| (2000..2200).contains(&first.year()))
            .map_or(Self::of(today), Self::of)
    }

    /// The one before.
    #[must_use]
    pub fn before(self) -> Self {
        Self::of(self.0.pred_opt().unwrap_or(self.0))
    }

    /// The one after.
    #[must_use]
    pub fn after(self) -> Self {
        Self::of(self.0.checked_add_days(Days::new(31)).unwrap_or(self.0))
    }

    /// Whether a day is one of this month.
    pub fn has(self, day: NaiveDate) -> bool {
        Self::of(day) == self
    }

    /// The Monday before its first day, and the Sunday after its last; or these days themselves.
    pub fn weeks(self) -> (NaiveDate, NaiveDate) {
        let first = self.0;
        let last = self.after().0.pred_opt().unwrap_or(first);
        let back = u64::from(first.weekday().num_days_from_monday());
        let on = 6 - u64::from(last.weekday().num_days_from_monday());
        (
            first.checked_sub_days(Days::new(back)).unwrap_or(first),
            last.checked_add_days(Days::new(on)).unwrap_or(last),
        )
    }

    /// Every day of [`Month::weeks`].
    pub fn days(self) -> impl Iterator<Item = NaiveDate> {
        let (from, to) = self.weeks();
        from.iter_days().take_while(move |day| *day <= to)
    }

    /// Such as `December 2026`.
    pub fn words(self) -> String {
        self.0.format("%B %Y").to_string()
    }

    /// As addresses have it: such as `2026-12`.
    pub fn machine(self) -> String {
        self.0.format("%Y-%m").to_string()
    }
}

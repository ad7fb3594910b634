//! The calendar as people see it.

use askama::Template;
use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;

use crate::domains::campaigns::model::State;
use crate::domains::campaigns::wizard::pages::icon_of;
use crate::domains::consent;
use crate::kernel::error::AppError;
use crate::kernel::month::Month;
use crate::kernel::time::local_clock;
use crate::platform::db::TenantTx;
use crate::platform::web::{Shell, address};

use super::queries::{self, Placed};

/// A campaign on a day.
pub struct Entry {
    pub href: String,
    pub name: String,
    pub icon: &'static str,
    pub state: &'static str,
    pub tone: &'static str,
    /// When on that day.
    pub clock: String,
    /// Whether nothing more leaves.
    pub is_over: bool,
}

/// One day.
pub struct Day {
    /// Such as `2026-12-03`.
    pub machine: String,
    /// Such as `3`.
    pub number: u32,
    /// Such as `Thursday, 3 December`.
    pub words: String,
    pub is_today: bool,
    /// Whether it belongs to the month before or after.
    pub is_outside: bool,
    pub entries: Vec<Entry>,
    /// Pairs of campaigns for the same people, in words.
    pub clashes: Vec<String>,
}

/// `/campaigns/calendar`
#[derive(Template)]
#[template(path = "campaigns/calendar.html")]
pub struct CalendarPage {
    pub shell: Shell,
    pub title: String,
    pub zone: String,
    pub before: String,
    pub after: String,
    /// The present month; empty when it is shown.
    pub present: String,
    pub days: Vec<Day>,
    pub is_empty: bool,
}

impl CalendarPage {
    /// A month of campaigns, in whole weeks.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(tx: &mut TenantTx<'_>, shell: Shell, month: &str) -> Result<Self, AppError> {
        let zone = consent::asker(tx)?.zone();
        let today = tx.now().with_timezone(&zone).date_naive();
        let month = Month::shown(month, today);
        let weeks = month.weeks();
        let mut found = queries::between(tx, weeks, zone.name())?;
        let is_empty = found.is_empty();
        let mut of = |date: NaiveDate| -> Vec<Placed> {
            let count = found.iter().take_while(|one| one.day <= date).count();
            found.drain(..count).collect()
        };
        let day = |date: NaiveDate| {
            let placed = of(date);
            Day {
                number: date.day(),
                words: date.format("%A, %-d %B").to_string(),
                is_today: date == today,
                is_outside: !month.has(date),
                clashes: clashes(&placed),
                entries: placed.into_iter().map(|one| entry(one, zone)).collect(),
                machine: date.to_string(),
            }
        };
        let at = |month: Month| address("/campaigns/calendar", &[("month", &month.machine())]);
        Ok(Self {
            shell,
            title: month.words(),
            zone: zone.name().replace('_', " "),
            before: at(month.before()),
            after: at(month.after()),
            present: match month.has(today) {
                true => String::new(),
                false => "/campaigns/calendar".to_owned(),
            },
            days: month.days().map(day).collect(),
            is_empty,
        })
    }
}

fn entry(one: Placed, zone: Tz) -> Entry {
    Entry {
        href: match one.state {
            State::Draft => format!("/campaigns/{}/content", one.id),
            _ => format!("/campaigns/{}", one.id),
        },
        icon: icon_of(one.channel),
        state: one.state.label(),
        tone: one.state.tone(),
        clock: match (one.at, one.local) {
            (Some(at), _) => local_clock(at, zone),
            (None, Some(local)) => format!("{} on their clocks", local.format("%H:%M")),
            (None, None) => String::new(),
        },
        is_over: is_over(one.state),
        name: one.name,
    }
}

const fn is_over(state: State) -> bool {
    matches!(state, State::Sent | State::Cancelled | State::Failed)
}

/// Which of a day's campaigns are for the same people: for everybody, or for the same segment.
fn clashes(of: &[Placed]) -> Vec<String> {
    let mut found = Vec::new();
    for (place, one) in of.iter().enumerate() {
        for other in of.iter().skip(place + 1) {
            let shares = one.segments.iter().any(|id| other.segments.contains(id));
            let meets_all = one.is_everyone && reaches(other) || other.is_everyone && reaches(one);
            if shares || meets_all {
                let verb = match is_over(one.state) && is_over(other.state) {
                    true => "May have reached",
                    false => "May reach",
                };
                found.push(format!(
                    "{verb} the same people: “{}” and “{}”",
                    one.name, other.name
                ));
            }
        }
    }
    found
}

/// Whether it is for anybody; drafts may not be yet.
fn reaches(one: &Placed) -> bool {
    one.is_everyone || !one.segments.is_empty()
}

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
    /// Which of its campaigns may reach the same people, in words; empty when none do, and for days gone by.
    pub clash: String,
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
                clash: match date < today {
                    true => String::new(),
                    false => clash(&placed),
                },
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

/// Which of a day's campaigns are for the same people over the same channel: for everybody, or for the same segment. Where nothing more
/// leaves of any of them, there is nothing to say.
fn clash(of: &[Placed]) -> String {
    let mut groups: Vec<Vec<&Placed>> = Vec::new();
    for one in of.iter().filter(|one| reaches(one)) {
        let (meets, mut apart): (Vec<_>, Vec<_>) = groups
            .into_iter()
            .partition(|group| group.iter().any(|other| meet(one, other)));
        let mut together: Vec<&Placed> = meets.into_iter().flatten().collect();
        together.push(one);
        apart.push(together);
        groups = apart;
    }
    let told: Vec<String> = groups
        .iter()
        .filter(|group| group.len() > 1 && group.iter().any(|one| !is_over(one.state)))
        .map(|group| named(group))
        .collect();
    match told.is_empty() {
        true => String::new(),
        false => format!("May reach the same people: {}", told.join("; ")),
    }
}

/// Whether somebody may get both.
fn meet(one: &Placed, other: &Placed) -> bool {
    let shares = || one.segments.iter().any(|id| other.segments.contains(id));
    one.channel == other.channel && (one.is_everyone || other.is_everyone || shares())
}

/// Campaigns by name, such as “One”, “Two” and “Three”.
fn named(group: &[&Placed]) -> String {
    let names: Vec<String> = group.iter().map(|one| format!("“{}”", one.name)).collect();
    match names.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => names.concat(),
    }
}

/// Whether it is for anybody; drafts may not be yet.
fn reaches(one: &Placed) -> bool {
    one.is_everyone || !one.segments.is_empty()
}

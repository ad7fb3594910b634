//! When figures that were shown may give way to newer ones. Pure.
//!
//! Whoever looks twice knows two tables of the same people. Laid over each other they part people by where they stood and where they stand, or
//! that they were or are not there. What can be worked out by comparing are sums of these parts: as long as each is empty or holds at least
//! [`LEAST`] people, that is nothing about fewer. Means move with how much people have done: they move with at least as many, or not at all.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::suppression::{COLUMNS, LEAST, Published, Row, publish_where, rank};

/// For how long figures stay at least.
pub const PERIOD: TimeDelta = TimeDelta::days(7);
/// After how long newer figures are shown although they tell less apart.
const TOO_OLD: TimeDelta = TimeDelta::days(28);

/// Somebody as they are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their enrolment.
    pub id: Uuid,
    /// Nil in no cohort.
    pub cohort: Uuid,
    /// How far they are, below [`COLUMNS`].
    pub column: usize,
    /// Lessons that count and are done.
    pub done: u64,
}

/// What was shown, when, and of whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub taken_at: DateTime<Utc>,
    pub shown: Published,
    pub people: Vec<Person>,
}

/// What is shown now, and whether it is what was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// What was.
    Stays,
    /// This from now on.
    Changes(Published),
    /// Nothing was shown, and nothing may be.
    Nothing,
}

/// Where a table puts somebody.
type Cell = (usize, usize);

/// What is shown now of these people, who stand in these rows.
pub fn turn(held: Option<&Held>, rows: Vec<Row>, people: &[Person], now: DateTime<Utc>) -> Turn {
    let Some(held) = held else {
        return publish_where(rows, |_| true).map_or(Turn::Nothing, Turn::Changes);
    };
    let age = now - held.taken_at;
    if age < PERIOD {
        return Turn::Stays;
    }
    match publish_where(rows, |shown| may_follow(held, shown, people)) {
        Some(shown) if age >= TOO_OLD || rank(&shown) >= rank(&held.shown) => Turn::Changes(shown),
        _ => Turn::Stays,
    }
}

/// Whether whoever knows both learns nothing about fewer than [`LEAST`] people.
pub fn may_follow(held: &Held, shown: &Published, people: &[Person]) -> bool {
    let before: HashMap<Uuid, &Person> = held.people.iter().map(|one| (one.id, one)).collect();
    let after: HashMap<Uuid, &Person> = people.iter().map(|one| (one.id, one)).collect();
    let mut parts: HashMap<(Option<Cell>, Option<Cell>), u32> = HashMap::new();
    let mut moved: HashMap<(usize, usize), u32> = HashMap::new();
    for one in people {
        let was = before.get(&one.id);
        let (old, new) = (was.and_then(|was| cell(&held.shown, was)), cell(shown, one));
        *parts.entry((old, new)).or_default() += 1;
        if let (Some(was), Some(old), Some(new)) = (was, old, new)
            && was.done != one.done
        {
            *moved.entry((old.0, new.0)).or_default() += 1;
        }
    }
    for one in held.people.iter().filter(|one| !after.contains_key(&one.id)) {
        *parts.entry((cell(&held.shown, one), None)).or_default() += 1;
    }
    parts.values().chain(moved.values()).all(|count| *count >= LEAST)
}

fn cell(shown: &Published, one: &Person) -> Option<Cell> {
    let row = shown.rows.iter().position(|row| row.of.contains(&one.cohort))?;
    let column = one.column.min(COLUMNS - 1);
    let span = shown
        .spans
        .iter()
        .position(|(first, last)| (*first..=*last).contains(&column))?;
    Some((row, span))
}

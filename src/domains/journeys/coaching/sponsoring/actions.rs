//! What a sponsor may be shown.

use chrono::{DateTime, Utc};

use crate::domains::tenancy::{self, ContextKind};
use crate::kernel::actor::Role;
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::{ContextId, JourneyId, MemberId};
use crate::platform::db::TenantTx;

use super::holding::{self, Held, Person, Turn};
use super::queries::{self, Counted};
use super::suppression::{COLUMNS, Published, Row};

/// That the acting member sponsors people.
#[derive(Debug, Clone, Copy)]
pub struct Sponsoring(MemberId);

impl Sponsoring {
    /// Who looks.
    pub fn reader(&self) -> MemberId {
        self.0
    }
}

/// Whether the acting member is a sponsor.
///
/// # Errors
/// [`AppError::Denied`] for everybody else.
pub fn sponsoring(tx: &TenantTx<'_>) -> Result<Sponsoring, AppError> {
    match tx.roles().has(Role::Sponsor) {
        true => Ok(Sponsoring(tx.my_id()?)),
        false => {
            Err(Denied::because("This page is for sponsors. Coaches find figures with each journey.").into())
        }
    }
}

/// What is shown of one journey.
#[derive(Debug, Clone)]
pub struct Journey {
    pub title: String,
    /// When it was so.
    pub taken_at: DateTime<Utc>,
    pub published: Published,
}

/// How those get on whom the acting member sponsors, by journey: the people of their cohorts, and of the groups they sponsor. What they were
/// shown stays until it may change ([`holding`]).
///
/// # Errors
/// As [`sponsoring`].
pub fn journeys(tx: &mut TenantTx<'_>) -> Result<Vec<Journey>, AppError> {
    let proof = sponsoring(tx)?;
    let mut contexts: Vec<ContextId> = Vec::new();
    let mut people: Vec<MemberId> = Vec::new();
    for belonging in tenancy::contexts_of(tx, proof.0)? {
        match belonging.context.kind {
            ContextKind::Cohort => contexts.push(belonging.context.id),
            ContextKind::Sponsor => {
                let all = tenancy::members_of_context(tx, belonging.context.id)?;
                people.extend(all.iter().map(|one| one.member));
            }
            ContextKind::Team | ContextKind::Challenge => {}
        }
    }
    people.retain(|member| *member != proof.0);
    let mut counted = queries::counted(tx, &proof, &contexts, &people)?;
    let mut found = Vec::new();
    while let Some(first) = counted.first() {
        let journey = first.journey_id;
        let others = counted.iter().position(|one| one.journey_id != journey);
        let rest = counted.split_off(others.unwrap_or(counted.len()));
        found.extend(shown(tx, &proof, (journey, counted))?);
        counted = rest;
    }
    Ok(found)
}

/// What is shown of a journey that these people learn; nothing when it is about too few.
fn shown(
    tx: &mut TenantTx<'_>,
    by: &Sponsoring,
    (journey, counted): (JourneyId, Vec<Counted>),
) -> Result<Option<Journey>, AppError> {
    let title = counted.first().map(|one| one.title.clone()).unwrap_or_default();
    let people: Vec<Person> = counted.iter().map(person).collect();
    let (held, now) = (queries::held(tx, by, journey)?, tx.now());
    let current = match holding::turn(held.as_ref(), rows(&counted), &people, now) {
        Turn::Nothing => None,
        Turn::Stays => held,
        Turn::Changes(shown) => {
            let next = Held {
                taken_at: now,
                shown,
                people,
            };
            queries::hold(tx, by, journey, &next)?;
            Some(next)
        }
    };
    Ok(current.map(|held| Journey {
        title,
        taken_at: held.taken_at,
        published: held.shown,
    }))
}

fn person(one: &Counted) -> Person {
    Person {
        id: one.id,
        cohort: one.cohort_id.unwrap_or_default(),
        column: usize::try_from(one.how_far).unwrap_or_default(),
        done: lessons(one.done),
    }
}

fn lessons(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

/// A row for each cohort.
fn rows(counted: &[Counted]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for one in counted {
        let at = person(one);
        let place = rows.iter().position(|row| row.of.contains(&at.cohort));
        let place = place.unwrap_or_else(|| {
            rows.push(Row {
                name: one.cohort.clone().unwrap_or_else(|| "In no cohort".to_owned()),
                of: vec![at.cohort],
                cells: [0; COLUMNS],
                done: 0,
                required: 0,
                planned: Some(0),
            });
            rows.len() - 1
        });
        let Some(row) = rows.get_mut(place) else { continue };
        if let Some(cell) = row.cells.get_mut(at.column) {
            *cell += 1;
        }
        row.done += at.done;
        row.required += lessons(one.required);
        row.planned = row
            .planned
            .zip(one.planned)
            .map(|(sum, more)| sum + lessons(more));
    }
    rows
}

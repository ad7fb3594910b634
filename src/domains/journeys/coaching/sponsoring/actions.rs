//! What a sponsor may be shown.

use crate::domains::tenancy::{self, ContextKind};
use crate::kernel::actor::Role;
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::{ContextId, JourneyId, MemberId};
use crate::platform::db::TenantTx;

use super::queries::{self, Counted};
use super::suppression::{Published, Row, publish};

/// That the acting member sponsors people.
#[derive(Debug, Clone, Copy)]
pub struct Sponsoring(MemberId);

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
    /// Nothing when it is about too few.
    pub published: Option<Published>,
}

/// How those get on whom the acting member sponsors, by journey: the people of their cohorts, and of the groups they sponsor.
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
    let counted = queries::counted(tx, &proof, &contexts, &people)?;
    Ok(by_journey(counted))
}

fn by_journey(counted: Vec<Counted>) -> Vec<Journey> {
    let mut found: Vec<(JourneyId, String, Vec<Row>)> = Vec::new();
    for one in counted {
        let (journey, title) = (one.journey_id, one.title.clone());
        let row = row(one);
        match found.last_mut().filter(|(last, ..)| *last == journey) {
            Some((_, _, rows)) => rows.push(row),
            None => found.push((journey, title, vec![row])),
        }
    }
    let journey = |(_, title, rows)| Journey {
        title,
        published: publish(rows),
    };
    found.into_iter().map(journey).collect()
}

fn row(one: Counted) -> Row {
    let people = |count: i64| u32::try_from(count).unwrap_or_default();
    let lessons = |count: i64| u64::try_from(count).unwrap_or_default();
    Row {
        name: one.cohort.unwrap_or_else(|| "In no cohort".to_owned()),
        cells: [one.not_begun, one.begun, one.half, one.finished].map(people),
        done: lessons(one.done),
        required: lessons(one.required),
        planned: one.planned.map(lessons),
    }
}

//! Learning: people on a journey, from the day they are enrolled to the day they finish.
//!
//! Invariants: a learner stays on the version they were enrolled in until a coach moves them; nobody but the learner and those who build
//! the journey sees how far they are; whether a lesson is open is asked anew at every door ([`unlocking`]); progress is monotone
//! ([`progress`]). Tells the events in [`events`].

pub mod actions;
mod api;
pub mod enrolling;
pub mod events;
pub mod joining;
pub mod lessons;
pub mod model;
pub mod offline;
pub mod overview;
pub mod pages;
pub mod people;
pub mod policy;
pub mod preview;
pub mod progress;
pub mod queries;
pub mod reviews;
pub mod routes;
pub mod unlocking;

use crate::domains::people::merge::{MergePart, Merging};
use crate::domains::people::policy::can_be_steward;
use crate::domains::start::{CardLine, CardView, Layout};
use crate::domains::tenancy::{Erasing, Gathered};
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::kernel::time::utc;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::web::{NavItem, RouteDef};

use model::EnrolmentState;

/// The room's routes.
pub fn routes() -> Vec<RouteDef> {
    [
        // `offline` is no enrolment.
        offline::routes::routes(),
        routes::routes(),
        lessons::routes(),
        // `people/new` is no enrolment.
        enrolling::routes::routes(),
        joining::routes::routes(),
        people::routes::routes(),
        overview::routes::routes(),
        preview::routes::routes(),
        reviews::routes::routes(),
        api::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The room's place: for everybody who can learn something.
///
/// # Errors
/// None today.
pub fn navigation(_tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    if me.roles.sponsor_only() {
        return Ok(Vec::new());
    }
    let learn = NavItem::new("/learn", "Learn", "graduation-cap");
    // The tab bar of who looks after people is full already.
    Ok(vec![match can_be_steward(me.roles) {
        true => learn,
        false => learn.in_tab_bar(),
    }])
}

/// Journeys shown on the start page.
const ON_START: usize = 3;

/// Where one goes on, for the start page.
///
/// # Errors
/// When the database fails.
pub fn start_card(tx: &mut TenantTx<'_>, me: &Member) -> Result<Option<CardView>, AppError> {
    if me.roles.sponsor_only() {
        return Ok(None);
    }
    let mut lines = Vec::new();
    let mine = queries::of_member(tx, me.member)?;
    let active = mine.into_iter().filter(|one| one.state == EnrolmentState::Active);
    for enrolment in active.take(ON_START) {
        let path = unlocking::path(tx, enrolment.id)?;
        let Some(next) = path.next(enrolment.last_lesson) else {
            continue;
        };
        lines.push(CardLine {
            href: format!("/learn/{}/lessons/{}", enrolment.id, next.key),
            label: next.title.clone(),
            note: format!(
                "{} · {} of {} done",
                enrolment.title, enrolment.done, enrolment.required
            ),
            ..CardLine::default()
        });
    }
    Ok((!lines.is_empty()).then(|| CardView {
        title: "Continue learning".to_owned(),
        icon: "graduation-cap",
        text: String::new(),
        lines,
        layout: Layout::Links,
        more: Some(("/learn".to_owned(), "My journeys".to_owned())),
    }))
}

/// Takes away all that somebody learned.
///
/// # Errors
/// When the database fails.
pub fn erase(tx: &mut TenantTx<'_>, _keys: &KeyRing, erasing: &Erasing) -> Result<(), AppError> {
    Ok(queries::erase(tx, erasing)?)
}

/// What somebody learned, handed in and noted, for the person who asked for it.
///
/// # Errors
/// When the database fails.
pub fn gathered(tx: &mut TenantTx<'_>, _keys: &KeyRing, member: MemberId) -> Result<Vec<Gathered>, AppError> {
    let mut gathered = Vec::new();
    for enrolment in queries::all_of_member(tx, member)? {
        let mut lines = vec![format!(
            "{}: {} of {} lessons done",
            enrolment.state.label(),
            enrolment.done,
            enrolment.required
        )];
        lines.extend(queries::written(tx, enrolment.id)?);
        gathered.push(Gathered {
            title: format!("Journey “{}”", enrolment.title),
            when: utc(enrolment.enrolled_at),
            by: String::new(),
            text: lines.join("\n"),
            note: None,
            needs_review: true,
        });
    }
    Ok(gathered)
}

/// What happens with journeys when two records become one.
pub const MERGE: MergePart = MergePart {
    table: "journey_enrolments",
    join,
    part,
};

fn join(tx: &mut TenantTx<'_>, merging: &Merging) -> Result<serde_json::Value, AppError> {
    Ok(serde_json::json!(queries::merge(tx, merging)?))
}

fn part(tx: &mut TenantTx<'_>, merging: &Merging, moved: &serde_json::Value) -> Result<(), AppError> {
    Ok(queries::part(tx, merging, &merging.moved(moved))?)
}

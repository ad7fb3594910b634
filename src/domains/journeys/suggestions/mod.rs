//! Suggestions: what a coach could write to a learner who does not get on, for a person to decide about.
//!
//! Invariants: nothing is sent without a person who approved it ([`policy::may_decide`] needs a member, and jobs have none); there is one
//! open suggestion for each learner and reason, and a learner has no two open at once; what was proposed and what was sent are both
//! kept; a language model is told facts without names, is offered no tools, and its words are a draft; where it fails, the draft of the
//! rules stands. Nothing here writes progress, scores or any other value that is measured: they are read. Tells the events in [`events`].

pub mod actions;
pub mod api;
pub mod events;
pub mod forms;
pub mod jobs;
pub mod model;
pub mod pages;
pub mod policy;
pub mod queries;
pub mod routes;
pub mod rules;
pub mod writing;

use crate::domains::start::{CardLine, CardView, Layout};
use crate::domains::tenancy::{self, Gathered};
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::kernel::time::utc;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::web::RouteDef;

use model::{Status, Suggestion};

/// The room's routes.
pub fn routes() -> Vec<RouteDef> {
    [writing::routes::routes(), routes::routes(), api::routes()]
        .into_iter()
        .flatten()
        .collect()
}

/// What leads here from the list of journeys, with how many wait; none for who does not decide.
///
/// # Errors
/// When they cannot be counted.
pub fn label(tx: &mut TenantTx<'_>) -> Result<Option<String>, AppError> {
    if actions::decider(tx).is_err() {
        return Ok(None);
    }
    Ok(Some(match queries::count_pending(tx)? {
        0 => "Suggestions".to_owned(),
        waiting => format!("Suggestions ({waiting})"),
    }))
}

/// Suggestions shown on the start page.
const ON_START: i64 = 3;

/// What waits to be decided about, for the start page.
///
/// # Errors
/// When the database fails.
pub fn start_card(tx: &mut TenantTx<'_>, _: &Member) -> Result<Option<CardView>, AppError> {
    let Ok(decider) = actions::decider(tx) else {
        return Ok(None);
    };
    let waiting = queries::page(tx, &decider, Status::Pending, None, ON_START)?;
    let people: Vec<MemberId> = waiting.iter().map(|one| one.member_id).collect();
    let cards = tenancy::member_cards(tx, &people)?;
    let line = |one: &Suggestion| {
        Some(CardLine {
            href: format!("/journeys/suggestions/{}", one.id),
            label: cards.get(&one.member_id)?.name.clone(),
            note: format!("{} · {}", one.journey, one.reason.label()),
            ..CardLine::default()
        })
    };
    let lines: Vec<CardLine> = waiting.iter().filter_map(line).collect();
    Ok((!lines.is_empty()).then(|| CardView {
        title: "What you could write".to_owned(),
        icon: "check-check",
        text: String::new(),
        lines,
        layout: Layout::Links,
        more: Some(("/journeys/suggestions".to_owned(), "All suggestions".to_owned())),
    }))
}

/// What was suggested to be written to somebody, for the person who asked for it. It goes with their journeys when they are erased or
/// become another's.
///
/// # Errors
/// When the database fails.
pub fn gathered(tx: &mut TenantTx<'_>, _keys: &KeyRing, member: MemberId) -> Result<Vec<Gathered>, AppError> {
    let suggestions = queries::about(tx, member)?;
    let kept = suggestions.into_iter().map(|one| Gathered {
        title: format!(
            "Suggestion for “{}”: {}",
            one.journey,
            one.status.label().to_lowercase()
        ),
        when: utc(one.created_at),
        by: String::new(),
        text: format!(
            "{}\n\n{}",
            one.facts.join("\n"),
            one.sent_message.unwrap_or(one.proposed_message)
        ),
        note: None,
        needs_review: true,
    });
    Ok(kept.collect())
}

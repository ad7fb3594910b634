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

use crate::domains::tenancy::Gathered;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::kernel::time::utc;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::web::{NavItem, RouteDef};

/// The room's routes.
pub fn routes() -> Vec<RouteDef> {
    [writing::routes::routes(), routes::routes(), api::routes()]
        .into_iter()
        .flatten()
        .collect()
}

/// The room's place, with how many wait.
///
/// # Errors
/// When they cannot be counted.
pub fn navigation(tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    if !me.roles.any(policy::DECIDERS) {
        return Ok(Vec::new());
    }
    let waiting = queries::count_pending(tx)?;
    let words = match waiting {
        1 => "1 suggestion waits".to_owned(),
        waiting => format!("{waiting} suggestions wait"),
    };
    Ok(vec![
        NavItem::new("/journeys/suggestions", "Suggestions", "check-check")
            .under("Organise")
            .count(waiting, words),
    ])
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

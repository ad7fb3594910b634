//! Certificates: what somebody is given for finishing a journey, and what outsiders can ask about it.
//!
//! Invariants: one certificate that counts for an enrolment, however often somebody tells that it was finished; what was issued never
//! changes, it can only be revoked, and is signed anew when its key was withdrawn; outsiders who have its address see what stands on it and whether it counts, and nothing else of the
//! person; of somebody who was erased there is nothing to see. Hears `journeys.journey.completed`; tells the events in [`events`].
//!
//! The same certificate is a page, a PDF ([`paper`]) and an Open Badge 3.0 ([`badge`]), which is a verifiable credential of the W3C signed
//! with the organization's own key ([`signing`]). What is signed is derived from what is kept, the same each time.

pub mod actions;
pub mod badge;
mod coaching;
pub mod events;
pub mod forms;
mod keys;
mod learner;
pub mod model;
pub mod paper;
pub mod policy;
mod public;
pub mod queries;
pub mod signing;
pub mod subscribers;
pub mod words;

use crate::domains::tenancy::Gathered;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::kernel::time::utc;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::web::RouteDef;

pub use learner::pages::prospect;

/// The room's routes.
pub fn routes() -> Vec<RouteDef> {
    [
        coaching::routes::routes(),
        learner::routes::routes(),
        keys::routes::routes(),
        public::routes::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The certificates somebody was given, for the person who asked for it.
///
/// # Errors
/// When the database fails.
pub fn gathered(tx: &mut TenantTx<'_>, _keys: &KeyRing, member: MemberId) -> Result<Vec<Gathered>, AppError> {
    let found = queries::of_member(tx, member)?;
    let one = |one: model::Certificate| Gathered {
        title: format!("Certificate “{}”", one.title),
        when: utc(one.issued_at),
        by: String::new(),
        text: told(&one),
        note: None,
        needs_review: true,
    };
    Ok(found.into_iter().map(one).collect())
}

fn told(one: &model::Certificate) -> String {
    let mut lines = vec![
        format!(
            "Number {} for “{}”, given to {}",
            one.number, one.journey, one.name
        ),
        one.criteria.clone(),
    ];
    if let Some(at) = one.expires_at {
        lines.push(format!("Good until {}", utc(at)));
    }
    if let Some(at) = one.revoked_at {
        lines.push(format!("Revoked {}: {}", utc(at), one.reason));
    }
    lines.join("\n")
}

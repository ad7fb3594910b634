//! What people are owed: seeing what is kept about them, having it taken away for good, and that nobody reads more about them
//! than they must without a trace.
//!
//! Invariants: a privacy officer reads what they do not usually read only about one person at a time, for at most an hour, with a
//! reason that its authors hear of; two people release what somebody asked for; nothing of who is under a hold is erased; who
//! is erased is erased in one transaction, key first. Nobody does any of this about themselves. Tells the events in [`events`].

pub mod erasures;
pub mod events;
pub mod openings;
pub mod overview;
pub mod policy;
pub mod requests;

use crate::domains::people::policy::Seeing;
use crate::domains::people::record::pages::{RecordPart, TimelineEntry};
use crate::domains::tenancy::ContextLink;
use crate::kernel::actor::{Member, Role};
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::web::{NavItem, RouteDef};

/// The domain's routes.
pub fn routes() -> Vec<RouteDef> {
    [
        overview::routes(),
        openings::routes::routes(),
        requests::routes::routes(),
        erasures::routes::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The domain's place, for privacy officers.
///
/// # Errors
/// None today.
pub fn navigation(_tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    let place = || NavItem::new("/privacy", "Privacy", "lock").under("Organise");
    Ok(me
        .roles
        .has(Role::PrivacyOfficer)
        .then(place)
        .into_iter()
        .collect())
}

/// On a record: that the person asked for what is kept about them. Whoever sees the record may hear of it.
pub const RECORD_PART: RecordPart = RecordPart {
    timeline: nothing,
    action: |seeing| {
        let address = format!("/people/{}/subject-requests/new", seeing.person().card.id);
        Some((address, "They ask for their data", "file-text"))
    },
};

fn nothing(
    _tx: &mut TenantTx<'_>,
    _keys: &KeyRing,
    _seeing: &Seeing<'_>,
    _limit: i64,
) -> Result<Vec<TimelineEntry>, AppError> {
    Ok(Vec::new())
}

/// What the page of a person leads a privacy officer to.
///
/// # Errors
/// None today.
pub fn links_of_person(tx: &mut TenantTx<'_>, member: MemberId) -> Result<Vec<ContextLink>, AppError> {
    let link = || ContextLink {
        href: format!("/privacy/people/{member}"),
        label: "Privacy".to_owned(),
        icon: "lock",
    };
    Ok(policy::may_care(tx.actor(), member)
        .is_ok()
        .then(link)
        .into_iter()
        .collect())
}

//! Broadcasts: one message to many people, with an audience that is shown before, a time to take it back, and an answer
//! from each who was asked.
//!
//! Invariants: nobody reaches further than the role they send in; throttles hold under concurrency because an actor's
//! attempts queue behind one lock; who gets it is decided once, in the transaction that sends it; a broadcast is either
//! sent or cancelled, never both; the log is only ever added to. Tells `channels.broadcast.*` of [`super::events`].

mod actions;
pub mod audience;
mod forms;
pub mod jobs;
pub mod log;
pub mod model;
mod pages;
pub mod policy;
mod queries;
pub mod receipts;
mod routes;
mod sending;
pub mod throttle;

use crate::domains::tenancy::ContextLink;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::{BroadcastId, ChannelId, ContextId};
use crate::platform::db::TenantTx;
use crate::platform::web::{NavItem, RouteDef};

pub use actions::{Preview, cancel, create, preview, seen_by_me};
pub use audience::Audience;
pub use model::{Broadcast, NewBroadcast, SendTime};
pub use receipts::{
    Copy, InboxCursor, InboxItem, acknowledge, inbox_items, mark_seen, mine_among, see_plain, unsee,
    unseen_count,
};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    [
        log::routes::routes(),
        routes::routes(),
        receipts::routes::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The page of a group leads those who may broadcast to it to the form.
///
/// # Errors
/// When the database fails.
pub fn context_links(tx: &mut TenantTx<'_>, context: ContextId) -> Result<Vec<ContextLink>, AppError> {
    let allowed = audience::reach_of(tx, &Audience::Team(context))
        .and_then(|reach| policy::may_address(&audience::my_standing(tx)?, reach));
    match allowed {
        Ok(_) => Ok(vec![ContextLink {
            href: format!("/broadcasts/new?team={context}"),
            label: "Write a broadcast".to_owned(),
            icon: "megaphone",
        }]),
        Err(AppError::Denied(_) | AppError::NotFound) => Ok(Vec::new()),
        Err(other) => Err(other),
    }
}

/// Notes in the trail that the message which carried a broadcast was taken out of its channel, and why.
///
/// # Errors
/// When it cannot be written; then the message stays.
pub fn note_removal(
    tx: &mut TenantTx<'_>,
    broadcast: BroadcastId,
    channel: ChannelId,
    reason: &str,
) -> Result<(), AppError> {
    let details = serde_json::json!({ "channel": channel, "reason": reason });
    log::write(tx, broadcast, log::Deed::Removed, 0, details)
}

/// Broadcasts stand in the navigation of those who may send them; everyone else reads theirs in the inbox.
///
/// # Errors
/// None today; counts may fail.
pub fn navigation(_tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    let place = NavItem::new("/broadcasts", "Broadcasts", "megaphone").under("Organise");
    Ok(if policy::may_send_at_all(me.roles).is_ok() {
        vec![place]
    } else {
        Vec::new()
    })
}

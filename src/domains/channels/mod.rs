//! Channels: where people of a team, challenge, sponsor or cohort write to each other, and direct conversations.
//!
//! Invariants: only members of a channel see anything of it; a message's number and the channel's revision move under the
//! channel's row lock, so revision order is commit order; unread counts are derived from the read pointer and never
//! stored; what a person typed is rendered and sanitised once, when it is written.
//! Tells the events in [`events`]; hears contexts being created, joined, left and archived.

pub mod api;
pub mod attachments;
pub mod broadcasts;
pub mod cursor;
pub mod events;
pub mod export;
pub mod inbox;
pub mod live;
pub mod messages;
pub mod model;
pub mod moderation;
pub mod places;
pub mod policy;
pub(crate) mod queries;
pub mod reading;
pub mod retention;
pub mod search;
pub mod sidebar;
pub mod subscribers;

use crate::app::App;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::platform::bus::Subscriber;
use crate::platform::db::TenantTx;
use crate::platform::jobs::JobKind;
use crate::platform::web::{NavItem, RouteDef};

/// The domain's routes.
pub fn routes() -> Vec<RouteDef> {
    // Places first: `/channels/{channel}` would take `/channels/new`.
    let parts = [
        places::all_routes(),
        messages::routes::routes(),
        messages::menu::routes(),
        reading::routes::routes(),
        broadcasts::routes(),
        moderation::routes(),
        api::routes(),
        attachments::routes::routes(),
        inbox::routes::routes(),
        search::routes::routes(),
        export::routes::routes(),
        retention::routes::routes(),
    ];
    parts.into_iter().flatten().collect()
}

/// The domain's subscribers.
pub fn subscribers() -> Vec<Subscriber> {
    [subscribers::subscribers(), moderation::SUBSCRIBERS.to_vec()].concat()
}

/// The domain's kinds of jobs.
pub fn jobs(app: &App) -> Vec<JobKind> {
    let mut kinds = vec![
        attachments::jobs::kind(app),
        broadcasts::jobs::send_broadcast(app),
    ];
    kinds.extend(export::jobs::kinds(app));
    kinds.extend(retention::jobs::kinds(app));
    kinds
}

/// The domain's places, with what waits there.
///
/// # Errors
/// When the counts cannot be read.
pub fn navigation(tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    let totals = tx.read_once(reading::queries::totals)?;
    let counted = |count| match sidebar::capped(count) {
        none if none.is_empty() => "0".to_owned(),
        count => count,
    };
    let words = format!(
        "{} unread, {} mention{}",
        counted(totals.waiting()),
        counted(totals.mentions),
        if totals.mentions == 1 { "" } else { "s" }
    );
    let mut places = vec![
        NavItem::new("/inbox", "Inbox", "inbox")
            .in_tab_bar()
            .count(totals.waiting(), words),
        NavItem::new("/channels", "Channels", "hash").in_tab_bar(),
    ];
    places.extend(moderation::navigation(tx, me)?);
    places.extend(retention::navigation(me));
    Ok(places)
}

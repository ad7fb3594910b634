//! Moderation: people hide messages for themselves or report them; stewards, admins and a channel's moderators look after
//! the reports and may pause someone's writing.
//!
//! Invariants: a person reports a message once; all open reports of a message are handled together, once; whoever wrote a
//! message never sees who reported it nor handles the report; admins are not by that readers of direct conversations: what
//! they see of one is the reported message with two before it, and that they looked is written down.

pub mod hiding;
pub mod model;
pub mod policy;
pub mod queue;
pub mod reports;
pub mod silence;

use crate::kernel::actor::{Member, Role};
use crate::kernel::error::AppError;
use crate::platform::bus::Subscriber;
use crate::platform::db::TenantTx;
use crate::platform::web::{NavItem, RouteDef};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    [
        hiding::routes::routes(),
        reports::routes::routes(),
        queue::routes::routes(),
        silence::routes::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Reactions to what happens in channels.
pub const SUBSCRIBERS: &[Subscriber] = &[Subscriber {
    name: "channels.close_reports_of_removed",
    pattern: "channels.message.deleted",
    react: queue::actions::close_reports_of_removed,
}];

/// The queue for those who look after one, and a notice for those it decided about.
///
/// # Errors
/// When the counts cannot be read.
pub fn navigation(tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    let waiting = queue::queries::waiting(tx, me)?;
    let mut places = Vec::new();
    if waiting.moderates || me.roles.any(&[Role::Admin, Role::Steward]) {
        let words = if waiting.open == 1 {
            "1 open report".to_owned()
        } else {
            format!("{} open reports", waiting.open)
        };
        places.push(
            NavItem::new("/moderation", "Moderation", "shield")
                .under("Organise")
                .count(waiting.open, words),
        );
    }
    if waiting.notices > 0 {
        let words = if waiting.notices == 1 {
            "1 new notice".to_owned()
        } else {
            format!("{} new notices", waiting.notices)
        };
        places.push(NavItem::new("/reports/notices", "Notices", "info").count(waiting.notices, words));
    }
    Ok(places)
}

//! Retention: how long a channel keeps messages, legal holds, and the nightly deletion.
//!
//! Invariants: under a legal hold nothing is deleted; a message somebody reported waits until that is decided; numbers of
//! messages are never given again, so unread counts stay right over the gaps; those who set the rules see a channel's title
//! and settings without being in it, and nothing that was written.

pub mod actions;
pub mod forms;
pub mod jobs;
pub mod model;
pub mod pages;
pub mod policy;
pub mod queries;
pub mod routes;

use crate::kernel::actor::{Member, Role};
use crate::platform::web::NavItem;

/// Where those who set the rules find all channels.
pub fn navigation(me: &Member) -> Option<NavItem> {
    me.roles
        .any(&[Role::Admin, Role::PrivacyOfficer])
        .then(|| NavItem::new("/admin/retention", "Retention", "archive").under("Admin"))
}

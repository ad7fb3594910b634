//! Messages to many people: what they say, to whom they go, when, and what became of each.

pub mod actions;
pub mod api;
pub mod audience;
pub mod calendar;
pub mod content;
pub mod entering;
pub mod events;
pub mod images;
pub mod mailbox;
pub mod model;
pub mod phone;
pub mod policy;
pub mod post;
pub mod providers;
pub mod queries;
pub mod reports;
pub mod results;
pub mod segments;
pub mod sending;
pub mod single;
pub mod templates;
pub mod timing;
pub mod tracking;
pub mod variants;
pub mod wizard;

use crate::domains::consent;
use crate::domains::tenancy::{ContextLink, Erasing, Gathered};
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::MemberId;
use crate::kernel::time::utc;
use crate::platform::bus::EventType;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::web::{NavItem, RouteDef};

/// The domain's routes.
pub fn routes() -> Vec<RouteDef> {
    [
        // Before what takes the name of a campaign in the same place.
        images::routes::routes(),
        wizard::routes::routes(),
        variants::routes::routes(),
        calendar::routes::routes(),
        entering::routes(),
        results::routes::routes(),
        results::breakdown::routes::routes(),
        results::export::routes::routes(),
        mailbox::routes::routes(),
        providers::routes::routes(),
        tracking::routes::routes(),
        reports::routes::routes(),
        phone::routes::routes(),
        single::routes(),
        segments::routes::routes(),
        templates::routes::routes(),
        api::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The facts the domain tells.
pub fn events() -> Vec<EventType> {
    [
        segments::events::catalogue(),
        templates::events::catalogue(),
        images::events::catalogue(),
        events::catalogue(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The domain's places: segments and templates for who makes them.
///
/// # Errors
/// None today.
pub fn navigation(_tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    let mut places = Vec::new();
    if me.roles.any(policy::SENDERS) {
        places.push(NavItem::new("/campaigns", "Campaigns", "megaphone").under("Organise"));
    }
    if me.roles.any(segments::policy::KEEPERS) {
        places.push(NavItem::new("/segments", "Segments", "funnel").under("Organise"));
    }
    if me.roles.any(templates::policy::WRITERS) {
        places.push(NavItem::new("/templates", "Templates", "file-text").under("Organise"));
    }
    if me.roles.any(policy::PROVIDER_KEEPERS) {
        places.push(NavItem::new("/providers", "Providers", "send").under("Admin"));
    }
    Ok(places)
}

/// What the page of a person leads to: what they were sent, for who may look at that.
///
/// # Errors
/// None today.
pub fn links_of_person(tx: &mut TenantTx<'_>, member: MemberId) -> Result<Vec<ContextLink>, AppError> {
    let link = || ContextLink {
        href: format!("/people/{member}/messages"),
        label: "Messages".to_owned(),
        icon: "send",
    };
    let is_own = tx.actor().member_id() == Some(member);
    Ok((!is_own && policy::may_read_log(tx.actor()).is_ok())
        .then(link)
        .into_iter()
        .collect())
}

/// What goes of an erased person: what single messages to them said, and what was answered for them on the outbox's phone. That something was sent stays, by a keyed hash.
///
/// # Errors
/// When the database fails.
pub fn erase(tx: &mut TenantTx<'_>, _: &KeyRing, erasing: &Erasing) -> Result<(), AppError> {
    phone::forget(tx, erasing.member())?;
    Ok(single::forget(tx, erasing.member())?)
}

/// More texts than anybody sends in the time for which they are kept.
const MOST_TEXTS: i64 = 10_000;

/// What somebody was sent and what they texted, for themselves.
///
/// # Errors
/// When the database fails.
pub fn gathered(tx: &mut TenantTx<'_>, _keys: &KeyRing, member: MemberId) -> Result<Vec<Gathered>, AppError> {
    let gather = |message: consent::proof::Message| {
        let events = message
            .events
            .iter()
            .map(|event| format!("{}: {} {}", utc(event.at), event.what, event.detail));
        Gathered {
            title: format!("Message: {}", message.campaign),
            when: utc(message.gathered_at),
            by: String::new(),
            text: events.collect::<Vec<_>>().join("\n"),
            note: None,
            needs_review: false,
        }
    };
    let messages = results::queries::everything_of(tx, member)?;
    let texts = reports::texts_of(tx, member, MOST_TEXTS)?
        .into_iter()
        .map(|text| Gathered {
            title: "Text message from them".to_owned(),
            when: utc(text.at),
            by: text.number,
            text: text.body,
            note: None,
            needs_review: false,
        });
    Ok(messages.into_iter().map(gather).chain(texts).collect())
}

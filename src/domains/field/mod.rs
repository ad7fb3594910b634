//! Writing where there is no signal: a page that works without a network, and what takes in what it kept.
//!
//! Invariants: a device keeps what was written sealed to a key of the portal, and cannot read it again; it deletes something only
//! after the portal has said that it has it; something of one id is taken in once, whoever sends it how often; what cannot be
//! placed is never dropped. The page itself holds nothing about anybody. Tells the events in [`events`].

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

/// The domain's routes.
pub fn routes() -> Vec<RouteDef> {
    [routes::routes(), api::routes()].into_iter().flatten().collect()
}

/// The domain's place, for who looks after people.
///
/// # Errors
/// None today; counts may fail.
pub fn navigation(_tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    Ok(match can_be_steward(me.roles) {
        true => vec![
            NavItem::new("/field", "Field", "smartphone")
                .under("Organise")
                .in_tab_bar(),
        ],
        false => Vec::new(),
    })
}

/// Notes that still need a person, for the start page.
///
/// # Errors
/// When the database fails.
pub fn start_card(tx: &mut TenantTx<'_>, me: &Member) -> Result<Option<CardView>, AppError> {
    if !can_be_steward(me.roles) {
        return Ok(None);
    }
    let waiting = queries::count_unplaced(tx)?;
    let label = match waiting {
        0 => return Ok(None),
        1 => "1 note needs a person".to_owned(),
        many => format!("{many} notes need a person"),
    };
    Ok(Some(CardView {
        title: "From the field".to_owned(),
        icon: "smartphone",
        text: "You wrote a name that is nobody's, or several people's. Say whom it is about.".to_owned(),
        lines: vec![CardLine {
            href: "/field/unplaced".to_owned(),
            label,
            ..CardLine::default()
        }],
        layout: Layout::Links,
        more: None,
    }))
}

/// Takes away what somebody who is erased wrote for people nobody knows yet, and that they sent anything.
///
/// # Errors
/// When the database fails.
pub fn erase(tx: &mut TenantTx<'_>, _keys: &KeyRing, erasing: &Erasing) -> Result<(), AppError> {
    Ok(queries::erase(tx, erasing)?)
}

/// More than anybody sends.
const SENT: i64 = 20_000;

/// When somebody sent something from the field, for the person who asked for it. What they wrote is with whom it is about; what needs
/// a person they read themselves.
///
/// # Errors
/// When the database fails.
pub fn gathered(tx: &mut TenantTx<'_>, _keys: &KeyRing, member: MemberId) -> Result<Vec<Gathered>, AppError> {
    let sent = queries::sent_by(tx, member, SENT)?;
    let times: Vec<String> = sent
        .iter()
        .map(|(at, outcome)| format!("{}: {}", utc(*at), outcome.label()))
        .collect();
    let all = Gathered {
        title: "Sent from your device in the field".to_owned(),
        when: String::new(),
        by: String::new(),
        text: times.join("\n"),
        note: None,
        needs_review: false,
    };
    Ok(Some(all).filter(|_| !sent.is_empty()).into_iter().collect())
}

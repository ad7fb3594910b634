//! Things to do: follow-ups of conversations, and whatever else has an owner and perhaps a day.
//!
//! Invariants: who does not look after a person sees no task about them, whoever made it (PostgreSQL asks `app.sees_task`); while
//! an assignee is away, what is about a person falls to whoever the person falls to; a follow-up is done as soon as somebody
//! notes that they spoke with the person. Tells the events in [`events`].

pub mod actions;
mod days;
pub mod events;
pub mod forms;
pub mod lines;
pub mod model;
pub mod pages;
pub mod policy;
pub mod queries;
pub mod routes;
pub mod views;

use crate::domains::people::policy::Seeing;
use crate::domains::people::record::pages::{RecordPart, TimelineEntry};
use crate::domains::start::{CardLine, CardView, Layout};
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::web::{NavItem, RouteDef};

use views::filter::{OPEN, TaskFilter};
use views::queries::Order;

pub use actions::{FollowUp, follow_up, spoke_with};

/// The domain's routes.
pub fn routes() -> Vec<RouteDef> {
    [views::routes::routes(), routes::routes()]
        .into_iter()
        .flatten()
        .collect()
}

/// The domain's place.
///
/// # Errors
/// None today; counts may fail.
pub fn navigation(_tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    Ok(match me.roles.sponsor_only() {
        true => Vec::new(),
        false => vec![NavItem::new("/tasks", "Tasks", "check-check").under("Organise")],
    })
}

/// What tasks add to a person's record.
pub const RECORD_PART: RecordPart = RecordPart {
    timeline,
    action: |seeing| {
        let member = seeing.person().card.id;
        let address = || format!("/tasks/new?member={member}");
        seeing.by_assignment().then(|| (address(), "New task", "plus"))
    },
};

fn timeline(
    tx: &mut TenantTx<'_>,
    _: &KeyRing,
    seeing: &Seeing<'_>,
    limit: i64,
) -> Result<Vec<TimelineEntry>, AppError> {
    let tasks = queries::about(tx, seeing.person().card.id, limit)?;
    Ok(tasks.into_iter().map(pages::timeline_entry).collect())
}

/// Tasks shown on the start page.
const ON_START: i64 = 5;

/// What is overdue or due today, for the start page.
///
/// # Errors
/// When the database fails.
pub fn start_card(tx: &mut TenantTx<'_>, me: &Member) -> Result<Option<CardView>, AppError> {
    if me.roles.sponsor_only() {
        return Ok(None);
    }
    let today = tx.now().with_timezone(&me.zone).date_naive();
    let filter = TaskFilter {
        statuses: OPEN.to_vec(),
        to: Some(today),
        ..TaskFilter::default()
    };
    let mine = views::queries::page(tx, me.member, &filter, Order::Due, None, ON_START)?;
    let lines: Vec<CardLine> = mine
        .into_iter()
        .filter_map(|task| {
            let due = task.due_on?;
            Some(CardLine {
                href: format!("/tasks/{}", task.id),
                label: task.title,
                note: match (task.member, due < today) {
                    (Some(member), true) => format!("{member} · overdue"),
                    (Some(member), false) => member,
                    (None, true) => "overdue".to_owned(),
                    (None, false) => String::new(),
                },
                ..CardLine::default()
            })
        })
        .collect();
    Ok((!lines.is_empty()).then(|| CardView {
        title: "To do today".to_owned(),
        icon: "check-check",
        text: String::new(),
        lines,
        layout: Layout::Links,
        more: Some(("/tasks".to_owned(), "All your tasks".to_owned())),
    }))
}

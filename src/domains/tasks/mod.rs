//! Things to do: follow-ups of conversations, and whatever else has an owner and perhaps a day.
//!
//! Invariants: who does not look after a person sees no task about them, whoever made it, and who may not read a note sees
//! nothing that follows it (PostgreSQL asks `app.sees_task`); while an assignee is away, what is about a person falls to whoever the
//! person falls to; a follow-up is done as soon as somebody notes that they spoke with the person. Tells the events in [`events`].

pub mod actions;
mod api;
mod assignees;
mod bulk;
mod checklist;
pub mod comments;
mod day;
mod days;
pub mod events;
pub mod feeds;
mod files;
pub mod forms;
mod history;
pub mod lines;
pub mod model;
pub mod pages;
mod parts;
pub mod policy;
pub mod queries;
pub mod repeating;
pub mod routes;
mod series;
mod time;
pub mod views;
mod watching;

use std::collections::HashMap;

use crate::domains::people::merge::{MergePart, Merging};
use crate::domains::people::policy::Seeing;
use crate::domains::people::record::pages::{RecordPart, TimelineEntry};
use crate::domains::start::{CardLine, CardView, Layout};
use crate::domains::tenancy::{Erasing, Gathered};
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, TaskId};
use crate::kernel::time::utc;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::web::{NavItem, RouteDef};

use model::Task;
use views::filter::{OPEN, TaskFilter};
use views::queries::Order;

pub use actions::{FollowUp, close_with_note, follow_up, open_with_note, shred_abandoned, spoke_with};

/// The domain's routes.
pub fn routes() -> Vec<RouteDef> {
    [
        views::routes::routes(),
        bulk::routes::routes(),
        routes::routes(),
        checklist::routes::routes(),
        files::routes::routes(),
        comments::routes::routes(),
        time::routes::routes(),
        feeds::routes::routes(),
        day::routes::routes(),
        api::routes::routes(),
        watching::routes::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The domain's places: one's day with what is due, and all tasks.
///
/// # Errors
/// When the count of what is due can't be read.
pub fn navigation(tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<NavItem>, AppError> {
    if me.roles.sponsor_only() {
        return Ok(Vec::new());
    }
    let today = tx.now().with_timezone(&me.zone).date_naive();
    let due = views::queries::count_due(tx, me.member, today)?;
    let words = match due {
        1 => "1 task due".to_owned(),
        due => format!("{due} tasks due"),
    };
    Ok(vec![
        NavItem::new("/my-day", "My day", "sun")
            .under("Organise")
            .count(due, words),
        NavItem::new("/tasks", "Tasks", "check-check").under("Organise"),
    ])
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
        more: Some(("/my-day".to_owned(), "My day".to_owned())),
    }))
}

/// The acting member's open tasks, those due first first, at most so many.
///
/// # Errors
/// When the database fails.
pub fn mine_open(tx: &mut TenantTx<'_>, limit: i64) -> Result<Vec<views::queries::Listed>, AppError> {
    let me = tx.my_id()?;
    let filter = TaskFilter {
        statuses: OPEN.to_vec(),
        ..TaskFilter::default()
    };
    Ok(views::queries::page(tx, me, &filter, Order::Due, None, limit)?)
}

/// Takes away every task about somebody.
///
/// # Errors
/// When the database fails.
pub fn erase(tx: &mut TenantTx<'_>, _keys: &KeyRing, erasing: &Erasing) -> Result<(), AppError> {
    Ok(queries::erase(tx, erasing)?)
}

/// More tasks than anybody has about one person.
const GATHERED: i64 = 20_000;

/// Every task about somebody with all that was written on it, for the person who asked for it.
///
/// # Errors
/// When the database fails.
pub fn gathered(tx: &mut TenantTx<'_>, _keys: &KeyRing, member: MemberId) -> Result<Vec<Gathered>, AppError> {
    let mut written: HashMap<TaskId, Vec<String>> = HashMap::new();
    for one in queries::written_on_all_about(tx, member)? {
        let at = one.at.map(|at| format!(", {}", utc(at))).unwrap_or_default();
        let line = format!("{}{at}: {}", one.what, one.text);
        written.entry(one.task_id).or_default().push(line);
    }
    let gather = |task: Task| Gathered {
        title: "Something to do".to_owned(),
        when: utc(task.created_at),
        by: String::new(),
        text: words_of(&task, written.remove(&task.id).unwrap_or_default()),
        note: None,
        needs_review: true,
    };
    let found = queries::all_about(tx, member, GATHERED)?;
    Ok(found.into_iter().map(gather).collect())
}

/// All that a task says, each a line.
fn words_of(task: &Task, written: Vec<String>) -> String {
    let own = [
        ("", &task.title),
        ("", &task.details),
        ("Waits for: ", &task.blocked_reason),
        ("Case or grievance: ", &task.reference),
    ];
    let own = own.iter().filter(|(_, words)| !words.is_empty());
    let lines: Vec<String> = own
        .map(|(lead, words)| format!("{lead}{words}"))
        .chain(written)
        .collect();
    lines.join("\n")
}

/// What happens with tasks when two records become one.
pub const MERGE: MergePart = MergePart {
    table: "tasks",
    join,
    part,
};

fn join(tx: &mut TenantTx<'_>, merging: &Merging) -> Result<serde_json::Value, AppError> {
    if queries::has_one_about_the_other(tx, merging)? {
        return Err(AppError::field(
            "other",
            "One of these two has a task about the other, so they are two people.",
        ));
    }
    Ok(serde_json::json!(queries::join(tx, merging)?))
}

fn part(tx: &mut TenantTx<'_>, merging: &Merging, moved: &serde_json::Value) -> Result<(), AppError> {
    Ok(queries::part(tx, merging, &merging.moved(moved))?)
}

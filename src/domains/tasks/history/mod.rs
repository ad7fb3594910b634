//! What happened to a task, as those who see it read it. The audit log keeps what an organization must be able to prove; this keeps
//! what people want to know, words and all.

pub mod queries;

use std::collections::HashMap;

use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, TaskId};
use crate::kernel::time::{local_date_time, machine};
use crate::platform::db::TenantTx;

use super::days::length_in_words;
use super::forms::TaskWords;
use super::model::Task;
use super::repeating::Repeat;
use queries::Change;

/// Changes shown on the page of a task.
const SHOWN: i64 = 30;

/// Notes what a task's new words change.
///
/// # Errors
/// When the database fails.
pub fn note_edit(
    tx: &mut TenantTx<'_>,
    task: &Task,
    words: &TaskWords,
    assignee: MemberId,
) -> Result<(), AppError> {
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let length = |minutes: Option<i32>| {
        minutes
            .map(|minutes| length_in_words(minutes.into()))
            .unwrap_or_default()
    };
    let rhythm = |repeat: Option<Repeat>| repeat.map(|repeat| repeat.in_words()).unwrap_or_default();
    let status = |label: &str, reason: &str| match reason {
        "" => label.to_owned(),
        reason => format!("{label}: {reason}"),
    };
    let told = [
        ("title", task.title.clone(), words.title.clone()),
        (
            "status",
            status(task.status.label(), &task.blocked_reason),
            status(words.status.label(), &words.blocked_reason),
        ),
        ("due", day(task.due_on), day(words.due_on)),
        (
            "priority",
            task.priority.label().to_owned(),
            words.priority.label().to_owned(),
        ),
        ("assignee", task.assignee_id.to_string(), assignee.to_string()),
        ("reference", task.reference.clone(), words.reference.clone()),
        ("estimate", length(task.estimate_minutes), length(words.estimate)),
        ("repeat", rhythm(task.repeat()), rhythm(words.repeat)),
    ];
    for (what, before, after) in told {
        if before != after {
            queries::add(tx, task.id, &Change { what, before, after })?;
        }
    }
    if task.details != words.details {
        note(tx, task.id, "details", "")?;
    }
    Ok(())
}

/// Notes one thing that happened.
///
/// # Errors
/// When the database fails.
pub fn note(tx: &mut TenantTx<'_>, task: TaskId, what: &'static str, after: &str) -> Result<(), AppError> {
    let change = Change {
        what,
        before: String::new(),
        after: after.to_owned(),
    };
    Ok(queries::add(tx, task, &change)?)
}

/// One change as it is shown.
pub struct ChangeLine {
    pub by: String,
    /// What they did, after their name.
    pub text: String,
    pub machine: String,
    pub shown: String,
}

/// The newest changes of a task.
///
/// # Errors
/// When the database fails.
pub fn newest(tx: &mut TenantTx<'_>, me: &Member, task: TaskId) -> Result<Vec<ChangeLine>, AppError> {
    let rows = queries::newest(tx, task, SHOWN)?;
    let named = rows.iter().filter(|row| row.what == "assignee").flat_map(|row| {
        [row.before.parse().ok(), row.after.parse().ok()]
            .into_iter()
            .flatten()
    });
    let people: Vec<MemberId> = rows.iter().filter_map(|row| row.made_by).chain(named).collect();
    let cards = tenancy::member_cards(tx, &people)?;
    let line = |row: queries::ChangeRow| ChangeLine {
        by: row
            .made_by
            .and_then(|by| cards.get(&by))
            .map_or_else(|| "Waymark".to_owned(), |card| card.name.clone()),
        text: in_words(&row, &cards),
        machine: machine(row.made_at),
        shown: local_date_time(row.made_at, me.zone),
    };
    Ok(rows.into_iter().map(line).collect())
}

fn in_words(row: &queries::ChangeRow, cards: &HashMap<MemberId, MemberCard>) -> String {
    let name = |id: &str| {
        let known = id.parse().ok().and_then(|id: MemberId| cards.get(&id));
        known.map_or_else(|| "somebody".to_owned(), |card| card.name.clone())
    };
    let (before, after) = (row.before.as_str(), row.after.as_str());
    let changed = |thing: &str| match (before, after) {
        ("", after) => format!("set {thing} to {after}"),
        (before, "") => format!("took away {thing}: {before}"),
        (before, after) => format!("changed {thing} from {before} to {after}"),
    };
    match row.what.as_str() {
        "created" => "made this task".to_owned(),
        "title" => changed("the title"),
        "details" => "changed the details".to_owned(),
        "status" => format!("moved it from {before} to {after}"),
        "due" => changed("the day"),
        "priority" => changed("the priority"),
        "assignee" => format!("passed it from {} to {}", name(before), name(after)),
        "reference" => changed("the reference"),
        "estimate" => changed("the estimate"),
        "repeat" => changed("how it repeats"),
        "item_added" => format!("added the step {after}"),
        "item_done" => format!("ticked {after}"),
        "item_open" => format!("unticked {after}"),
        "item_removed" => format!("removed the step {after}"),
        _ => "spoke with the person: the follow-up is done".to_owned(),
    }
}

//! Making, changing and doing tasks.

use chrono::NaiveDate;
use serde_json::json;

use crate::domains::tenancy;
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, NoteId, TaskId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::events::{TaskChanged, TaskCompleted, TaskCreated};
use super::forms::TaskWords;
use super::model::{Task, TaskStatus};
use super::queries::Follows;
use super::{history, policy, queries, series};

/// Makes a task; for oneself unless somebody is named.
///
/// # Errors
/// What the policy refuses; [`AppError::Invalid`] for people the actor may not know of, or an assignee who does not look after
/// the person it is about.
pub fn create(tx: &mut TenantTx<'_>, words: &TaskWords) -> Result<TaskId, AppError> {
    let me = tx.my_id()?;
    let assignee = words.assignee.unwrap_or(me);
    expect_known(tx, "assignee", assignee)?;
    let making = policy::may_make(tx.actor(), assignee)?;
    if let Some(member) = words.member {
        expect_known(tx, "member", member)?;
        if !queries::looks_after(tx, me, member)? {
            return Err(AppError::field("member", "You don't look after this person."));
        }
        expect_looks_after(tx, assignee, member)?;
    }
    insert(tx, &making, words, None)
}

fn insert(
    tx: &mut TenantTx<'_>,
    making: &policy::Making,
    words: &TaskWords,
    follows: Option<Follows>,
) -> Result<TaskId, AppError> {
    let task = queries::insert(tx, making, words, follows)?;
    let assignee = making.assignee();
    history::note(tx, task, "created", "")?;
    tx.audit(Entry::of("tasks.task.created", "task", task).after(
        json!({ "assignee": assignee, "member": words.member, "due_on": words.due_on, "note": follows.map(|follows| follows.note) }),
    ))?;
    tx.emit(&TaskCreated { task, assignee })?;
    Ok(task)
}

fn expect_known(tx: &mut TenantTx<'_>, field: &'static str, member: MemberId) -> Result<(), AppError> {
    match tenancy::visible_among(tx, &[member])?.is_empty() {
        true => Err(AppError::field(field, "Choose somebody from the list.")),
        false => Ok(()),
    }
}

fn expect_looks_after(tx: &mut TenantTx<'_>, assignee: MemberId, member: MemberId) -> Result<(), AppError> {
    match queries::looks_after(tx, assignee, member)? {
        true => Ok(()),
        false => Err(AppError::field(
            "assignee",
            "They don't look after the person this is about, so they would not see it.",
        )),
    }
}

/// Whether who passes a task on to `assignee` goes on seeing it. Nobody can give away what they then may not look at: the database
/// refuses that, and here it is said in words.
fn expect_passable(tx: &mut TenantTx<'_>, task: &Task, assignee: MemberId) -> Result<(), AppError> {
    let me = tx.my_id()?;
    match task.member_id {
        Some(member) if !task.is_private => expect_looks_after(tx, assignee, member),
        _ if task.created_by == Some(me) || assignee == me => Ok(()),
        _ => Err(AppError::field(
            "assignee",
            "Only who made this task gives it to somebody else.",
        )),
    }
}

/// A task that follows a note.
#[derive(Debug, Clone)]
pub struct FollowUp {
    /// The note.
    pub note: NoteId,
    /// Whether only its author reads it.
    pub is_private: bool,
    /// Whom it is about.
    pub member: MemberId,
    /// What to do.
    pub title: String,
    /// The day.
    pub due_on: NaiveDate,
}

/// Makes the follow-up of a note, for the acting member, in the note's transaction.
///
/// # Errors
/// When the database fails.
pub fn follow_up(tx: &mut TenantTx<'_>, follow_up: &FollowUp) -> Result<TaskId, AppError> {
    let making = policy::may_make(tx.actor(), tx.my_id()?)?;
    let words = TaskWords {
        due_on: Some(follow_up.due_on),
        member: Some(follow_up.member),
        ..TaskWords::titled(follow_up.title.clone())
    };
    let follows = Follows {
        note: follow_up.note,
        is_private: follow_up.is_private,
    };
    insert(tx, &making, &words, Some(follows))
}

/// Notes that somebody spoke with a person: what was to follow up is done, save what follows this very conversation.
///
/// # Errors
/// When the database fails.
pub fn spoke_with(tx: &mut TenantTx<'_>, member: MemberId, but: Option<TaskId>) -> Result<(), AppError> {
    for (task, assignee) in queries::complete_follow_ups(tx, member, but)? {
        tx.audit(
            Entry::of("tasks.task.completed", "task", task)
                .after(json!({ "because": "somebody spoke with them" })),
        )?;
        history::note(tx, task, "spoken", "")?;
        tx.emit(&TaskCompleted { task, assignee })?;
        let done = queries::task(tx, task)?;
        series::come_again(tx, &done)?;
    }
    Ok(())
}

/// Changes a task.
///
/// # Errors
/// [`AppError::NotFound`] for who does not see it; [`AppError::Conflict`] when somebody was faster; as [`create`].
pub fn edit(tx: &mut TenantTx<'_>, id: TaskId, words: &TaskWords, version: i32) -> Result<Task, AppError> {
    let task = queries::task(tx, id)?;
    let changing = policy::may_change(tx.actor(), &task)?;
    let assignee = words.assignee.unwrap_or(task.assignee_id);
    if assignee != task.assignee_id {
        expect_known(tx, "assignee", assignee)?;
        policy::may_make(tx.actor(), assignee)?;
        expect_passable(tx, &task, assignee)?;
    }
    queries::update(tx, &changing, words, assignee, version)?;
    tell(tx, &task, words, assignee)?;
    Ok(task)
}

fn tell(tx: &mut TenantTx<'_>, task: &Task, words: &TaskWords, assignee: MemberId) -> Result<(), AppError> {
    tx.audit(
        Entry::of("tasks.task.changed", "task", task.id)
            .before(json!({ "status": task.status, "due_on": task.due_on, "assignee": task.assignee_id, "priority": task.priority }))
            .after(json!({ "status": words.status, "due_on": words.due_on, "assignee": assignee, "priority": words.priority })),
    )?;
    history::note_edit(tx, task, words, assignee)?;
    let id = task.id;
    let (before, now) = (task.status, words.status);
    match now == TaskStatus::Completed && before != TaskStatus::Completed {
        true => tx.emit(&TaskCompleted { task: id, assignee })?,
        false => tx.emit(&TaskChanged { task: id, assignee })?,
    };
    series::follow(tx, id, before, now)
}

/// Where a task is moved.
#[derive(Debug, Clone)]
pub struct Move {
    /// The status it gets.
    pub to: TaskStatus,
    /// What it waits for, when that is `blocked`.
    pub reason: String,
    /// The version whoever moves it saw; none where nobody can have been faster, such as a button that means "done" either way.
    pub version: Option<i32>,
}

/// Moves a task to another status, as a card of the board or one button does. Doing it twice changes nothing.
///
/// # Errors
/// As [`edit`]; [`AppError::Invalid`] for `blocked` without a reason.
pub fn move_to(tx: &mut TenantTx<'_>, id: TaskId, wanted: &Move) -> Result<Task, AppError> {
    let task = queries::task(tx, id)?;
    if task.status == wanted.to {
        return Ok(task);
    }
    let changing = policy::may_change(tx.actor(), &task)?;
    if wanted.to == TaskStatus::Blocked && wanted.reason.is_empty() {
        return Err(AppError::field(
            "reason",
            "Say what it waits for, so that somebody can help.",
        ));
    }
    let words = TaskWords {
        status: wanted.to,
        blocked_reason: match wanted.to {
            TaskStatus::Blocked => wanted.reason.clone(),
            _ => String::new(),
        },
        ..TaskWords::of(&task)
    };
    let version = wanted.version.unwrap_or(task.version);
    queries::update(tx, &changing, &words, task.assignee_id, version)?;
    tell(tx, &task, &words, task.assignee_id)?;
    Ok(task)
}

/// Moves a task to a status that needs no reason.
///
/// # Errors
/// As [`move_to`].
pub fn set_status(tx: &mut TenantTx<'_>, id: TaskId, status: TaskStatus) -> Result<Task, AppError> {
    let wanted = Move {
        to: status,
        reason: String::new(),
        version: None,
    };
    move_to(tx, id, &wanted)
}

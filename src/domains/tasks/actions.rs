//! Making, changing and doing tasks.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use crate::domains::tenancy;
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, NoteId, TaskId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::events::{TaskChanged, TaskCompleted, TaskCreated};
use super::forms::TaskWords;
use super::history::{self, What};
use super::model::{Task, TaskStatus};
use super::queries::{Follows, Sight};
use super::{policy, queries, series};

/// Why somebody can't be given what is about a person.
const NOT_THEIRS: &str = "They don't look after the person this is about, so they would not see it.";

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
    history::note(tx, task, What::Created, "")?;
    tx.audit(Entry::of("tasks.task.created", "task", task).after(
        json!({ "assignee": assignee, "member": words.member, "due_on": words.due_on, "note": follows.and_then(|follows| follows.note) }),
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
        false => Err(AppError::field("assignee", NOT_THEIRS)),
    }
}

/// Whether a task can be passed on to `assignee`: who passes it on goes on seeing it, and whose it becomes sees it. Nobody can give
/// away what they then may not look at: the database refuses that, and here it is said in words.
fn expect_passable(tx: &mut TenantTx<'_>, task: &Task, assignee: MemberId) -> Result<(), AppError> {
    let me = tx.my_id()?;
    let is_of_two = task.member_id.is_none() || task.is_private;
    if is_of_two && task.created_by != Some(me) && assignee != me {
        return Err(AppError::field(
            "assignee",
            "Only who made this task gives it to somebody else.",
        ));
    }
    let passed = Sight {
        assignee,
        ..Sight::of(task)
    };
    if queries::is_seen_by(tx, passed, assignee)? {
        return Ok(());
    }
    Err(AppError::field(
        "assignee",
        match task.is_private && task.note_id.is_some() {
            true => "They may not read the note this follows, so they would not see it.",
            false => NOT_THEIRS,
        },
    ))
}

/// That the person a new task is to be about, when there is one, is somebody the acting member looks after: nobody else's name is
/// shown.
///
/// # Errors
/// [`AppError::NotFound`] otherwise.
pub fn expect_about(tx: &mut TenantTx<'_>, typed: &str) -> Result<(), AppError> {
    if typed.is_empty() {
        return Ok(());
    }
    let (me, member) = (tx.my_id()?, typed.parse().map_err(|_| AppError::NotFound)?);
    match queries::looks_after(tx, me, member)? {
        true => Ok(()),
        false => Err(AppError::NotFound),
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

/// Makes the follow-up of a note, for the acting member, in the note's transaction. What somebody wrote for others and may not read
/// again themselves has a follow-up that stands alone: it is their own plan, and nobody would see what follows the note.
///
/// # Errors
/// When the database fails.
pub fn follow_up(tx: &mut TenantTx<'_>, follow_up: &FollowUp) -> Result<TaskId, AppError> {
    let me = tx.my_id()?;
    let making = policy::may_make(tx.actor(), me)?;
    let sight = Sight {
        assignee: me,
        maker: Some(me),
        member: Some(follow_up.member),
        is_private: follow_up.is_private,
        note: Some(follow_up.note),
    };
    let stands_alone = follow_up.is_private && !queries::is_seen_by(tx, sight, me)?;
    let words = TaskWords {
        due_on: Some(follow_up.due_on),
        member: Some(follow_up.member),
        ..TaskWords::titled(follow_up.title.clone())
    };
    let follows = Follows {
        note: Some(follow_up.note).filter(|_| !stands_alone),
        is_private: follow_up.is_private,
    };
    insert(tx, &making, &words, Some(follows))
}

/// Closes what follows a note to whoever may not read the note any more; called in the transaction in which fewer people may. What
/// was passed on to somebody who may not comes back to the acting member, who wrote the note.
///
/// # Errors
/// When the database fails.
pub fn close_with_note(tx: &mut TenantTx<'_>, note: NoteId) -> Result<(), AppError> {
    let me = tx.my_id()?;
    let open = queries::after(tx, note)?;
    for task in open.into_iter().filter(|task| !task.is_private) {
        let closed = Sight {
            is_private: true,
            ..Sight::of(&task)
        };
        let assignee = match queries::is_seen_by(tx, closed, task.assignee_id)? {
            true => task.assignee_id,
            false => me,
        };
        let changing = policy::may_change(tx.actor(), &task)?;
        queries::make_private(tx, &changing, assignee)?;
        history::note_edit(tx, &task, &TaskWords::of(&task), assignee)?;
        tx.audit(
            Entry::of("tasks.task.closed", "task", task.id)
                .before(json!({ "assignee": task.assignee_id }))
                .after(json!({ "assignee": assignee, "note": note })),
        )?;
        tx.emit(&TaskChanged {
            task: task.id,
            assignee,
        })?;
    }
    Ok(())
}

/// Opens what follows a note to those who look after its person; called in the transaction in which the team may read the note.
///
/// # Errors
/// When the database fails.
pub fn open_with_note(tx: &mut TenantTx<'_>, note: NoteId) -> Result<(), AppError> {
    let closed = queries::after(tx, note)?;
    for task in closed.into_iter().filter(|task| task.is_private) {
        let changing = policy::may_change(tx.actor(), &task)?;
        queries::make_open(tx, &changing)?;
        tx.audit(Entry::of("tasks.task.opened", "task", task.id).after(json!({ "note": note })))?;
        tx.emit(&TaskChanged {
            task: task.id,
            assignee: task.assignee_id,
        })?;
    }
    Ok(())
}

/// Takes away what is private to people who stopped being members long ago and follows no note any more, while the portal shreds;
/// answers how many. What follows a note goes with the note.
///
/// # Errors
/// When the database fails.
pub fn shred_abandoned(tx: &mut TenantTx<'_>, departed: &[MemberId]) -> Result<usize, AppError> {
    Ok(queries::shred_abandoned(tx, departed)?)
}

/// Notes that somebody spoke with a person at this moment: what was to follow up is done, save what follows this very conversation,
/// and what reminds of the person starts anew.
///
/// # Errors
/// When the database fails.
pub fn spoke_with(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    at: DateTime<Utc>,
    but: Option<TaskId>,
) -> Result<(), AppError> {
    start_anew(tx, member, at)?;
    for (task, assignee) in queries::complete_follow_ups(tx, member, but)? {
        tx.audit(
            Entry::of("tasks.task.completed", "task", task)
                .after(json!({ "because": "somebody spoke with them" })),
        )?;
        history::note(tx, task, What::Spoken, "")?;
        tx.emit(&TaskCompleted { task, assignee })?;
        let done = queries::task(tx, task)?;
        series::come_again(tx, &done)?;
    }
    Ok(())
}

/// Makes what counts from the last conversation due as long after this one as it was to be. One that was noted late never brings the
/// day forward, and what has come to its end is done.
fn start_anew(tx: &mut TenantTx<'_>, member: MemberId, at: DateTime<Utc>) -> Result<(), AppError> {
    let day = at.with_timezone(&tx.me()?.zone).date_naive();
    for task in queries::counting_from_contact(tx, member)? {
        let (Some(repeat), Some(due)) = (task.repeat(), task.due_on) else {
            continue;
        };
        let Some(next) = repeat.after(day) else {
            set_status(tx, &task, TaskStatus::Completed)?;
            continue;
        };
        if next <= due {
            continue;
        }
        let changing = policy::may_change(tx.actor(), &task)?;
        queries::put_off(tx, &changing, next)?;
        history::note_anew(tx, task.id, due, next)?;
        tx.audit(
            Entry::of("tasks.task.changed", "task", task.id)
                .before(json!({ "due_on": due }))
                .after(json!({ "due_on": next, "because": "somebody spoke with them" })),
        )?;
        tx.emit(&TaskChanged {
            task: task.id,
            assignee: task.assignee_id,
        })?;
    }
    Ok(())
}

/// Changes a task the acting member sees.
///
/// # Errors
/// [`AppError::Conflict`] when somebody was faster; [`AppError::Invalid`] for what repeats without a day; as [`create`].
pub fn edit(tx: &mut TenantTx<'_>, task: &Task, words: &TaskWords, version: i32) -> Result<(), AppError> {
    let changing = policy::may_change(tx.actor(), task)?;
    expect_day_to_repeat(words)?;
    let assignee = words.assignee.unwrap_or(task.assignee_id);
    if assignee != task.assignee_id {
        expect_known(tx, "assignee", assignee)?;
        policy::may_make(tx.actor(), assignee)?;
        expect_passable(tx, task, assignee)?;
    }
    queries::update(tx, &changing, words, assignee, version)?;
    tell(tx, task, words, assignee)
}

fn expect_day_to_repeat(words: &TaskWords) -> Result<(), AppError> {
    match (words.repeat, words.due_on) {
        (Some(_), None) => Err(AppError::field(
            "due",
            "This task repeats, which counts from a day.",
        )),
        _ => Ok(()),
    }
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
pub fn move_to(tx: &mut TenantTx<'_>, task: &Task, wanted: &Move) -> Result<(), AppError> {
    if task.status == wanted.to {
        return Ok(());
    }
    let changing = policy::may_change(tx.actor(), task)?;
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
        ..TaskWords::of(task)
    };
    let version = wanted.version.unwrap_or(task.version);
    queries::update(tx, &changing, &words, task.assignee_id, version)?;
    tell(tx, task, &words, task.assignee_id)
}

/// Moves a task to a status that needs no reason.
///
/// # Errors
/// As [`move_to`].
pub fn set_status(tx: &mut TenantTx<'_>, task: &Task, status: TaskStatus) -> Result<(), AppError> {
    let wanted = Move {
        to: status,
        reason: String::new(),
        version: None,
    };
    move_to(tx, task, &wanted)
}

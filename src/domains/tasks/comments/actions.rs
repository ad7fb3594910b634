//! Saying something about a task, changing and taking back what one said.

use serde_json::json;

use crate::domains::tasks::events::{TaskCommented, TaskMentioned};
use crate::domains::tasks::model::Task;
use crate::domains::tasks::policy;
use crate::domains::tasks::queries::{self as tasks, Sight};
use crate::domains::tenancy;
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::{MemberId, TaskCommentId, TaskId};
use crate::kernel::markup;
use crate::kernel::validate::Check;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::queries::{self, Comment, Own};

/// Says something, or answers a comment. An answer to an answer stands beside it: there are two levels.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such comment to answer; [`AppError::Invalid`] for nothing, too much, or somebody named who
/// does not see the task.
pub fn add(
    tx: &mut TenantTx<'_>,
    task: &Task,
    parent: Option<TaskCommentId>,
    typed: &str,
) -> Result<TaskCommentId, AppError> {
    let adding = policy::may_add(tx.actor(), task)?;
    let (id, me) = (task.id, adding.member());
    let parent = match parent {
        Some(parent) => {
            let found = queries::one(tx, id, parent)?;
            Some(found.parent_id.unwrap_or(found.id))
        }
        None => None,
    };
    let body = words(typed)?;
    let named = named(tx, task, me, &body)?;
    let comment = queries::insert(tx, &adding, parent, &body)?;
    queries::see_mentions(tx, id, me)?;
    for member in named {
        mention(tx, id, comment, member)?;
    }
    tx.audit(Entry::of("tasks.comment.written", "task", id).after(json!({ "comment": comment })))?;
    tx.emit(&TaskCommented { task: id, comment })?;
    Ok(comment)
}

fn words(typed: &str) -> Result<String, AppError> {
    let mut check = Check::default();
    let body = check.text("body", "The comment", typed, 1, 4_000);
    Ok(check.finish(|| body)?)
}

fn mention(
    tx: &mut TenantTx<'_>,
    task: TaskId,
    comment: TaskCommentId,
    member: MemberId,
) -> Result<(), AppError> {
    queries::mention(tx, task, comment, member)?;
    tx.emit(&TaskMentioned {
        task,
        comment,
        member,
    })
    .map(|_| ())
}

/// Whom a text names, all of whom see the task. Words that look like a name and are nobody's stay words.
fn named(tx: &mut TenantTx<'_>, task: &Task, me: MemberId, body: &str) -> Result<Vec<MemberId>, AppError> {
    let handles = markup::handles_in(body);
    if handles.is_empty() {
        return Ok(Vec::new());
    }
    let mut named = Vec::new();
    for card in tenancy::find_by_handles(tx, &handles)? {
        if card.id == me {
            continue;
        }
        if !tasks::is_seen_by(tx, Sight::of(task), card.id)? {
            let message = format!(
                "@{} does not see this task, so they can't be named here.",
                card.handle
            );
            return Err(AppError::field("body", message));
        }
        named.push(card.id);
    }
    Ok(named)
}

/// Proof that a comment is the acting member's own.
///
/// # Errors
/// [`Denied`] for others.
pub fn own<'a>(tx: &TenantTx<'_>, comment: &'a Comment) -> Result<Own<'a>, AppError> {
    let me = tx.my_id()?;
    Ok(Own::of(comment, me)
        .ok_or_else(|| Denied::because("Only who wrote a comment changes or deletes it."))?)
}

/// Changes the words of one's own comment. Who is named anew is told; who was named already is not told again.
///
/// # Errors
/// As [`add`]; [`AppError::Denied`] for others' comments.
pub fn edit(tx: &mut TenantTx<'_>, id: TaskId, comment: TaskCommentId, typed: &str) -> Result<(), AppError> {
    let task = tasks::task(tx, id)?;
    let before = queries::held(tx, id, comment)?;
    let proof = own(tx, &before)?;
    let body = words(typed)?;
    let named = named(tx, &task, before.author_id, &body)?;
    let told = queries::mentioned(tx, comment)?;
    queries::replace(tx, &proof, &body)?;
    for member in told.iter().filter(|member| !named.contains(member)) {
        queries::unmention(tx, comment, *member)?;
    }
    for member in named.into_iter().filter(|member| !told.contains(member)) {
        mention(tx, id, comment, member)?;
    }
    tx.audit(Entry::of("tasks.comment.changed", "task", id).after(json!({ "comment": comment })))?;
    Ok(())
}

/// Takes back one's own comment.
///
/// # Errors
/// As [`edit`].
pub fn delete(tx: &mut TenantTx<'_>, id: TaskId, comment: TaskCommentId) -> Result<(), AppError> {
    let before = queries::held(tx, id, comment)?;
    let proof = own(tx, &before)?;
    queries::delete(tx, &proof)?;
    tx.audit(Entry::of("tasks.comment.deleted", "task", id).after(json!({ "comment": comment })))?;
    Ok(())
}

/// Notes that the acting member has read where the comments of a task name them.
///
/// # Errors
/// [`AppError::NotFound`] for who does not see the task.
pub fn see(tx: &mut TenantTx<'_>, id: TaskId) -> Result<(), AppError> {
    tasks::task(tx, id)?;
    let me = tx.my_id()?;
    queries::see_mentions(tx, id, me)?;
    Ok(())
}

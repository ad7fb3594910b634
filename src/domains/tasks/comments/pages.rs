//! What is printed of comments.

use askama::Template;

use crate::domains::tenancy;
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{MemberId, TaskCommentId, TaskId};
use crate::kernel::time::{local_date_time, machine};
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::queries::{self, Comment};

/// Comments shown at once.
const THREADS: usize = 30;
/// Answers shown under all of them.
const ANSWERS: i64 = 500;

/// A comment as it is shown.
pub struct CommentLine {
    pub id: TaskCommentId,
    pub author: String,
    pub initials: String,
    pub hue: u16,
    /// Paragraphs; none once it is deleted.
    pub lines: Vec<String>,
    pub is_deleted: bool,
    pub is_edited: bool,
    pub is_own: bool,
    pub machine: String,
    pub shown: String,
}

/// A comment and its answers.
pub struct Thread {
    pub comment: CommentLine,
    pub answers: Vec<CommentLine>,
}

/// The talk on the page of a task.
pub struct Talk {
    /// The oldest first.
    pub threads: Vec<Thread>,
    /// Where earlier ones are.
    pub earlier: String,
    /// Whether somebody names the acting member and they have not said that they read it.
    pub names_me: bool,
}

impl Talk {
    /// The newest comments, or those before one.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        me: &Member,
        task: TaskId,
        before: Option<TaskCommentId>,
    ) -> Result<Self, AppError> {
        let limit = i64::try_from(THREADS + 1).unwrap_or(i64::MAX);
        let mut found = queries::threads(tx, task, before, limit)?;
        let has_more = found.len() > THREADS;
        found.truncate(THREADS);
        found.reverse();
        let earlier = found
            .first()
            .filter(|_| has_more)
            .map(|first| format!("/tasks/{task}?before={}#comments", first.id));
        let ids: Vec<TaskCommentId> = found.iter().map(|comment| comment.id).collect();
        let mut answers = queries::answers(tx, &ids, ANSWERS)?;
        let authors: Vec<MemberId> = found.iter().chain(&answers).map(|one| one.author_id).collect();
        let cards = tenancy::member_cards(tx, &authors)?;
        let line = |comment: Comment| {
            let card = cards.get(&comment.author_id);
            CommentLine {
                author: card.map(|card| card.name.clone()).unwrap_or_default(),
                initials: card.map(|card| card.initials.clone()).unwrap_or_default(),
                hue: card.map_or(0, |card| card.hue),
                lines: comment
                    .body
                    .lines()
                    .filter(|line| !line.trim().is_empty())
                    .map(str::to_owned)
                    .collect(),
                is_deleted: comment.deleted_at.is_some(),
                is_edited: comment.edited_at.is_some() && comment.deleted_at.is_none(),
                is_own: comment.author_id == me.member && comment.deleted_at.is_none(),
                machine: machine(comment.created_at),
                shown: local_date_time(comment.created_at, me.zone),
                id: comment.id,
            }
        };
        let mut threads = Vec::new();
        for comment in found {
            let (own, others): (Vec<Comment>, Vec<Comment>) = answers
                .into_iter()
                .partition(|answer| answer.parent_id == Some(comment.id));
            answers = others;
            threads.push(Thread {
                comment: line(comment),
                answers: own.into_iter().map(line).collect(),
            });
        }
        // What was taken back and has no answer leaves no trace.
        threads.retain(|thread| !thread.comment.is_deleted || !thread.answers.is_empty());
        Ok(Self {
            threads,
            earlier: earlier.unwrap_or_default(),
            names_me: queries::has_unseen(tx, task, me.member)?,
        })
    }
}

/// `/tasks/{task}/comments/{comment}`
#[derive(Template)]
#[template(path = "tasks/comment.html")]
pub struct CommentPage {
    pub shell: Shell,
    pub task: TaskId,
    pub title: String,
    pub id: TaskCommentId,
    pub body: String,
    pub errors: FieldErrors,
}

//! What is printed of comments.

use std::collections::HashMap;

use askama::Template;

use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{MemberId, TaskCommentId, TaskId};
use crate::kernel::time::{local_date_time, machine};
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::queries::{self, Comment};

/// Comments shown at once.
const THREADS: usize = 30;
/// Answers shown under each of them.
const ANSWERS: usize = 30;

/// Which part of a talk is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Part {
    /// The newest comments with their newest answers.
    #[default]
    Newest,
    /// Comments before this one.
    Before(TaskCommentId),
    /// One comment with its answers before this one.
    AnswersBefore(TaskCommentId),
}

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
    /// Where earlier answers are; empty when all are here.
    pub earlier: String,
    pub answers: Vec<CommentLine>,
}

/// The talk on the page of a task.
pub struct Talk {
    /// The oldest first.
    pub threads: Vec<Thread>,
    /// Where earlier ones are; empty when there are none.
    pub earlier: String,
    /// Where the newest are; empty when they are here.
    pub newest: String,
    /// Whether somebody names the acting member and they have not said that they read it.
    pub names_me: bool,
}

impl Talk {
    /// A part of what is said about a task.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a part that begins nowhere.
    pub fn read(tx: &mut TenantTx<'_>, me: &Member, task: TaskId, part: Part) -> Result<Self, AppError> {
        let (found, earlier) = comments(tx, task, part)?;
        let before = match part {
            Part::AnswersBefore(answer) => Some(answer),
            Part::Newest | Part::Before(_) => None,
        };
        let ids: Vec<TaskCommentId> = found.iter().map(|comment| comment.id).collect();
        let answers = queries::answers(tx, task, &ids, before, one_more(ANSWERS))?;
        let authors: Vec<MemberId> = found.iter().chain(&answers).map(|one| one.author_id).collect();
        let cards = tenancy::member_cards(tx, &authors)?;
        let mut answered: HashMap<Option<TaskCommentId>, Vec<Comment>> = HashMap::new();
        for answer in answers {
            answered.entry(answer.parent_id).or_default().push(answer);
        }
        let thread = |comment: Comment| {
            let answers = answered.remove(&Some(comment.id)).unwrap_or_default();
            thread(comment, answers, |comment| line(comment, &cards, me))
        };
        let mut threads: Vec<Thread> = found.into_iter().map(thread).collect();
        // What was taken back and has no answer leaves no trace.
        threads.retain(|thread| !thread.comment.is_deleted || !thread.answers.is_empty());
        Ok(Self {
            threads,
            earlier: earlier
                .map(|first| format!("/tasks/{task}?before={first}#comments"))
                .unwrap_or_default(),
            newest: match part {
                Part::Newest => String::new(),
                Part::Before(_) | Part::AnswersBefore(_) => format!("/tasks/{task}#comments"),
            },
            names_me: queries::has_unseen(tx, task, me.member)?,
        })
    }
}

/// So many and one more, which tells whether there are more.
fn one_more(shown: usize) -> i64 {
    i64::try_from(shown + 1).unwrap_or(i64::MAX)
}

/// The comments of a part, the oldest first, and the first of them when there are earlier ones.
fn comments(
    tx: &mut TenantTx<'_>,
    task: TaskId,
    part: Part,
) -> Result<(Vec<Comment>, Option<TaskCommentId>), AppError> {
    let before = match part {
        Part::Newest => None,
        Part::Before(comment) => Some(comment),
        Part::AnswersBefore(answer) => {
            let answered = queries::one(tx, task, answer)?.parent_id;
            let answered = answered.ok_or(AppError::NotFound)?;
            return Ok((vec![queries::one(tx, task, answered)?], None));
        }
    };
    let mut found = queries::threads(tx, task, before, one_more(THREADS))?;
    let has_more = found.len() > THREADS;
    found.truncate(THREADS);
    found.reverse();
    let first = found.first().filter(|_| has_more).map(|first| first.id);
    Ok((found, first))
}

/// A comment with the newest of its answers, of which one more was looked for than is shown.
fn thread(comment: Comment, mut answers: Vec<Comment>, line: impl Fn(Comment) -> CommentLine) -> Thread {
    let more = answers.len().saturating_sub(ANSWERS);
    answers.drain(..more);
    let first = answers.first().filter(|_| more > 0);
    Thread {
        earlier: first
            .map(|first| format!("/tasks/{}?answers={}#c-{}", comment.task_id, first.id, comment.id))
            .unwrap_or_default(),
        answers: answers.into_iter().map(&line).collect(),
        comment: line(comment),
    }
}

fn line(comment: Comment, cards: &HashMap<MemberId, MemberCard>, me: &Member) -> CommentLine {
    let card = cards.get(&comment.author_id);
    let paragraphs = comment.body.lines().filter(|line| !line.trim().is_empty());
    CommentLine {
        author: card.map(|card| card.name.clone()).unwrap_or_default(),
        initials: card.map(|card| card.initials.clone()).unwrap_or_default(),
        hue: card.map_or(0, |card| card.hue),
        lines: paragraphs.map(str::to_owned).collect(),
        is_deleted: comment.deleted_at.is_some(),
        is_edited: comment.edited_at.is_some() && comment.deleted_at.is_none(),
        is_own: comment.author_id == me.member && comment.deleted_at.is_none(),
        machine: machine(comment.created_at),
        shown: local_date_time(comment.created_at, me.zone),
        id: comment.id,
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

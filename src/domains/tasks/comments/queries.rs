//! Comments in SQL. Those on a task the acting member does not see are not there.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::tasks::policy::Adding;
use crate::kernel::ids::{MemberId, TaskCommentId, TaskId};
use crate::platform::db::schema::{task_comments, task_mentions};
use crate::platform::db::{TenantTx, statement};

/// A comment, or what is left of a deleted one.
#[derive(HasQuery, QueryableByName, Debug, Clone)]
#[diesel(table_name = task_comments)]
pub struct Comment {
    pub id: TaskCommentId,
    pub task_id: TaskId,
    pub parent_id: Option<TaskCommentId>,
    pub author_id: MemberId,
    /// Empty once it is deleted.
    pub body: String,
    pub created_at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    pub deleted_at: Option<DateTime<Utc>>,
}

/// The newest comments before one, without the answers, the newest first.
pub fn threads(
    tx: &mut TenantTx<'_>,
    task: TaskId,
    before: Option<TaskCommentId>,
    limit: i64,
) -> QueryResult<Vec<Comment>> {
    let mut query = Comment::query()
        .filter(task_comments::task_id.eq(task))
        .filter(task_comments::parent_id.is_null())
        .order(task_comments::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(task_comments::id.lt(before));
    }
    query.load(tx.conn())
}

/// The newest answers to each of these comments, or those before one of them; the oldest first. `each` for every comment.
#[expect(clippy::disallowed_methods, reason = "so many of each comment")]
pub fn answers(
    tx: &mut TenantTx<'_>,
    task: TaskId,
    to: &[TaskCommentId],
    before: Option<TaskCommentId>,
    each: i64,
) -> QueryResult<Vec<Comment>> {
    statement(
        "SELECT a.* FROM unnest($2) AS p (id) CROSS JOIN LATERAL (SELECT c.* FROM task_comments c \
           WHERE c.org_id = app.current_org() AND c.task_id = $1 AND c.parent_id = p.id AND ($3::uuid IS NULL OR c.id < $3) \
           ORDER BY c.id DESC LIMIT $4) a ORDER BY a.id",
    )
    .bind::<SqlUuid, _>(task)
    .bind::<Array<SqlUuid>, _>(to.to_vec())
    .bind::<Nullable<SqlUuid>, _>(before)
    .bind::<BigInt, _>(each)
    .load(tx.conn())
}

/// Comments and answers after one, the oldest first.
pub fn page_after(
    tx: &mut TenantTx<'_>,
    task: TaskId,
    after: Option<TaskCommentId>,
    limit: i64,
) -> QueryResult<Vec<Comment>> {
    let mut query = Comment::query()
        .filter(task_comments::task_id.eq(task))
        .order(task_comments::id)
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(task_comments::id.gt(after));
    }
    query.load(tx.conn())
}

/// One comment of a task.
pub fn one(tx: &mut TenantTx<'_>, task: TaskId, id: TaskCommentId) -> QueryResult<Comment> {
    Comment::query()
        .filter(task_comments::task_id.eq(task))
        .filter(task_comments::id.eq(id))
        .first(tx.conn())
}

/// One comment of a task, held against others who change it.
pub fn held(tx: &mut TenantTx<'_>, task: TaskId, id: TaskCommentId) -> QueryResult<Comment> {
    Comment::query()
        .filter(task_comments::task_id.eq(task))
        .filter(task_comments::id.eq(id))
        .for_update()
        .first(tx.conn())
}

/// Writes a comment of the acting member.
pub fn insert(
    tx: &mut TenantTx<'_>,
    adding: &Adding<'_>,
    parent: Option<TaskCommentId>,
    body: &str,
) -> QueryResult<TaskCommentId> {
    let (id, now): (TaskCommentId, _) = (tx.new_id(), tx.now());
    diesel::insert_into(task_comments::table)
        .values((
            task_comments::id.eq(id),
            task_comments::task_id.eq(adding.task().id),
            task_comments::parent_id.eq(parent),
            task_comments::author_id.eq(adding.member()),
            task_comments::body.eq(body),
            task_comments::created_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

/// That the acting member wrote a comment that still stands.
pub struct Own<'a>(&'a Comment);

impl<'a> Own<'a> {
    /// Proof for the author of a comment; none for anybody else, and of what is deleted.
    pub fn of(comment: &'a Comment, me: MemberId) -> Option<Self> {
        (comment.author_id == me && comment.deleted_at.is_none()).then_some(Self(comment))
    }
}

/// Writes a comment's new words.
pub fn replace(tx: &mut TenantTx<'_>, own: &Own<'_>, body: &str) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(task_comments::table.filter(task_comments::id.eq(own.0.id)))
        .set((
            task_comments::body.eq(body),
            task_comments::edited_at.eq(Some(now)),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Takes a comment's words away, and whom it named; its answers stay.
pub fn delete(tx: &mut TenantTx<'_>, own: &Own<'_>) -> QueryResult<()> {
    let now = tx.now();
    diesel::delete(task_mentions::table.filter(task_mentions::comment_id.eq(own.0.id))).execute(tx.conn())?;
    diesel::update(task_comments::table.filter(task_comments::id.eq(own.0.id)))
        .set((
            task_comments::body.eq(""),
            task_comments::deleted_at.eq(Some(now)),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Whom a comment names.
pub fn mentioned(tx: &mut TenantTx<'_>, comment: TaskCommentId) -> QueryResult<Vec<MemberId>> {
    task_mentions::table
        .filter(task_mentions::comment_id.eq(comment))
        .select(task_mentions::member_id)
        .load(tx.conn())
}

/// Notes that a comment names somebody.
pub fn mention(
    tx: &mut TenantTx<'_>,
    task: TaskId,
    comment: TaskCommentId,
    member: MemberId,
) -> QueryResult<()> {
    diesel::insert_into(task_mentions::table)
        .values((
            task_mentions::task_id.eq(task),
            task_mentions::comment_id.eq(comment),
            task_mentions::member_id.eq(member),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .map(|_| ())
}

/// Notes that a comment no longer names somebody.
pub fn unmention(tx: &mut TenantTx<'_>, comment: TaskCommentId, member: MemberId) -> QueryResult<()> {
    let named = task_mentions::table
        .filter(task_mentions::comment_id.eq(comment))
        .filter(task_mentions::member_id.eq(member));
    diesel::delete(named).execute(tx.conn()).map(|_| ())
}

/// Notes that a member has read where a task's comments name them. Answers how many those were.
pub fn see_mentions(tx: &mut TenantTx<'_>, task: TaskId, me: MemberId) -> QueryResult<usize> {
    let now = tx.now();
    let unseen = task_mentions::table
        .filter(task_mentions::task_id.eq(task))
        .filter(task_mentions::member_id.eq(me))
        .filter(task_mentions::seen_at.is_null());
    diesel::update(unseen)
        .set(task_mentions::seen_at.eq(Some(now)))
        .execute(tx.conn())
}

/// Where somebody is named and has not said that they read it.
#[derive(QueryableByName, Debug, Clone)]
pub struct Mention {
    #[diesel(sql_type = SqlUuid)]
    pub task_id: TaskId,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub author: String,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// The newest mentions a member has not read, on tasks they see.
#[expect(clippy::disallowed_methods, reason = "joins of four tables")]
pub fn unseen(tx: &mut TenantTx<'_>, me: MemberId, limit: i64) -> QueryResult<Vec<Mention>> {
    statement(
        "SELECT t.id AS task_id, t.title, a.display_name AS author, c.created_at AS at FROM task_mentions m \
         JOIN task_comments c ON c.org_id = m.org_id AND c.id = m.comment_id JOIN tasks t ON t.org_id = m.org_id AND t.id = m.task_id \
         JOIN members a ON a.org_id = c.org_id AND a.id = c.author_id \
         WHERE m.member_id = $1 AND m.seen_at IS NULL ORDER BY m.comment_id DESC LIMIT $2",
    )
    .bind::<SqlUuid, _>(me)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
}

/// Whether a task names a member where they have not read it.
pub fn has_unseen(tx: &mut TenantTx<'_>, task: TaskId, me: MemberId) -> QueryResult<bool> {
    let unseen = task_mentions::table
        .filter(task_mentions::task_id.eq(task))
        .filter(task_mentions::member_id.eq(me))
        .filter(task_mentions::seen_at.is_null());
    diesel::select(diesel::dsl::exists(unseen)).get_result(tx.conn())
}

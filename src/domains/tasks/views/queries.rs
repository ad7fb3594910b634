//! The one query behind every list of tasks.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::tasks::model::{TaskPriority, TaskStatus};
use crate::kernel::ids::{MemberId, TaskId};
use crate::kernel::sql_types;
use crate::platform::db::{Statement, TenantTx, statement};

use super::filter::{TaskFilter, Whose};

/// A task in a list.
#[derive(QueryableByName, Debug, Clone)]
pub struct Listed {
    #[diesel(sql_type = SqlUuid)]
    pub id: TaskId,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = sql_types::TaskStatus)]
    pub status: TaskStatus,
    #[diesel(sql_type = sql_types::TaskPriority)]
    pub priority: TaskPriority,
    #[diesel(sql_type = Nullable<Date>)]
    pub due_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub member_id: Option<MemberId>,
    /// Whom it is about.
    #[diesel(sql_type = Nullable<Text>)]
    pub member: Option<String>,
    /// Whose it is when nobody is away.
    #[diesel(sql_type = SqlUuid)]
    pub assignee_id: MemberId,
    #[diesel(sql_type = Text)]
    pub assignee: String,
    #[diesel(sql_type = Text)]
    pub blocked_reason: String,
    #[diesel(sql_type = Bool)]
    pub is_follow_up: bool,
    #[diesel(sql_type = Timestamptz)]
    pub changed_at: DateTime<Utc>,
    #[diesel(sql_type = Integer)]
    pub version: i32,
}

/// A task in one of several parts that show only their first ones.
#[derive(QueryableByName, Debug, Clone)]
pub struct Placed {
    #[diesel(embed)]
    pub task: Listed,
    /// How many there are in its part.
    #[diesel(sql_type = BigInt)]
    pub total: i64,
}

/// What tasks are parted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// The columns of the board.
    Status,
    /// The days of the calendar.
    Day,
}

/// The assignees whose tasks about a person fall to the acting member now. Asked once a pair and not once a task, since the answer
/// takes several look-ups.
const FALLEN: &str = "WITH fallen AS MATERIALIZED ( \
       SELECT x.assignee_id, x.member_id FROM ( \
         SELECT DISTINCT t.assignee_id, t.member_id FROM tasks t \
         WHERE t.assignee_id <> $1 AND t.member_id IS NOT NULL AND NOT t.is_private AND t.completed_at IS NULL AND t.status <> 'cancelled' \
           AND t.member_id IN (SELECT p.member_id FROM app.people_of($1, app.moment()) p) \
       ) x WHERE app.task_falls_to(x.assignee_id, x.member_id, app.moment()) = $1 \
     ) ";

const MINE: &str = "(t.assignee_id = $1 AND (t.member_id IS NULL OR t.is_private OR t.status IN ('completed', 'cancelled') \
         OR NOT (SELECT app.is_away($1, app.moment())) OR app.task_falls_to(t.assignee_id, t.member_id, app.moment()) = $1) \
       OR (NOT t.is_private AND t.status NOT IN ('completed', 'cancelled') \
         AND (t.assignee_id, t.member_id) IN (SELECT f.assignee_id, f.member_id FROM fallen f)) \
       OR t.completed_by = $1)";

const COLUMNS: &str = "t.id, t.title, t.status, t.priority, t.due_on, t.member_id, t.assignee_id, t.blocked_reason, t.is_follow_up, \
     t.changed_at, t.version";

const NAMED: &str = "SELECT x.*, m.display_name AS member, a.display_name AS assignee FROM found x \
     JOIN members a ON a.org_id = app.current_org() AND a.id = x.assignee_id \
     LEFT JOIN members m ON m.org_id = app.current_org() AND m.id = x.member_id";

fn begin(whose: Whose) -> &'static str {
    match whose {
        Whose::Mine => FALLEN,
        _ => "WITH ",
    }
}

/// `found AS (…` needs a comma after `fallen`.
fn joint(whose: Whose) -> &'static str {
    match whose {
        Whose::Mine => ", ",
        _ => "",
    }
}

/// The tasks of a filter: `$1` to `$7`.
fn matching(whose: Whose) -> String {
    let whose = match whose {
        Whose::Mine => MINE,
        Whose::Made => "t.created_by = $1",
        Whose::People => "t.member_id IN (SELECT p.member_id FROM app.people_of($1, app.moment()) p)",
        Whose::Backed => {
            "t.assignee_id <> $1 AND t.member_id IN (SELECT p.member_id FROM app.people_of($1, app.moment()) p WHERE p.kind = 'backup')"
        }
        Whose::Watched => "t.id IN (SELECT w.task_id FROM task_watchers w WHERE w.member_id = $1)",
        Whose::All => "$1::uuid IS NOT NULL",
    };
    format!(
        "{whose} AND t.status = ANY ($2) AND ($3::date IS NULL OR t.due_on >= $3) AND ($4::date IS NULL OR t.due_on <= $4) \
         AND (NOT $5 OR t.due_on IS NULL) AND ($6 = '' OR position(app.search_fold($6) IN app.search_fold(concat_ws(' ', t.title, t.reference))) > 0) \
         AND ($7::timestamptz IS NULL OR t.completed_at IS NULL OR t.completed_at >= $7)"
    )
}

fn bound(sql: String, me: MemberId, filter: &TaskFilter) -> Statement<'_> {
    #[expect(
        clippy::disallowed_methods,
        reason = "functions of the database and common table expressions"
    )]
    let text = statement(sql);
    text.bind::<SqlUuid, _>(me)
        .bind::<Array<sql_types::TaskStatus>, _>(filter.statuses.clone())
        .bind::<Nullable<Date>, _>(filter.from)
        .bind::<Nullable<Date>, _>(filter.to)
        .bind::<Bool, _>(filter.without_day)
        .bind::<Text, _>(filter.words.clone())
        .bind::<Nullable<Timestamptz>, _>(filter.done_since)
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By day, those without one last.
    Due,
    /// Newest change first.
    Changed,
}

/// A page of tasks after the one named.
///
/// # Errors
/// When the database fails.
pub fn page(
    tx: &mut TenantTx<'_>,
    me: MemberId,
    filter: &TaskFilter,
    order: Order,
    after: Option<TaskId>,
    limit: i64,
) -> QueryResult<Vec<Listed>> {
    let (key, compare, direction) = match order {
        Order::Due => ("coalesce({}.due_on, 'infinity')", ">", "ASC"),
        Order::Changed => ("{}.changed_at", "<", "DESC"),
    };
    let of = |table: &str| key.replace("{}", table);
    let sql = format!(
        "{begin}{joint}found AS (SELECT {COLUMNS} FROM tasks t WHERE {matching} \
         AND ($8::uuid IS NULL OR ({t}, t.id) {compare} (SELECT {b}, b.id FROM tasks b WHERE b.id = $8)) \
         ORDER BY {t} {direction}, t.id {direction} LIMIT $9) \
         {NAMED} ORDER BY {x} {direction}, x.id {direction}",
        begin = begin(filter.whose),
        joint = joint(filter.whose),
        matching = matching(filter.whose),
        t = of("t"),
        b = of("b"),
        x = of("x"),
    );
    bound(sql, me, filter)
        .bind::<Nullable<SqlUuid>, _>(after)
        .bind::<BigInt, _>(limit)
        .load(tx.conn())
}

/// The first tasks of every column or day, and how many there are in each.
///
/// # Errors
/// When the database fails.
pub fn parted(
    tx: &mut TenantTx<'_>,
    me: MemberId,
    filter: &TaskFilter,
    parts: Parts,
    each: i64,
) -> QueryResult<Vec<Placed>> {
    let (part, order) = match parts {
        Parts::Status => (
            "status",
            "t.completed_at DESC NULLS FIRST, coalesce(t.due_on, 'infinity'), t.priority DESC, t.id",
        ),
        Parts::Day => ("due_on", "t.status, t.priority DESC, t.id"),
    };
    let sql = format!(
        "{begin}{joint}numbered AS (SELECT {COLUMNS}, count(*) OVER (PARTITION BY t.{part}) AS total, \
           row_number() OVER (PARTITION BY t.{part} ORDER BY {order}) AS place FROM tasks t WHERE {matching}), \
         found AS (SELECT n.* FROM numbered n WHERE n.place <= $8) {NAMED} ORDER BY x.{part}, x.place",
        begin = begin(filter.whose),
        joint = joint(filter.whose),
        matching = matching(filter.whose),
    );
    bound(sql, me, filter).bind::<BigInt, _>(each).load(tx.conn())
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many of a member's own open tasks are due by a day, counted up to 100: asked with every page, so what fell to them from others
/// is left out.
#[expect(clippy::disallowed_methods, reason = "a count that stops")]
pub fn count_due(tx: &mut TenantTx<'_>, me: MemberId, by: NaiveDate) -> QueryResult<i64> {
    let found: Counted = statement(
        "SELECT count(*) FROM (SELECT 1 FROM tasks t WHERE t.org_id = app.current_org() AND t.assignee_id = $1 \
         AND t.completed_at IS NULL AND t.status <> 'cancelled' AND t.due_on <= $2 LIMIT 100) due",
    )
    .bind::<SqlUuid, _>(me)
    .bind::<Date, _>(by)
    .get_result(tx.conn())?;
    Ok(found.count)
}

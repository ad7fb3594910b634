//! Progress in SQL: guarded upserts that answer whether anything changed.
#![expect(
    clippy::disallowed_methods,
    reason = "upserts that change a row only forwards"
)]

use diesel::prelude::*;
use diesel::sql_types::{Bool, Int4, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use serde_json::Value;

use crate::domains::journeys::learning::model::{LessonState, Progress};
use crate::domains::journeys::learning::policy::{Coaching, Working};
use crate::kernel::ids::{EnrolmentId, NodeKey};
use crate::kernel::sql_types;
use crate::platform::db::{TenantTx, statement};

/// Which lesson of whom is changed: a lesson that is open to its learner, or one that a coach decides about.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    enrolment: EnrolmentId,
    lesson: NodeKey,
    is_required: bool,
}

impl Row {
    /// The one a learner works on.
    pub fn of(working: &Working) -> Self {
        Self {
            enrolment: working.enrolment().id,
            lesson: working.lesson().key,
            is_required: working.lesson().is_required,
        }
    }

    /// One that a coach decides about.
    pub fn coached(_: &Coaching, enrolment: EnrolmentId, lesson: NodeKey, is_required: bool) -> Self {
        Self {
            enrolment,
            lesson,
            is_required,
        }
    }

    /// Whose.
    pub fn enrolment(&self) -> EnrolmentId {
        self.enrolment
    }

    /// Which.
    pub fn lesson(&self) -> NodeKey {
        self.lesson
    }
}

/// How far somebody is with a lesson; nothing when they never touched it.
pub fn progress(
    tx: &mut TenantTx<'_>,
    enrolment: EnrolmentId,
    lesson: NodeKey,
) -> QueryResult<Option<Progress>> {
    statement(
        "SELECT state, score, coalesce((SELECT sum(upper(r) - lower(r)) FROM unnest(watched) r), 0)::integer AS seconds_watched, \
           second, place, draft, done_at, waived_at FROM lesson_progress WHERE enrolment_id = $1 AND lesson = $2",
    )
    .bind::<SqlUuid, _>(enrolment)
    .bind::<SqlUuid, _>(lesson)
    .get_result(tx.conn())
    .optional()
}

/// Notes that a lesson was begun; whether it was not before.
pub fn start(tx: &mut TenantTx<'_>, row: Row) -> QueryResult<bool> {
    let now = tx.now();
    statement(
        "INSERT INTO lesson_progress AS p (enrolment_id, lesson, state, is_required, started_at) VALUES ($1, $2, 'started', $3, $4) \
         ON CONFLICT (enrolment_id, lesson, org_id) DO UPDATE SET state = 'started', started_at = $4 WHERE p.started_at IS NULL",
    )
    .bind::<SqlUuid, _>(row.enrolment)
    .bind::<SqlUuid, _>(row.lesson)
    .bind::<Bool, _>(row.is_required)
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())
    .map(|rows| rows == 1)
}

#[derive(QueryableByName)]
struct Changed {
    #[diesel(sql_type = Bool)]
    has_changed: bool,
}

/// Notes that a lesson is done, and when and where its learner was last; whether it was not done before. What was typed and not sent is no
/// longer needed.
pub fn complete(tx: &mut TenantTx<'_>, row: Row) -> QueryResult<bool> {
    let now = tx.now();
    let changed: Changed = statement(
        "WITH touched AS (UPDATE journey_enrolments SET last_at = greatest(last_at, $4), last_lesson = $2 WHERE id = $1), \
         done AS (INSERT INTO lesson_progress AS p (enrolment_id, lesson, state, is_required, started_at, done_at) VALUES ($1, $2, 'done', $3, $4, $4) \
           ON CONFLICT (enrolment_id, lesson, org_id) DO UPDATE SET state = 'done', started_at = coalesce(p.started_at, $4), done_at = $4, draft = NULL \
           WHERE p.done_at IS NULL RETURNING 1) \
         SELECT EXISTS (SELECT FROM done) AS has_changed",
    )
    .bind::<SqlUuid, _>(row.enrolment)
    .bind::<SqlUuid, _>(row.lesson)
    .bind::<Bool, _>(row.is_required)
    .bind::<Timestamptz, _>(now)
    .get_result(tx.conn())?;
    Ok(changed.has_changed)
}

/// Counts a lesson as done without its being done; whether it did not count before.
pub fn waive(tx: &mut TenantTx<'_>, row: Row) -> QueryResult<bool> {
    let now = tx.now();
    statement(
        "INSERT INTO lesson_progress AS p (enrolment_id, lesson, is_required, waived_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (enrolment_id, lesson, org_id) DO UPDATE SET waived_at = $4 WHERE p.waived_at IS NULL AND p.done_at IS NULL",
    )
    .bind::<SqlUuid, _>(row.enrolment)
    .bind::<SqlUuid, _>(row.lesson)
    .bind::<Bool, _>(row.is_required)
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())
    .map(|rows| rows == 1)
}

/// Takes back that a lesson counts as done; whether it did. The database asks for the revocation, so that comes first.
pub fn reopen(tx: &mut TenantTx<'_>, row: Row) -> QueryResult<bool> {
    statement(
        "UPDATE lesson_progress SET state = CASE WHEN started_at IS NULL THEN 'open' ELSE 'started' END::lesson_state, done_at = NULL, waived_at = NULL \
         WHERE enrolment_id = $1 AND lesson = $2 AND (done_at IS NOT NULL OR waived_at IS NOT NULL)",
    )
    .bind::<SqlUuid, _>(row.enrolment)
    .bind::<SqlUuid, _>(row.lesson)
    .execute(tx.conn())
    .map(|rows| rows == 1)
}

/// A journey that no longer has everything done is not finished.
pub fn unfinish(tx: &mut TenantTx<'_>, row: Row) -> QueryResult<()> {
    statement("UPDATE journey_enrolments SET state = 'active', completed_at = NULL WHERE id = $1 AND state = 'completed' AND done < required")
        .bind::<SqlUuid, _>(row.enrolment)
        .execute(tx.conn())
        .map(|_| ())
}

/// Waits for review, or goes back with comments; what is done stays done.
pub fn set_state(tx: &mut TenantTx<'_>, row: Row, state: LessonState) -> QueryResult<()> {
    let now = tx.now();
    statement(
        "UPDATE lesson_progress SET state = $3, started_at = coalesce(started_at, $4) WHERE enrolment_id = $1 AND lesson = $2 AND done_at IS NULL",
    )
    .bind::<SqlUuid, _>(row.enrolment)
    .bind::<SqlUuid, _>(row.lesson)
    .bind::<sql_types::LessonState, _>(state)
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())
    .map(|_| ())
}

/// Keeps a score when it is the best so far.
pub fn set_score(tx: &mut TenantTx<'_>, row: Row, score: i16) -> QueryResult<()> {
    statement(
        "UPDATE lesson_progress SET score = greatest(score, $3) WHERE enrolment_id = $1 AND lesson = $2",
    )
    .bind::<SqlUuid, _>(row.enrolment)
    .bind::<SqlUuid, _>(row.lesson)
    .bind::<SmallInt, _>(score)
    .execute(tx.conn())
    .map(|_| ())
}

/// Keeps what is typed and not sent.
pub fn set_draft(tx: &mut TenantTx<'_>, row: Row, draft: Option<&Value>) -> QueryResult<()> {
    statement("UPDATE lesson_progress SET draft = $3 WHERE enrolment_id = $1 AND lesson = $2")
        .bind::<SqlUuid, _>(row.enrolment)
        .bind::<SqlUuid, _>(row.lesson)
        .bind::<Nullable<Jsonb>, _>(draft)
        .execute(tx.conn())
        .map(|_| ())
}

/// Keeps where in a text somebody is.
pub fn set_place(tx: &mut TenantTx<'_>, row: Row, place: &str) -> QueryResult<()> {
    statement("UPDATE lesson_progress SET place = $3 WHERE enrolment_id = $1 AND lesson = $2")
        .bind::<SqlUuid, _>(row.enrolment)
        .bind::<SqlUuid, _>(row.lesson)
        .bind::<Text, _>(place)
        .execute(tx.conn())
        .map(|_| ())
}

/// Keeps when somebody last did something, and where.
pub fn touch(tx: &mut TenantTx<'_>, row: Row) -> QueryResult<()> {
    let now = tx.now();
    statement("UPDATE journey_enrolments SET last_at = greatest(last_at, $3), last_lesson = $2 WHERE id = $1")
        .bind::<SqlUuid, _>(row.enrolment)
        .bind::<SqlUuid, _>(row.lesson)
        .bind::<Timestamptz, _>(now)
        .execute(tx.conn())
        .map(|_| ())
}

/// What a lesson that was just done brings to its end. The roll-up has locked the enrolment by now, so of two lessons that are done at the
/// same moment the second sees the first.
#[derive(QueryableByName, Debug, Clone)]
pub struct Ended {
    /// Its milestone; nothing where the learner's version has no such lesson any more.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub milestone: Option<NodeKey>,
    /// Whether nothing that counts is left there.
    #[diesel(sql_type = Bool)]
    pub is_milestone_done: bool,
    /// Whether everything that counts is done, for the first time.
    #[diesel(sql_type = Bool)]
    pub is_journey_done: bool,
}

/// What a lesson that was just done brings to its end; notes when that is the journey.
pub fn end(tx: &mut TenantTx<'_>, row: Row) -> QueryResult<Ended> {
    let now = tx.now();
    statement(
        "WITH finished AS (UPDATE journey_enrolments SET state = 'completed', completed_at = $3 \
           WHERE id = $1 AND state = 'active' AND required > 0 AND done = required RETURNING 1) \
         SELECT n.parent AS milestone, EXISTS (SELECT FROM finished) AS is_journey_done, \
           NOT EXISTS (SELECT FROM journey_nodes o LEFT JOIN lesson_progress p ON p.enrolment_id = e.id AND p.lesson = o.key \
             WHERE o.version_id = e.version_id AND o.parent = n.parent AND NOT o.is_optional AND p.done_at IS NULL AND p.waived_at IS NULL) AS is_milestone_done \
         FROM journey_enrolments e LEFT JOIN journey_nodes n ON n.version_id = e.version_id AND n.key = $2 WHERE e.id = $1",
    )
    .bind::<SqlUuid, _>(row.enrolment)
    .bind::<SqlUuid, _>(row.lesson)
    .bind::<Timestamptz, _>(now)
    .get_result(tx.conn())
}

/// What was played of a video so far and what these ranges would add, in seconds; the row is locked, so that two pings count one after
/// the other.
#[derive(QueryableByName, Debug, Clone, Copy)]
pub struct Coverage {
    /// With what is new.
    #[diesel(sql_type = Int4)]
    pub seconds: i32,
    /// What is new of it.
    #[diesel(sql_type = Int4)]
    pub added: i32,
    /// When something was last played.
    #[diesel(sql_type = Timestamptz)]
    pub since: chrono::DateTime<chrono::Utc>,
    /// When the lesson was begun.
    #[diesel(sql_type = Timestamptz)]
    pub begun: chrono::DateTime<chrono::Utc>,
}

/// What ranges written as a multirange would add.
pub fn coverage(tx: &mut TenantTx<'_>, row: Row, ranges: &str) -> QueryResult<Coverage> {
    statement(
        "WITH p AS MATERIALIZED (SELECT watched, coalesce(watched_at, started_at) AS since, started_at AS begun FROM lesson_progress WHERE enrolment_id = $1 AND lesson = $2 FOR UPDATE), \
         s AS (SELECT coalesce((SELECT sum(upper(r) - lower(r)) FROM p, unnest(p.watched + $3::int4multirange) r), 0)::integer AS seconds, \
           coalesce((SELECT sum(upper(r) - lower(r)) FROM p, unnest(p.watched) r), 0)::integer AS before) \
         SELECT s.seconds, s.seconds - s.before AS added, p.since, p.begun FROM s, p",
    )
    .bind::<SqlUuid, _>(row.enrolment)
    .bind::<SqlUuid, _>(row.lesson)
    .bind::<Text, _>(ranges)
    .get_result(tx.conn())
}

/// Keeps what was played, and where somebody is.
pub fn set_watched(tx: &mut TenantTx<'_>, row: Row, ranges: &str, second: i32) -> QueryResult<()> {
    let now = tx.now();
    statement(
        "UPDATE lesson_progress SET watched = watched + $3::int4multirange, watched_at = CASE WHEN watched @> $3::int4multirange THEN watched_at ELSE $5 END, \
           second = $4 WHERE enrolment_id = $1 AND lesson = $2",
    )
    .bind::<SqlUuid, _>(row.enrolment)
    .bind::<SqlUuid, _>(row.lesson)
    .bind::<Text, _>(ranges)
    .bind::<Int4, _>(second)
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())
    .map(|_| ())
}

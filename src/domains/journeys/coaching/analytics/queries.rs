//! Figures of a journey in SQL.
#![expect(clippy::disallowed_methods, reason = "figures are counted over whole sets")]

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Double, Int4, Jsonb, Nullable, SmallInt, Timestamptz, Uuid as SqlUuid,
};
use serde_json::Value;

use crate::domains::journeys::learning::policy::Coaching;
use crate::kernel::ids::{CohortJourneyId, EnrolmentId, JourneyVersionId, NodeKey};
use crate::platform::db::{TenantTx, statement};

/// Whose figures.
#[derive(Debug, Clone, Copy)]
pub struct Whose {
    pub version: JourneyVersionId,
    pub cohort: Option<CohortJourneyId>,
}

/// A version that can be looked at.
#[derive(QueryableByName, Debug, Clone)]
pub struct VersionRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: JourneyVersionId,
    #[diesel(sql_type = Int4)]
    pub number: i32,
    #[diesel(sql_type = Int4)]
    pub required: i32,
    #[diesel(sql_type = BigInt)]
    pub learners: i64,
}

/// The published versions, the newest first, and how many learn each.
pub fn versions(tx: &mut TenantTx<'_>, coaching: &Coaching) -> QueryResult<Vec<VersionRow>> {
    statement(
        "SELECT v.id, v.number, \
           (SELECT count(*) FROM journey_nodes n WHERE n.version_id = v.id AND n.kind IS NOT NULL AND NOT n.is_optional)::integer AS required, \
           (SELECT count(*) FROM journey_enrolments e WHERE e.org_id = v.org_id AND e.version_id = v.id) AS learners \
         FROM journey_versions v WHERE v.org_id = app.current_org() AND v.journey_id = $1 AND v.number IS NOT NULL ORDER BY v.number DESC LIMIT 100",
    )
    .bind::<SqlUuid, _>(coaching.journey())
    .load(tx.conn())
}

#[derive(QueryableByName)]
struct PaceRow {
    #[diesel(sql_type = Nullable<SmallInt>)]
    pace: Option<i16>,
}

/// Lessons a week that keep a cohort's pace.
pub fn pace(tx: &mut TenantTx<'_>, _: &Coaching, cohort: CohortJourneyId) -> QueryResult<Option<i16>> {
    let found: PaceRow = statement("SELECT pace FROM cohort_journeys WHERE id = $1")
        .bind::<SqlUuid, _>(cohort)
        .get_result(tx.conn())?;
    Ok(found.pace)
}

/// How far somebody is.
#[derive(QueryableByName, Debug, Clone)]
pub struct Learner {
    #[diesel(sql_type = SqlUuid)]
    pub id: EnrolmentId,
    #[diesel(sql_type = Bool)]
    pub has_begun: bool,
    #[diesel(sql_type = Bool)]
    pub has_half: bool,
    #[diesel(sql_type = Bool)]
    pub has_finished: bool,
    #[diesel(sql_type = Bool)]
    pub has_left: bool,
    /// Whole weeks since their first day; below 0 before it.
    #[diesel(sql_type = Int4)]
    pub elapsed: i32,
    /// Where their last step was, when it was their last: they left, or nothing came since.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub stopped_at: Option<NodeKey>,
}

/// Everybody who learns a version, or left it; who was quiet since then stopped.
pub fn learners(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    whose: Whose,
    quiet: DateTime<Utc>,
) -> QueryResult<Vec<Learner>> {
    let now = tx.now();
    let of_cohort = whose.cohort.map_or("", |_| "AND e.cohort_id = $3");
    statement(format!(
        "SELECT e.id, e.last_at IS NOT NULL AS has_begun, e.required > 0 AND e.done * 2 >= e.required AS has_half, e.completed_at IS NOT NULL AS has_finished, \
           e.state = 'left' AS has_left, \
           floor(extract(epoch FROM $4 - coalesce(coalesce(e.own_start, c.starts_on)::timestamp AT TIME ZONE e.zone, e.enrolled_at)) / 604800)::integer AS elapsed, \
           CASE WHEN e.completed_at IS NULL AND (e.state = 'left' OR e.last_at < $5) THEN e.last_lesson END AS stopped_at \
         FROM journey_enrolments e LEFT JOIN cohort_journeys c ON c.id = e.cohort_id \
         WHERE e.org_id = app.current_org() AND e.journey_id = $1 AND e.version_id = $2 {of_cohort}",
    ))
    .bind::<SqlUuid, _>(coaching.journey())
    .bind::<SqlUuid, _>(whose.version)
    .bind::<Nullable<SqlUuid>, _>(whose.cohort)
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(quiet)
    .load(tx.conn())
}

/// What was done of one lesson.
#[derive(QueryableByName, Debug, Clone)]
pub struct LessonRow {
    #[diesel(sql_type = SqlUuid)]
    pub lesson: NodeKey,
    #[diesel(sql_type = BigInt)]
    pub started: i64,
    #[diesel(sql_type = BigInt)]
    pub done: i64,
    #[diesel(sql_type = Nullable<Array<Double>>)]
    pub seconds: Option<Vec<f64>>,
}

/// What these learners did, by lesson.
pub fn lessons(tx: &mut TenantTx<'_>, _: &Coaching, of: &[EnrolmentId]) -> QueryResult<Vec<LessonRow>> {
    statement(
        "SELECT p.lesson, count(*) FILTER (WHERE p.started_at IS NOT NULL OR p.waived_at IS NOT NULL) AS started, \
           count(*) FILTER (WHERE p.done_at IS NOT NULL OR p.waived_at IS NOT NULL) AS done, \
           percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY extract(epoch FROM p.done_at - p.started_at)::float8) \
             FILTER (WHERE p.done_at IS NOT NULL AND p.started_at IS NOT NULL) AS seconds \
         FROM lesson_progress p WHERE p.enrolment_id = ANY($1) GROUP BY p.lesson",
    )
    .bind::<Array<SqlUuid>, _>(of)
    .load(tx.conn())
}

/// Lessons done in one week.
#[derive(QueryableByName, Debug, Clone)]
pub struct StepRow {
    #[diesel(sql_type = Int4)]
    pub elapsed: i32,
    #[diesel(sql_type = Int4)]
    pub week: i32,
    #[diesel(sql_type = BigInt)]
    pub count: i64,
}

/// Lessons that count, by the week since their learner's first day in which they were done.
pub fn steps(tx: &mut TenantTx<'_>, _: &Coaching, of: &[EnrolmentId]) -> QueryResult<Vec<StepRow>> {
    let now = tx.now();
    statement(
        "SELECT elapsed, greatest(1, ceil(extract(epoch FROM at - start) / 604800))::integer AS week, count(*) AS count FROM ( \
           SELECT e.start, coalesce(p.done_at, p.waived_at) AS at, floor(extract(epoch FROM $2 - e.start) / 604800)::integer AS elapsed \
           FROM (SELECT e.id, coalesce(coalesce(e.own_start, c.starts_on)::timestamp AT TIME ZONE e.zone, e.enrolled_at) AS start \
               FROM journey_enrolments e LEFT JOIN cohort_journeys c ON c.id = e.cohort_id WHERE e.id = ANY($1)) e \
             JOIN lesson_progress p ON p.enrolment_id = e.id AND p.enrolment_id = ANY($1) \
           WHERE p.is_required AND (p.done_at IS NOT NULL OR p.waived_at IS NOT NULL)) steps GROUP BY 1, 2",
    )
    .bind::<Array<SqlUuid>, _>(of)
    .bind::<Timestamptz, _>(now)
    .load(tx.conn())
}

/// Somebody's first attempt at a quiz.
#[derive(QueryableByName, Debug, Clone)]
pub struct AttemptRow {
    #[diesel(sql_type = SqlUuid)]
    pub lesson: NodeKey,
    #[diesel(sql_type = Jsonb)]
    pub questions: Value,
    #[diesel(sql_type = Jsonb)]
    pub answers: Value,
}

/// The first attempts of these learners.
pub fn attempts(tx: &mut TenantTx<'_>, _: &Coaching, of: &[EnrolmentId]) -> QueryResult<Vec<AttemptRow>> {
    statement(
        "SELECT DISTINCT ON (a.enrolment_id, a.lesson) a.lesson, a.questions, a.answers FROM quiz_attempts a \
         WHERE a.enrolment_id = ANY($1) AND a.submitted_at IS NOT NULL ORDER BY a.enrolment_id, a.lesson, a.number LIMIT 20000",
    )
    .bind::<Array<SqlUuid>, _>(of)
    .load(tx.conn())
}

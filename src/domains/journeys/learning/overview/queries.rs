//! Learners by lessons, and learners who are stuck, in SQL.
#![expect(
    clippy::disallowed_methods,
    reason = "rows beside what others say of them have no typed form"
)]

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Int4, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::journeys::learning::model::LessonState;
use crate::domains::journeys::learning::policy::Coaching;
use crate::kernel::ids::{CohortJourneyId, EnrolmentId, JourneyVersionId, MemberId, NodeKey};
use crate::kernel::sql_types;
use crate::platform::db::{TenantTx, statement};

/// A learner, for a row of the table.
#[derive(QueryableByName, Debug, Clone)]
pub struct Learner {
    #[diesel(sql_type = SqlUuid)]
    pub id: EnrolmentId,
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = SqlUuid)]
    pub version_id: JourneyVersionId,
    #[diesel(sql_type = Int4)]
    pub done: i32,
    #[diesel(sql_type = Int4)]
    pub required: i32,
}

/// Who learns a journey now, by when they were enrolled; everybody, or one cohort.
pub fn learners(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    cohort: Option<CohortJourneyId>,
    after: Option<EnrolmentId>,
    limit: i64,
) -> QueryResult<Vec<Learner>> {
    // Each cohort is found by its index, and not by looking through everybody.
    let of_cohort = cohort.map_or("", |_| "AND e.cohort_id = $2");
    statement(format!(
        "SELECT e.id, e.member_id, e.version_id, e.done, e.required FROM journey_enrolments e \
         WHERE e.org_id = app.current_org() AND e.journey_id = $1 AND e.state <> 'left' {of_cohort} \
           AND ($3::uuid IS NULL OR e.id > $3) ORDER BY e.id LIMIT $4",
    ))
    .bind::<SqlUuid, _>(coaching.journey())
    .bind::<Nullable<SqlUuid>, _>(cohort)
    .bind::<Nullable<SqlUuid>, _>(after)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
}

/// How far a learner is with a lesson that they or their coach touched.
#[derive(QueryableByName, Debug, Clone)]
pub struct Cell {
    #[diesel(sql_type = SqlUuid)]
    pub enrolment_id: EnrolmentId,
    #[diesel(sql_type = SqlUuid)]
    pub lesson: NodeKey,
    #[diesel(sql_type = sql_types::LessonState)]
    pub state: LessonState,
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub score: Option<i16>,
    #[diesel(sql_type = Bool)]
    pub is_waived: bool,
    /// Since when it is so.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub since: Option<DateTime<Utc>>,
}

/// What these learners touched.
pub fn cells(tx: &mut TenantTx<'_>, _: &Coaching, of: &[EnrolmentId]) -> QueryResult<Vec<Cell>> {
    statement(
        "SELECT p.enrolment_id, p.lesson, p.state, p.score, p.waived_at IS NOT NULL AS is_waived, coalesce(p.done_at, p.waived_at, p.started_at) AS since \
         FROM lesson_progress p WHERE p.enrolment_id = ANY($1)",
    )
    .bind::<Array<SqlUuid>, _>(of)
    .load(tx.conn())
}

#[derive(QueryableByName)]
struct Part {
    #[diesel(sql_type = SqlUuid)]
    version_id: JourneyVersionId,
    #[diesel(sql_type = SqlUuid)]
    key: NodeKey,
}

/// Which lessons these versions have.
pub fn lessons_of(
    tx: &mut TenantTx<'_>,
    versions: &[JourneyVersionId],
) -> QueryResult<Vec<(JourneyVersionId, NodeKey)>> {
    let found: Vec<Part> = statement(
        "SELECT n.version_id, n.key FROM journey_nodes n WHERE n.version_id = ANY($1) AND n.kind IS NOT NULL",
    )
    .bind::<Array<SqlUuid>, _>(versions)
    .load(tx.conn())?;
    Ok(found
        .into_iter()
        .map(|part| (part.version_id, part.key))
        .collect())
}

/// What is known of a learner who may be stuck.
#[derive(QueryableByName, Debug, Clone)]
pub struct Facts {
    #[diesel(sql_type = SqlUuid)]
    pub id: EnrolmentId,
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = Int4)]
    pub done: i32,
    #[diesel(sql_type = Int4)]
    pub required: i32,
    /// When they last did something.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub last_at: Option<DateTime<Utc>>,
    /// Since when nothing came from them: since their last step, or since they could begin.
    #[diesel(sql_type = Timestamptz)]
    pub quiet_since: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    pub is_paused: bool,
    /// Since when something of theirs waits for review.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub waiting_since: Option<DateTime<Utc>>,
    /// What was returned to them longest ago and not handed in again.
    #[diesel(sql_type = Nullable<Text>)]
    pub returned: Option<String>,
    /// A quiz that they tried more than once and have not passed, and how often.
    #[diesel(sql_type = Nullable<Text>)]
    pub failed: Option<String>,
    #[diesel(sql_type = BigInt)]
    pub attempts: i64,
    /// Required lessons that their cohort's pace would have brought by now; nothing without a pace.
    #[diesel(sql_type = Nullable<Int4>)]
    pub expected: Option<i32>,
}

/// From when on somebody counts as stuck.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Nothing came since before this.
    pub quiet: DateTime<Utc>,
    /// Failed attempts at one quiz.
    pub attempts: i64,
    /// Lessons behind the pace.
    pub behind: i32,
}

/// Where the list goes on.
pub type After = (DateTime<Utc>, EnrolmentId);

/// Most of whom it is asked at once why they are stuck.
const AMONG: i64 = 1_000;

/// Those who are stuck, whoever is quiet longest first.
pub fn stuck(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    cohort: Option<CohortJourneyId>,
    limits: Limits,
    (after, most): (Option<After>, i64),
) -> QueryResult<Vec<Facts>> {
    found_stuck(tx, coaching, (cohort, None), limits, (after, most))
}

/// Those of these who are stuck.
pub fn stuck_among(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    among: &[EnrolmentId],
    limits: Limits,
) -> QueryResult<Vec<Facts>> {
    found_stuck(tx, coaching, (None, Some(among)), limits, (None, AMONG))
}

fn found_stuck(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    (cohort, among): (Option<CohortJourneyId>, Option<&[EnrolmentId]>),
    limits: Limits,
    (after, most): (Option<After>, i64),
) -> QueryResult<Vec<Facts>> {
    let now = tx.now();
    let (since, id) = after.unzip();
    let whom = match (cohort, among) {
        (_, Some(_)) => "AND e.id = ANY($10)",
        (Some(_), None) => "AND e.cohort_id = $3",
        (None, None) => "",
    };
    // What is rare is looked up whole, so that of a hundred thousand learners only those of one page are asked for the rest. With a limit
    // PostgreSQL knows that it may keep it in a hash.
    statement(format!(
        "WITH waiting AS MATERIALIZED (\
           SELECT s.enrolment_id, min(s.submitted_at) AS since FROM lesson_submissions s \
           WHERE s.org_id = app.current_org() AND s.state = 'waiting' GROUP BY s.enrolment_id LIMIT 20000), \
         returned AS MATERIALIZED (\
           SELECT p.enrolment_id FROM lesson_progress p JOIN journey_enrolments e ON e.id = p.enrolment_id \
             JOIN journey_nodes n ON n.version_id = e.version_id AND n.key = p.lesson \
           WHERE p.org_id = app.current_org() AND p.state = 'returned' LIMIT 20000), \
         failed AS MATERIALIZED (\
           SELECT a.enrolment_id FROM quiz_attempts a JOIN journey_enrolments e ON e.id = a.enrolment_id \
             JOIN journey_nodes n ON n.version_id = e.version_id AND n.key = a.lesson \
             JOIN lesson_progress p ON p.enrolment_id = a.enrolment_id AND p.lesson = a.lesson \
           WHERE a.org_id = app.current_org() AND a.number > 1 AND a.number >= $5 AND a.submitted_at IS NOT NULL AND p.done_at IS NULL AND p.waived_at IS NULL LIMIT 20000), \
         e AS MATERIALIZED (\
           SELECT e.id, e.member_id, e.version_id, e.done, e.required, e.last_at, c.paused_at IS NOT NULL AS is_paused, \
             coalesce(e.last_at, greatest(e.enrolled_at, coalesce(e.own_start, c.starts_on)::timestamp AT TIME ZONE e.zone)) AS quiet_since, \
             CASE WHEN c.pace IS NOT NULL AND c.paused_at IS NULL THEN least(e.required, (c.pace * greatest(0, floor(extract(epoch FROM $2 - (coalesce(e.own_start, c.starts_on) + c.paused_days - e.paused_before)::timestamp AT TIME ZONE e.zone) / 604800)))::integer) END AS expected \
           FROM journey_enrolments e LEFT JOIN cohort_journeys c ON c.id = e.cohort_id \
           WHERE e.org_id = app.current_org() AND e.journey_id = $1 AND e.state = 'active' {whom}), \
         f AS MATERIALIZED (\
           SELECT e.* FROM e \
           WHERE ((e.quiet_since < $4 AND NOT e.is_paused) OR e.expected - e.done >= $6 OR e.id IN (SELECT enrolment_id FROM waiting) \
               OR e.id IN (SELECT enrolment_id FROM returned) OR e.id IN (SELECT enrolment_id FROM failed)) \
             AND ($7::timestamptz IS NULL OR (e.quiet_since, e.id) > ($7, $8::uuid)) ORDER BY e.quiet_since, e.id LIMIT $9) \
         SELECT f.id, f.member_id, f.done, f.required, f.last_at, f.is_paused, f.quiet_since, f.expected, \
           (SELECT w.since FROM waiting w WHERE w.enrolment_id = f.id) AS waiting_since, \
           (SELECT n.title FROM lesson_progress p JOIN journey_nodes n ON n.version_id = f.version_id AND n.key = p.lesson \
             WHERE p.enrolment_id = f.id AND p.state = 'returned' ORDER BY p.started_at, p.lesson LIMIT 1) AS returned, \
           q.title AS failed, coalesce(q.attempts, 0) AS attempts \
         FROM f LEFT JOIN LATERAL (\
           SELECT n.title, count(*) AS attempts FROM quiz_attempts a JOIN journey_nodes n ON n.version_id = f.version_id AND n.key = a.lesson \
             JOIN lesson_progress p ON p.enrolment_id = f.id AND p.lesson = a.lesson \
           WHERE a.enrolment_id = f.id AND a.submitted_at IS NOT NULL AND p.done_at IS NULL AND p.waived_at IS NULL \
           GROUP BY a.lesson, n.title HAVING count(*) >= $5 ORDER BY count(*) DESC, n.title LIMIT 1) q ON true \
         ORDER BY f.quiet_since, f.id",
    ))
    .bind::<SqlUuid, _>(coaching.journey())
    .bind::<Timestamptz, _>(now)
    .bind::<Nullable<SqlUuid>, _>(cohort)
    .bind::<Timestamptz, _>(limits.quiet)
    .bind::<BigInt, _>(limits.attempts)
    .bind::<Int4, _>(limits.behind)
    .bind::<Nullable<Timestamptz>, _>(since)
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<BigInt, _>(most)
    .bind::<Nullable<Array<SqlUuid>>, _>(among)
    .load(tx.conn())
}

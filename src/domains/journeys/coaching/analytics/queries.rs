//! Figures of a journey in SQL.
#![expect(clippy::disallowed_methods, reason = "figures are counted over whole sets")]

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Int4, Jsonb, Nullable, SmallInt, Timestamptz, Uuid as SqlUuid};
use serde_json::Value;

use crate::domains::journeys::learning::policy::Coaching;
use crate::kernel::ids::{CohortJourneyId, EnrolmentId, JourneyId, JourneyVersionId, NodeKey};
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

/// Until when what is counted was done, and since when who did nothing stopped.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    pub now: DateTime<Utc>,
    pub quiet: DateTime<Utc>,
}

/// Those who learn a version, or left it, after one of them: at most so many, by id.
pub fn learners(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    (whose, at): (Whose, Moment),
    (after, most): (Option<EnrolmentId>, i64),
) -> QueryResult<Vec<Learner>> {
    let of_cohort = whose.cohort.map_or("", |_| "AND e.cohort_id = $3");
    statement(format!(
        "SELECT e.id, e.last_at IS NOT NULL AS has_begun, e.required > 0 AND e.done * 2 >= e.required AS has_half, e.completed_at IS NOT NULL AS has_finished, \
           e.state = 'left' AS has_left, \
           floor(extract(epoch FROM $4 - coalesce(coalesce(e.own_start, c.starts_on)::timestamp AT TIME ZONE e.zone, e.enrolled_at)) / 604800)::integer AS elapsed, \
           CASE WHEN e.completed_at IS NULL AND (e.state = 'left' OR e.last_at < $5) THEN e.last_lesson END AS stopped_at \
         FROM journey_enrolments e LEFT JOIN cohort_journeys c ON c.id = e.cohort_id \
         WHERE e.org_id = app.current_org() AND e.journey_id = $1 AND e.version_id = $2 {of_cohort} \
           AND e.id > coalesce($6, '00000000-0000-0000-0000-000000000000') ORDER BY e.id LIMIT $7",
    ))
    .bind::<SqlUuid, _>(coaching.journey())
    .bind::<SqlUuid, _>(whose.version)
    .bind::<Nullable<SqlUuid>, _>(whose.cohort)
    .bind::<Timestamptz, _>(at.now)
    .bind::<Timestamptz, _>(at.quiet)
    .bind::<Nullable<SqlUuid>, _>(after)
    .bind::<BigInt, _>(most)
    .load(tx.conn())
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many learn a version in a cohort, or left it.
pub fn count_cohort(
    tx: &mut TenantTx<'_>,
    _: &Coaching,
    version: JourneyVersionId,
    cohort: CohortJourneyId,
) -> QueryResult<i64> {
    let found: CountRow = statement(
        "SELECT count(*) AS count FROM journey_enrolments WHERE org_id = app.current_org() AND cohort_id = $2 AND version_id = $1",
    )
    .bind::<SqlUuid, _>(version)
    .bind::<SqlUuid, _>(cohort)
    .get_result(tx.conn())?;
    Ok(found.count)
}

/// What was done of one lesson by those whom it took about as long.
#[derive(QueryableByName, Debug, Clone)]
pub struct LessonRow {
    #[diesel(sql_type = SqlUuid)]
    pub lesson: NodeKey,
    #[diesel(sql_type = BigInt)]
    pub started: i64,
    #[diesel(sql_type = BigInt)]
    pub done: i64,
    /// How long it took them; nothing of those who did not do it.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub seconds: Option<i64>,
    /// How many of them it took so long.
    #[diesel(sql_type = BigInt)]
    pub timed: i64,
}

/// What these learners did, by lesson and by how long it took: to the second below twenty minutes, and to less than one percent above, so
/// that there are few rows however many learners there are.
pub fn lessons(tx: &mut TenantTx<'_>, _: &Coaching, of: &[EnrolmentId]) -> QueryResult<Vec<LessonRow>> {
    statement(
        "SELECT lesson, count(*) FILTER (WHERE is_started) AS started, count(*) FILTER (WHERE is_done) AS done, \
           CASE WHEN s < 1200 THEN round(s) WHEN s < 14400 THEN round(s / 10) * 10 WHEN s < 172800 THEN round(s / 120) * 120 ELSE round(s / 1800) * 1800 END::bigint AS seconds, \
           count(s) AS timed \
         FROM (SELECT p.lesson, p.started_at IS NOT NULL OR p.waived_at IS NOT NULL AS is_started, p.done_at IS NOT NULL OR p.waived_at IS NOT NULL AS is_done, \
             extract(epoch FROM p.done_at - p.started_at)::float8 AS s FROM lesson_progress p WHERE p.enrolment_id = ANY($1)) rows \
         GROUP BY lesson, 4",
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
pub fn steps(
    tx: &mut TenantTx<'_>,
    _: &Coaching,
    of: &[EnrolmentId],
    now: DateTime<Utc>,
) -> QueryResult<Vec<StepRow>> {
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
         WHERE a.enrolment_id = ANY($1) AND a.submitted_at IS NOT NULL ORDER BY a.enrolment_id, a.lesson, a.number",
    )
    .bind::<Array<SqlUuid>, _>(of)
    .load(tx.conn())
}

/// Figures that were counted before.
#[derive(QueryableByName, Debug, Clone)]
pub struct KeptRow {
    #[diesel(sql_type = Timestamptz)]
    pub counted_at: DateTime<Utc>,
    #[diesel(sql_type = Jsonb)]
    pub figures: Value,
}

/// The figures that were counted last.
pub fn kept(tx: &mut TenantTx<'_>, _: &Coaching, whose: Whose) -> QueryResult<Option<KeptRow>> {
    statement("SELECT counted_at, figures FROM journey_figures WHERE org_id = app.current_org() AND version_id = $1 AND whose = coalesce($2, $1)")
        .bind::<SqlUuid, _>(whose.version)
        .bind::<Nullable<SqlUuid>, _>(whose.cohort)
        .get_result(tx.conn())
        .optional()
}

/// Keeps figures in the place of those that were counted before.
pub fn keep(
    tx: &mut TenantTx<'_>,
    _: &Coaching,
    whose: Whose,
    at: DateTime<Utc>,
    figures: &Value,
) -> QueryResult<()> {
    statement(
        "INSERT INTO journey_figures (version_id, cohort_id, counted_at, figures) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (org_id, version_id, whose) DO UPDATE SET counted_at = EXCLUDED.counted_at, figures = EXCLUDED.figures",
    )
    .bind::<SqlUuid, _>(whose.version)
    .bind::<Nullable<SqlUuid>, _>(whose.cohort)
    .bind::<Timestamptz, _>(at)
    .bind::<Jsonb, _>(figures)
    .execute(tx.conn())
    .map(|_| ())
}

/// Whose figures are counted in the background.
#[derive(QueryableByName, Debug, Clone, Copy)]
pub struct LargeRow {
    #[diesel(sql_type = SqlUuid)]
    pub journey: JourneyId,
    #[diesel(sql_type = SqlUuid)]
    pub version: JourneyVersionId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub cohort: Option<CohortJourneyId>,
}

/// Versions, and cohorts on them, that more than so many learn and of whom somebody did something since their figures were counted.
pub fn large(tx: &mut TenantTx<'_>, above: i64) -> QueryResult<Vec<LargeRow>> {
    statement(
        "SELECT w.journey_id AS journey, w.version_id AS version, w.cohort_id AS cohort FROM ( \
           SELECT journey_id, version_id, NULL::uuid AS cohort_id, count(*) AS count, max(greatest(last_at, enrolled_at)) AS last FROM journey_enrolments \
             WHERE org_id = app.current_org() GROUP BY 1, 2 \
           UNION ALL SELECT journey_id, version_id, cohort_id, count(*), max(greatest(last_at, enrolled_at)) FROM journey_enrolments \
             WHERE org_id = app.current_org() AND cohort_id IS NOT NULL GROUP BY 1, 2, 3) w \
         LEFT JOIN journey_figures f ON f.org_id = app.current_org() AND f.version_id = w.version_id AND f.whose = coalesce(w.cohort_id, w.version_id) \
         WHERE w.count > $1 AND (f.counted_at IS NULL OR f.counted_at < w.last) ORDER BY 2, 3 LIMIT 1000",
    )
    .bind::<BigInt, _>(above)
    .load(tx.conn())
}

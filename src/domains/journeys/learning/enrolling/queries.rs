//! Enrolling in SQL.
#![expect(
    clippy::disallowed_methods,
    reason = "whole cohorts are enrolled and moved in one statement"
)]

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Date, Int4, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};

use crate::domains::journeys::learning::model::{CohortJourney, LateRule};
use crate::domains::journeys::learning::policy::Coaching;
use crate::kernel::ids::{CohortJourneyId, ContextId, EnrolmentId, JourneyVersionId, MemberId, NodeKey};
use crate::kernel::sql_types;
use crate::platform::db::{TenantTx, statement};

const COHORT: &str = "SELECT c.id, c.context_id, c.journey_id, x.name, c.starts_on, c.zone, c.pace, c.paused_at, c.late_rule \
   FROM cohort_journeys c JOIN contexts x ON x.org_id = c.org_id AND x.id = c.context_id WHERE c.org_id = app.current_org() AND ";

/// The cohorts on a journey, by name.
pub fn cohorts(tx: &mut TenantTx<'_>, coaching: &Coaching) -> QueryResult<Vec<CohortJourney>> {
    statement(format!("{COHORT} c.journey_id = $1 ORDER BY x.name LIMIT 500"))
        .bind::<SqlUuid, _>(coaching.journey())
        .load(tx.conn())
}

/// One of them.
pub fn cohort(tx: &mut TenantTx<'_>, coaching: &Coaching, id: CohortJourneyId) -> QueryResult<CohortJourney> {
    statement(format!("{COHORT} c.journey_id = $1 AND c.id = $2"))
        .bind::<SqlUuid, _>(coaching.journey())
        .bind::<SqlUuid, _>(id)
        .get_result(tx.conn())
}

/// The one of a cohort; its rule for late joiners stays as it is until the end of the transaction.
pub fn cohort_of(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    context: ContextId,
) -> QueryResult<Option<CohortJourney>> {
    statement(format!(
        "{COHORT} c.journey_id = $1 AND c.context_id = $2 FOR SHARE OF c"
    ))
    .bind::<SqlUuid, _>(coaching.journey())
    .bind::<SqlUuid, _>(context)
    .get_result(tx.conn())
    .optional()
}

/// Puts a cohort on a journey.
pub fn add_cohort(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    context: ContextId,
    (starts_on, zone, pace): (NaiveDate, &str, Option<i16>),
    late_rule: LateRule,
) -> QueryResult<CohortJourneyId> {
    let (id, now) = (tx.new_id::<CohortJourneyId>(), tx.now());
    statement(
        "INSERT INTO cohort_journeys (id, context_id, journey_id, starts_on, zone, pace, created_at, late_rule) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(context)
    .bind::<SqlUuid, _>(coaching.journey())
    .bind::<Date, _>(starts_on)
    .bind::<Text, _>(zone)
    .bind::<Nullable<SmallInt>, _>(pace)
    .bind::<Timestamptz, _>(now)
    .bind::<sql_types::LateRule, _>(late_rule)
    .execute(tx.conn())?;
    Ok(id)
}

/// Stops a cohort's clock; whether it went.
pub fn pause(tx: &mut TenantTx<'_>, _: &Coaching, cohort: &CohortJourney) -> QueryResult<bool> {
    let now = tx.now();
    statement("UPDATE cohort_journeys SET paused_at = $2 WHERE id = $1 AND paused_at IS NULL")
        .bind::<SqlUuid, _>(cohort.id)
        .bind::<Timestamptz, _>(now)
        .execute(tx.conn())
        .map(|rows| rows == 1)
}

/// Lets it go on; the days it stood still are counted. Whether it stood still.
pub fn resume(tx: &mut TenantTx<'_>, _: &Coaching, cohort: &CohortJourney) -> QueryResult<bool> {
    let now = tx.now();
    statement(
        "UPDATE cohort_journeys SET paused_days = paused_days + greatest((($2 AT TIME ZONE zone)::date - (paused_at AT TIME ZONE zone)::date), 0), paused_at = NULL \
         WHERE id = $1 AND paused_at IS NOT NULL",
    )
    .bind::<SqlUuid, _>(cohort.id)
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())
    .map(|rows| rows == 1)
}

/// Gives a cohort another first day.
pub fn set_start(
    tx: &mut TenantTx<'_>,
    _: &Coaching,
    cohort: &CohortJourney,
    day: NaiveDate,
) -> QueryResult<()> {
    statement("UPDATE cohort_journeys SET starts_on = $2 WHERE id = $1")
        .bind::<SqlUuid, _>(cohort.id)
        .bind::<Date, _>(day)
        .execute(tx.conn())
        .map(|_| ())
}

/// Gives a cohort another pace, or none.
pub fn set_pace(
    tx: &mut TenantTx<'_>,
    _: &Coaching,
    cohort: &CohortJourney,
    pace: Option<i16>,
) -> QueryResult<()> {
    statement("UPDATE cohort_journeys SET pace = $2 WHERE id = $1")
        .bind::<SqlUuid, _>(cohort.id)
        .bind::<Nullable<SmallInt>, _>(pace)
        .execute(tx.conn())
        .map(|_| ())
}

/// How people are enrolled.
#[derive(Debug, Clone)]
pub struct Terms<'a> {
    pub version: JourneyVersionId,
    pub cohort: Option<CohortJourneyId>,
    /// Their own first day; the cohort's without one.
    pub own_start: Option<NaiveDate>,
    /// The day they join a cohort that has begun, whether it counts or not.
    pub joined_late_on: Option<NaiveDate>,
    pub zone: &'a str,
}

/// Somebody who learns from now on.
#[derive(QueryableByName, Debug, Clone, Copy)]
pub struct Enrolled {
    #[diesel(sql_type = SqlUuid)]
    pub id: EnrolmentId,
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = SqlUuid)]
    pub version_id: JourneyVersionId,
}

/// Enrols these people; those who left go on where they were. Answers who was not there before.
pub fn enrol(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    members: &[MemberId],
    terms: &Terms<'_>,
) -> QueryResult<Vec<Enrolled>> {
    let now = tx.now();
    statement(
        "INSERT INTO journey_enrolments AS e (id, member_id, journey_id, version_id, cohort_id, zone, own_start, joined_late_on, paused_before, paused_when_joined, enrolled_by, enrolled_at, required) \
         SELECT app.fresh_id(), m, $2, $3, $4, $5, $6, $9, CASE WHEN $9::date IS NOT NULL AND $6::date IS NULL THEN 0 ELSE p.days END, CASE WHEN $9::date IS NULL THEN 0 ELSE p.days END, $7, $8, \
           (SELECT count(*) FROM journey_nodes n WHERE n.version_id = $3 AND n.kind IS NOT NULL AND NOT n.is_optional)::integer \
         FROM unnest($1::uuid[]) m, (SELECT coalesce((SELECT paused_days FROM cohort_journeys WHERE id = $4), 0) AS days) p \
         ON CONFLICT (org_id, member_id, journey_id) DO UPDATE SET state = CASE WHEN e.completed_at IS NULL THEN 'active' ELSE 'completed' END::enrolment_state, \
           left_at = NULL, cohort_id = excluded.cohort_id, own_start = excluded.own_start, paused_before = excluded.paused_before, \
           joined_late_on = excluded.joined_late_on, paused_when_joined = excluded.paused_when_joined, zone = excluded.zone WHERE e.state = 'left' \
         RETURNING e.id, e.member_id, e.version_id",
    )
    .bind::<Array<SqlUuid>, _>(members)
    .bind::<SqlUuid, _>(coaching.journey())
    .bind::<SqlUuid, _>(terms.version)
    .bind::<Nullable<SqlUuid>, _>(terms.cohort)
    .bind::<Text, _>(terms.zone)
    .bind::<Nullable<Date>, _>(terms.own_start)
    .bind::<SqlUuid, _>(coaching.by())
    .bind::<Timestamptz, _>(now)
    .bind::<Nullable<Date>, _>(terms.joined_late_on)
    .load(tx.conn())
}

/// Ends somebody's learning; whether it went on.
pub fn leave(tx: &mut TenantTx<'_>, enrolment: EnrolmentId) -> QueryResult<bool> {
    let now = tx.now();
    statement("UPDATE journey_enrolments SET state = 'left', left_at = $2 WHERE id = $1 AND state <> 'left'")
        .bind::<SqlUuid, _>(enrolment)
        .bind::<Timestamptz, _>(now)
        .execute(tx.conn())
        .map(|rows| rows == 1)
}

/// How a lesson of one version stands in another.
#[derive(QueryableByName, Debug, Clone)]
pub struct Change {
    #[diesel(sql_type = SqlUuid)]
    pub key: NodeKey,
    /// Its title in the version they have; nothing when it is new.
    #[diesel(sql_type = Nullable<Text>)]
    pub was: Option<String>,
    /// Its title in the other; nothing when it is gone.
    #[diesel(sql_type = Nullable<Text>)]
    pub becomes: Option<String>,
    /// Whether its text or content is another.
    #[diesel(sql_type = Bool)]
    pub is_changed: bool,
    /// How many learners who are moved have done it.
    #[diesel(sql_type = BigInt)]
    pub done_by: i64,
}

/// What becomes of the lessons of a version when its learners are moved to another.
pub fn changes(
    tx: &mut TenantTx<'_>,
    from: JourneyVersionId,
    to: JourneyVersionId,
) -> QueryResult<Vec<Change>> {
    statement(
        "WITH a AS (SELECT n.*, m.position AS m_position FROM journey_nodes n JOIN journey_nodes m ON m.version_id = n.version_id AND m.key = n.parent WHERE n.version_id = $1), \
           b AS (SELECT n.*, m.position AS m_position FROM journey_nodes n JOIN journey_nodes m ON m.version_id = n.version_id AND m.key = n.parent WHERE n.version_id = $2) \
         SELECT coalesce(a.key, b.key) AS key, a.title AS was, b.title AS becomes, \
           a.key IS NOT NULL AND b.key IS NOT NULL AND (a.title, a.body, a.content, a.asset_id, a.asset_version, a.goal, a.is_optional) IS DISTINCT FROM (b.title, b.body, b.content, b.asset_id, b.asset_version, b.goal, b.is_optional) AS is_changed, \
           (SELECT count(*) FROM lesson_progress p JOIN journey_enrolments e ON e.id = p.enrolment_id \
             WHERE e.org_id = app.current_org() AND e.version_id = $1 AND e.state = 'active' AND p.lesson = a.key AND p.done_at IS NOT NULL) AS done_by \
         FROM a FULL JOIN b ON b.key = a.key ORDER BY coalesce(b.m_position, a.m_position), coalesce(b.position, a.position) LIMIT 2000",
    )
    .bind::<SqlUuid, _>(from)
    .bind::<SqlUuid, _>(to)
    .load(tx.conn())
}

/// How many still learn an older version.
#[derive(QueryableByName, Debug, Clone)]
pub struct Behind {
    #[diesel(sql_type = SqlUuid)]
    pub version_id: JourneyVersionId,
    #[diesel(sql_type = Int4)]
    pub number: i32,
    #[diesel(sql_type = BigInt)]
    pub learners: i64,
}

/// The versions that people still learn, but for this one.
pub fn behind(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    newest: JourneyVersionId,
) -> QueryResult<Vec<Behind>> {
    statement(
        "SELECT e.version_id, v.number, count(*) AS learners FROM journey_enrolments e JOIN journey_versions v ON v.id = e.version_id \
         WHERE e.org_id = app.current_org() AND e.journey_id = $1 AND e.state = 'active' AND e.version_id <> $2 AND v.number IS NOT NULL \
         GROUP BY e.version_id, v.number ORDER BY v.number",
    )
    .bind::<SqlUuid, _>(coaching.journey())
    .bind::<SqlUuid, _>(newest)
    .load(tx.conn())
}

/// Who learns a version of a journey and has not finished it, locked in one order.
pub fn movable(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    from: JourneyVersionId,
) -> QueryResult<Vec<Enrolled>> {
    statement(
        "SELECT id, member_id, version_id FROM journey_enrolments WHERE org_id = app.current_org() AND journey_id = $1 AND version_id = $2 AND state = 'active' \
         ORDER BY id FOR UPDATE",
    )
    .bind::<SqlUuid, _>(coaching.journey())
    .bind::<SqlUuid, _>(from)
    .load(tx.conn())
}

/// Moves these learners to another version: what they did stays done, and what counts is what counts there. The roll-up follows the lessons,
/// so it may count too much for a moment and never too little.
pub fn move_to(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    learners: &[EnrolmentId],
    (from, to): (JourneyVersionId, JourneyVersionId),
) -> QueryResult<()> {
    let now = tx.now();
    let required = "(SELECT count(*) FROM journey_nodes n WHERE n.version_id = $2 AND n.kind IS NOT NULL AND NOT n.is_optional)::integer";
    statement(format!(
        "UPDATE journey_enrolments SET version_id = $2, required = greatest(required, {required}) WHERE id = ANY($1)"
    ))
    .bind::<Array<SqlUuid>, _>(learners)
    .bind::<SqlUuid, _>(to)
    .execute(tx.conn())?;
    statement(
        "UPDATE lesson_progress p SET is_required = NOT p.is_required WHERE p.enrolment_id = ANY($1) AND p.is_required <> EXISTS ( \
           SELECT FROM journey_nodes n WHERE n.version_id = $2 AND n.key = p.lesson AND n.kind IS NOT NULL AND NOT n.is_optional)",
    )
    .bind::<Array<SqlUuid>, _>(learners)
    .bind::<SqlUuid, _>(to)
    .execute(tx.conn())?;
    statement(format!(
        "UPDATE journey_enrolments SET required = {required} WHERE id = ANY($1)"
    ))
    .bind::<Array<SqlUuid>, _>(learners)
    .bind::<SqlUuid, _>(to)
    .execute(tx.conn())?;
    statement(
        "INSERT INTO enrolment_moves (id, enrolment_id, from_version, to_version, moved_by, moved_at) SELECT app.fresh_id(), e, $2, $3, $4, $5 FROM unnest($1::uuid[]) e",
    )
    .bind::<Array<SqlUuid>, _>(learners)
    .bind::<SqlUuid, _>(from)
    .bind::<SqlUuid, _>(to)
    .bind::<SqlUuid, _>(coaching.by())
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())
    .map(|_| ())
}

/// Those of these learners who have everything done by now.
pub fn finish(tx: &mut TenantTx<'_>, learners: &[EnrolmentId]) -> QueryResult<Vec<Enrolled>> {
    let now = tx.now();
    statement(
        "UPDATE journey_enrolments SET state = 'completed', completed_at = $2 WHERE id = ANY($1) AND state = 'active' AND required > 0 AND done = required \
         RETURNING id, member_id, version_id",
    )
    .bind::<Array<SqlUuid>, _>(learners)
    .bind::<Timestamptz, _>(now)
    .load(tx.conn())
}

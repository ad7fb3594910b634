//! The one question.
#![expect(
    clippy::disallowed_methods,
    reason = "one statement over sets, with windows that diesel has no words for"
)]

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};

use crate::kernel::ids::{EnrolmentId, NodeKey};
use crate::platform::db::{Statement, TenantTx, statement};

use super::model::{Path, Persona, Standing};

/// How every lesson of a learner's version stands with them now.
pub fn path(tx: &mut TenantTx<'_>, enrolment: EnrolmentId) -> QueryResult<Path> {
    let now = tx.now();
    let asked = statement(format!("{OF_LEARNER}{REST}"))
        .bind::<SqlUuid, _>(enrolment)
        .bind::<Timestamptz, _>(now);
    answered(tx, asked)
}

/// How every lesson of a version, which may be a draft, would stand with somebody at a moment.
pub fn imagined(tx: &mut TenantTx<'_>, persona: &Persona) -> QueryResult<Path> {
    let (lessons, facts): (Vec<NodeKey>, Vec<_>) = persona
        .done
        .iter()
        .map(|one| (one.lesson, (one.score, one.at)))
        .unzip();
    let (scores, moments): (Vec<Option<i16>>, Vec<DateTime<Utc>>) = facts.into_iter().unzip();
    let asked = statement(format!("{OF_PERSONA}{REST}"))
        .bind::<SqlUuid, _>(persona.version)
        .bind::<Timestamptz, _>(persona.at)
        .bind::<Text, _>(persona.zone.name())
        .bind::<Date, _>(persona.enrolled_on)
        .bind::<Date, _>(persona.starts_on)
        .bind::<Bool, _>(persona.is_approved)
        .bind::<Array<SqlUuid>, _>(lessons)
        .bind::<Array<Nullable<SmallInt>>, _>(scores)
        .bind::<Array<Timestamptz>, _>(moments);
    answered(tx, asked)
}

/// Behind row-level security PostgreSQL takes each set for one row and would walk all of them for each lesson; without nested loops 200
/// lessons take about a millisecond.
fn answered(tx: &mut TenantTx<'_>, asked: Statement<'_>) -> QueryResult<Path> {
    tx.conn()
        .batch_execute("SET LOCAL enable_nestloop = off; SET LOCAL jit = off")?;
    let lessons: Vec<Standing> = asked.load(tx.conn())?;
    tx.conn().batch_execute("SET LOCAL enable_nestloop = on")?;
    Ok(Path { lessons })
}

/// Who learns, what coaches said, and what is done. `$1` the enrolment, `$2` the moment.
const OF_LEARNER: &str = "
WITH r AS (
  SELECT e.version_id, e.zone, e.state <> 'left' AS is_here,
    CASE WHEN e.joined_late_on IS NOT NULL AND e.own_start IS NULL THEN (SELECT c.starts_on FROM cohort_journeys c WHERE c.id = e.cohort_id)
      ELSE (e.enrolled_at AT TIME ZONE e.zone)::date END AS enrolled_on,
    (SELECT v.in_order FROM journey_versions v WHERE v.id = e.version_id) AS in_order,
    (SELECT c.paused_at FROM cohort_journeys c WHERE c.id = e.cohort_id) AS paused_at,
    coalesce((SELECT c.paused_days FROM cohort_journeys c WHERE c.id = e.cohort_id), 0) - e.paused_before AS paused_days,
    coalesce(e.own_start, (SELECT c.starts_on FROM cohort_journeys c WHERE c.id = e.cohort_id), (e.enrolled_at AT TIME ZONE e.zone)::date) AS starts_on
  FROM journey_enrolments e WHERE e.id = $1
), e AS MATERIALIZED (
  SELECT r.*, CASE WHEN r.starts_on::timestamp AT TIME ZONE r.zone > $2 THEN r.starts_on::timestamp AT TIME ZONE r.zone END AS begins_at FROM r
), word AS MATERIALIZED (
  SELECT a.node, bool_or(a.kind = 'unlock' AND (a.expires_at IS NULL OR a.expires_at > $2)) AS unlocked, bool_or(a.kind = 'approve') AS approved
  FROM lesson_acts a LEFT JOIN (SELECT node, max(id::text) AS last FROM lesson_acts WHERE enrolment_id = $1 AND kind = 'revoke' GROUP BY node) r ON r.node = a.node
  WHERE a.enrolment_id = $1 AND a.kind IN ('unlock', 'approve') AND (r.last IS NULL OR a.id::text > r.last)
  GROUP BY a.node
), p AS MATERIALIZED (
  SELECT lesson, state, score, started_at, done_at, waived_at, coalesce(done_at, waived_at) AS ended_at
  FROM lesson_progress WHERE enrolment_id = $1
)";

/// The same of somebody imagined. `$1` the version, `$2` the moment, `$3` the zone, `$4` the day of enrolment, `$5` the first day, `$6` whether
/// a coach said yes to everything; `$7`, `$8` and `$9` what is done, with which score and when.
const OF_PERSONA: &str = "
WITH e AS MATERIALIZED (
  SELECT $1 AS version_id, $3 AS zone, true AS is_here, $4 AS enrolled_on, (SELECT v.in_order FROM journey_versions v WHERE v.id = $1) AS in_order,
    NULL::timestamptz AS paused_at, 0 AS paused_days, $5 AS starts_on, CASE WHEN $5::timestamp AT TIME ZONE $3 > $2 THEN $5::timestamp AT TIME ZONE $3 END AS begins_at
), word AS MATERIALIZED (
  SELECT key AS node, false AS unlocked, true AS approved FROM journey_nodes WHERE version_id = $1 AND $6
), p AS MATERIALIZED (
  SELECT d.lesson, 'done'::lesson_state AS state, d.score, d.at AS started_at, d.at AS done_at, NULL::timestamptz AS waived_at, d.at AS ended_at
  FROM unnest($7, $8, $9) AS d(lesson, score, at)
)";

/// What follows from it.
const REST: &str = ",
n AS MATERIALIZED (
  SELECT key, parent, position, title, kind, in_order, NOT is_optional AS is_required, goal, minutes
  FROM journey_nodes WHERE version_id = (SELECT version_id FROM e)
), l AS MATERIALIZED (
  SELECT n.*, m.position AS m_position, m.in_order AS m_in_order, m.title AS m_title, p.state, p.score, p.started_at, p.done_at, p.waived_at, p.ended_at,
    p.ended_at IS NOT NULL AS done, row_number() OVER (ORDER BY m.position, n.position) AS place
  FROM n JOIN n m ON m.key = n.parent LEFT JOIN p ON p.lesson = n.key
  WHERE n.kind IS NOT NULL
), prev AS MATERIALIZED (
  SELECT key, max(place * 2 + done::integer) FILTER (WHERE is_required) OVER (ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS anywhere,
    max(place * 2 + done::integer) FILTER (WHERE is_required) OVER (PARTITION BY parent ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS inside
  FROM l
), sums AS (
  SELECT parent, count(*) AS needed, count(*) FILTER (WHERE done) AS got, max(ended_at) AS ended_at
  FROM l WHERE is_required GROUP BY parent
), ms AS MATERIALIZED (
  SELECT n.key, n.position, s.needed IS NULL OR s.got = s.needed AS done, CASE WHEN s.got = s.needed THEN s.ended_at END AS ended_at,
    max(n.position * 2 + (s.got = s.needed)::integer) FILTER (WHERE s.needed > 0) OVER (ORDER BY n.position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS prev
  FROM n LEFT JOIN sums s ON s.parent = n.key WHERE n.kind IS NULL
), fact AS MATERIALIZED (
  SELECT l.key, done, ended_at, CASE WHEN waived_at IS NOT NULL THEN 100::smallint ELSE score END AS score, prev.anywhere AS prev
  FROM l JOIN prev ON prev.key = l.key
  UNION ALL SELECT key, done, ended_at, NULL::smallint, prev::bigint FROM ms
), timed AS (
  SELECT a.node, a.clause, a.place, a.kind, a.argument, a.percent, a.days, a.is_business, a.anchor, a.at, g.score, g.done AS argument_done, f.prev,
    coalesce(w.approved, false) AS approved, e.paused_at,
    CASE a.kind WHEN 'at' THEN a.at WHEN 'elapsed' THEN
      ((CASE WHEN a.is_business THEN app.business_day(d.day, a.days) ELSE d.day + a.days END
        + CASE WHEN a.anchor = 'done' THEN 0 ELSE e.paused_days END)::timestamp AT TIME ZONE e.zone) END AS opens_at
  FROM unlock_atoms a JOIN fact f ON f.key = a.node LEFT JOIN fact g ON g.key = a.argument LEFT JOIN word w ON w.node = a.node CROSS JOIN e
    CROSS JOIN LATERAL (SELECT CASE a.anchor WHEN 'enrolled' THEN e.enrolled_on WHEN 'cohort_start' THEN e.starts_on
      WHEN 'done' THEN (g.ended_at AT TIME ZONE e.zone)::date END AS day) d
  WHERE a.version_id = (SELECT version_id FROM e)
), atom AS (
  SELECT t.*, coalesce(CASE t.kind
    WHEN 'previous' THEN t.prev IS NULL OR t.prev % 2 = 1
    WHEN 'done' THEN t.argument_done
    WHEN 'score' THEN t.score >= t.percent
    WHEN 'at' THEN t.opens_at <= $2
    WHEN 'until' THEN t.at > $2
    WHEN 'elapsed' THEN t.opens_at <= $2 AND (t.paused_at IS NULL OR t.opens_at <= t.paused_at)
    WHEN 'approval' THEN t.approved END, false) AS holds
  FROM timed t
), clause AS (
  SELECT node, clause, bool_or(kind = 'until') AS shuts FROM atom GROUP BY node, clause HAVING NOT bool_or(holds)
), failing AS MATERIALIZED (
  SELECT a.node, bool_or(c.shuts) AS shuts, array_agg(concat_ws('|', a.clause, a.kind, coalesce(a.argument::text, ''), coalesce(a.percent, 0), coalesce(a.score, -1),
      coalesce(a.days, 0), a.is_business::integer, coalesce(a.anchor::text, ''), coalesce(floor(extract(epoch FROM a.opens_at))::bigint, 0),
      coalesce(floor(extract(epoch FROM a.at))::bigint, 0), (a.kind = 'elapsed' AND a.paused_at IS NOT NULL)::integer, coalesce(a.prev / 2, 0)) ORDER BY a.clause, a.place) AS clauses
  FROM clause c JOIN atom a ON a.node = c.node AND a.clause = c.clause GROUP BY a.node
), gate AS (
  SELECT l.*, e.is_here, w.unlocked IS TRUE OR wm.unlocked IS TRUE AS is_unlocked, f.clauses AS failing, fm.clauses AS failing_milestone,
    coalesce(f.shuts, false) OR coalesce(fm.shuts, false) AS shut,
    e.begins_at,
    CASE WHEN l.m_in_order AND prev.inside % 2 = 0 THEN prev.inside / 2 END AS waits_for_lesson,
    CASE WHEN e.in_order AND ms.prev % 2 = 0 THEN ms.prev / 2 END AS waits_at
  FROM l JOIN prev ON prev.key = l.key JOIN ms ON ms.key = l.parent LEFT JOIN failing f ON f.node = l.key LEFT JOIN failing fm ON fm.node = l.parent
    LEFT JOIN word w ON w.node = l.key LEFT JOIN word wm ON wm.node = l.parent CROSS JOIN e
)
SELECT g.key, g.title, g.kind, g.goal, g.minutes, g.is_required, g.parent AS milestone, g.m_title AS milestone_title, g.state, g.score, g.done_at, g.waived_at,
  g.is_unlocked, g.begins_at, g.waits_for_lesson, b.key AS waits_for_milestone, g.failing, g.failing_milestone,
  g.is_here AND (g.is_unlocked OR ((g.started_at IS NOT NULL OR g.done) AND NOT g.shut)
    OR (g.begins_at IS NULL AND g.failing IS NULL AND g.failing_milestone IS NULL AND g.waits_for_lesson IS NULL AND g.waits_at IS NULL)) AS is_open
FROM gate g LEFT JOIN ms b ON b.position = g.waits_at
ORDER BY g.place";

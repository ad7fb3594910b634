//! The cohort of each sample organization on its journey, everybody somewhere else on the way.
#![expect(
    clippy::disallowed_methods,
    reason = "whole cohorts are written in a few statements"
)]

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Jsonb, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::domains::journeys::certificates::model::Award;
use crate::domains::journeys::certificates::{actions as certificates, policy};
use crate::domains::journeys::learning::queries::enrolment;
use crate::kernel::error::AppError;
use crate::kernel::ids::{EnrolmentId, Id as _, JourneyId, MemberId};
use crate::platform::crypto::KeyRing;
use crate::platform::db::{TenantTx, statement};

use super::quizzes;
use super::worksheets::{self, Answers};

#[derive(QueryableByName)]
struct Way {
    #[diesel(sql_type = SqlUuid)]
    journey_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    version_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    context_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    coach_id: Uuid,
    #[diesel(sql_type = Text)]
    zone: String,
}

/// How long ago the cohort began.
const DAYS: i64 = 24;

/// Enrols the first cohort in the journey that is published, if there are both.
///
/// # Errors
/// When the database refuses.
pub fn write(tx: &mut TenantTx<'_>, keys: &KeyRing, now: DateTime<Utc>) -> Result<(), AppError> {
    let way: Option<Way> = statement(
        "SELECT v.journey_id, v.id AS version_id, c.id AS context_id, v.published_by AS coach_id, m.time_zone AS zone FROM journey_versions v \
           JOIN members m ON m.org_id = v.org_id AND m.id = v.published_by \
           JOIN LATERAL (SELECT x.id FROM contexts x WHERE x.org_id = v.org_id AND x.kind = 'cohort' AND x.archived_at IS NULL ORDER BY x.name LIMIT 1) c ON true \
         WHERE v.org_id = app.current_org() AND v.number IS NOT NULL ORDER BY v.published_at LIMIT 1",
    )
    .get_result(tx.conn())
    .optional()?;
    let Some(way) = way else {
        return Ok(());
    };
    let began = now - TimeDelta::days(DAYS);
    enrol(tx, &way, began)?;
    let answers = worksheets::answers(tx, way.version_id)?;
    learn(tx, &way, &answers, began)?;
    quizzes::write(tx, way.version_id)?;
    sponsor(tx, &way, began)?;
    nudge(tx, &way, now)?;
    let Some(first) = finish(tx, &way, &answers, now)? else {
        return Ok(());
    };
    quizzes::write(tx, way.version_id)?;
    award(tx, keys, &way, first)
}

/// Whoever is a sponsor sponsors the cohort: they see how its people get on, together.
fn sponsor(tx: &mut TenantTx<'_>, way: &Way, began: DateTime<Utc>) -> QueryResult<()> {
    statement(
        "INSERT INTO context_members (context_id, member_id, joined_at) SELECT $1, r.member_id, $2 FROM member_roles r \
         WHERE r.org_id = app.current_org() AND r.role = 'sponsor' ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(way.context_id)
    .bind::<Timestamptz, _>(began)
    .execute(tx.conn())
    .map(|_| ())
}

/// What a coach wrote some days ago to whoever had not begun.
const NUDGE: &str = "It has been a while since I enrolled you. Is something in the way? Ten minutes are enough to begin. Write back if I can help.";

fn nudge(tx: &mut TenantTx<'_>, way: &Way, now: DateTime<Utc>) -> QueryResult<()> {
    statement(
        "INSERT INTO journey_nudges (id, enrolment_id, reason, body, sent_by, sent_at) \
         SELECT app.fresh_id(), e.id, 'stalled', $2, $3, $4 FROM journey_enrolments e \
         WHERE e.org_id = app.current_org() AND e.journey_id = $1 AND e.last_at IS NULL ORDER BY e.id LIMIT 1",
    )
    .bind::<SqlUuid, _>(way.journey_id)
    .bind::<Text, _>(NUDGE)
    .bind::<SqlUuid, _>(way.coach_id)
    .bind::<Timestamptz, _>(now - TimeDelta::days(6))
    .execute(tx.conn())
    .map(|_| ())
}

fn enrol(tx: &mut TenantTx<'_>, way: &Way, began: DateTime<Utc>) -> QueryResult<()> {
    statement(
        "WITH c AS (INSERT INTO cohort_journeys (id, context_id, journey_id, starts_on, zone, pace, created_at) \
           VALUES (app.fresh_id(), $1, $2, ($5 AT TIME ZONE $6)::date, $6, 2, $5) RETURNING id) \
         INSERT INTO journey_enrolments (id, member_id, journey_id, version_id, cohort_id, zone, enrolled_by, enrolled_at, required) \
         SELECT app.fresh_id(), m.member_id, $2, $3, c.id, $6, $4, $5, \
           (SELECT count(*) FROM journey_nodes n WHERE n.version_id = $3 AND n.kind IS NOT NULL AND NOT n.is_optional)::integer \
         FROM c, context_members m WHERE m.org_id = app.current_org() AND m.context_id = $1 AND NOT m.is_leader AND m.member_id <> $4",
    )
    .bind::<SqlUuid, _>(way.context_id)
    .bind::<SqlUuid, _>(way.journey_id)
    .bind::<SqlUuid, _>(way.version_id)
    .bind::<SqlUuid, _>(way.coach_id)
    .bind::<Timestamptz, _>(began)
    .bind::<Text, _>(&way.zone)
    .execute(tx.conn())
    .map(|_| ())
}

/// The first did a few lessons, the next some more, and one in seven has not begun; whoever stands before something to hand in did.
fn learn(tx: &mut TenantTx<'_>, way: &Way, answers: &Answers, began: DateTime<Utc>) -> QueryResult<()> {
    statement(
        "WITH l AS (SELECT n.key, coalesce(n.minutes, 10) AS minutes, NOT n.is_optional AS is_required, row_number() OVER (ORDER BY m.position, n.position) AS place \
             FROM journey_nodes n JOIN journey_nodes m ON m.version_id = n.version_id AND m.key = n.parent WHERE n.version_id = $1), \
           e AS (SELECT id, row_number() OVER (ORDER BY id) AS turn FROM journey_enrolments WHERE org_id = app.current_org() AND journey_id = $2) \
         INSERT INTO lesson_progress (enrolment_id, lesson, state, is_required, started_at, done_at) \
         SELECT e.id, l.key, 'done', l.is_required, $3 + (l.place * 31 + e.turn * 5) * interval '1 hour', \
           $3 + (l.place * 31 + e.turn * 5) * interval '1 hour' + l.minutes * (50 + (e.turn * 37 + l.place * 11) % 90) / 100.0 * interval '1 minute' \
         FROM e JOIN l ON l.place <= (e.turn * 5 % 7) * 3 / 2",
    )
    .bind::<SqlUuid, _>(way.version_id)
    .bind::<SqlUuid, _>(way.journey_id)
    .bind::<Timestamptz, _>(began)
    .execute(tx.conn())?;
    hand_in(tx, way, answers, began)?;
    statement(
        "UPDATE journey_enrolments e SET last_at = p.at, last_lesson = p.lesson FROM (SELECT DISTINCT ON (enrolment_id) enrolment_id, lesson, coalesce(done_at, started_at) AS at \
           FROM lesson_progress WHERE org_id = app.current_org() ORDER BY enrolment_id, coalesce(done_at, started_at) DESC) p WHERE p.enrolment_id = e.id",
    )
    .execute(tx.conn())
    .map(|_| ())
}

/// What somebody hands in, and what a coach answers to it.
const WORK: &str = "I tried it with two people this week.\n\nThe first sentence was easy. The question after it was not: I answered it myself before they could. \
    The second time I counted to five, and they went on talking.\n\nWhat I say now is shorter, and it ends with a question.";
const ANSWER: &str = "Counting to five is the whole lesson. **Keep the shorter version**, and try it once with somebody who has no time.";

const ON_A_WORKSHEET: &str = "Facts that can be checked, and a remedy that is whole. **Ask for the clock of that week before the meeting**, \
    so that the others who came late stand on paper.";

/// Work of whoever did an assignment, and of whoever stands before one and waits for an answer.
fn hand_in(tx: &mut TenantTx<'_>, way: &Way, answers: &Answers, began: DateTime<Utc>) -> QueryResult<()> {
    let work = "WITH l AS (SELECT n.key, NOT n.is_optional AS is_required, n.kind, row_number() OVER (ORDER BY m.position, n.position) AS place \
           FROM journey_nodes n JOIN journey_nodes m ON m.version_id = n.version_id AND m.key = n.parent WHERE n.version_id = $1), \
         e AS (SELECT id, row_number() OVER (ORDER BY id) AS turn FROM journey_enrolments WHERE org_id = app.current_org() AND journey_id = $2), \
         w AS (SELECT e.id, l.key, l.is_required, $3 + (l.place * 31 + e.turn * 5) * interval '1 hour' AS at, l.place <= (e.turn * 5 % 7) * 3 / 2 AS is_done \
           FROM e JOIN l ON l.kind = 'assignment' AND l.place <= (e.turn * 5 % 7) * 3 / 2 + 1 AND e.turn * 5 % 7 > 0) ";
    statement(format!(
        "{work} INSERT INTO lesson_submissions (id, enrolment_id, lesson, number, body, filled, submitted_at, state, comments, reviewed_by, reviewed_at) \
         SELECT app.fresh_id(), id, key, 1, coalesce(s.text, $4), s.filled, at, CASE WHEN is_done THEN 'approved' ELSE 'waiting' END::submission_state, CASE WHEN NOT is_done THEN '' WHEN s.lesson IS NULL THEN $5 ELSE $10 END, \
           CASE WHEN is_done THEN $6 END, CASE WHEN is_done THEN at + interval '8 minutes' END FROM w \
           LEFT JOIN unnest($7, $8, $9) AS s (lesson, text, filled) ON s.lesson = w.key"
    ))
    .bind::<SqlUuid, _>(way.version_id)
    .bind::<SqlUuid, _>(way.journey_id)
    .bind::<Timestamptz, _>(began)
    .bind::<Text, _>(WORK)
    .bind::<Text, _>(ANSWER)
    .bind::<SqlUuid, _>(way.coach_id)
    .bind::<Array<SqlUuid>, _>(&answers.lessons)
    .bind::<Array<Text>, _>(&answers.texts)
    .bind::<Array<Jsonb>, _>(&answers.filled)
    .bind::<Text, _>(ON_A_WORKSHEET)
    .execute(tx.conn())?;
    statement(format!(
        "{work} INSERT INTO lesson_progress (enrolment_id, lesson, state, is_required, started_at) SELECT id, key, 'submitted', is_required, at FROM w WHERE NOT is_done"
    ))
    .bind::<SqlUuid, _>(way.version_id)
    .bind::<SqlUuid, _>(way.journey_id)
    .bind::<Timestamptz, _>(began)
    .execute(tx.conn())
    .map(|_| ())
}

#[derive(QueryableByName)]
struct First {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Whoever came furthest finishes; their enrolment.
fn finish(
    tx: &mut TenantTx<'_>,
    way: &Way,
    answers: &Answers,
    now: DateTime<Utc>,
) -> QueryResult<Option<EnrolmentId>> {
    let first: Option<First> = statement(
        "SELECT id FROM journey_enrolments WHERE org_id = app.current_org() AND journey_id = $1 ORDER BY done DESC, id LIMIT 1",
    )
    .bind::<SqlUuid, _>(way.journey_id)
    .get_result(tx.conn())
    .optional()?;
    let Some(First { id }) = first else {
        return Ok(None);
    };
    let ended = now - TimeDelta::days(2);
    statement(
        "INSERT INTO lesson_submissions (id, enrolment_id, lesson, number, body, filled, submitted_at, state, comments, reviewed_by, reviewed_at) \
         SELECT app.fresh_id(), $2, n.key, 1, coalesce(s.text, $4), s.filled, $3, 'approved', CASE WHEN s.lesson IS NULL THEN $5 ELSE $10 END, $6, $3 + interval '8 minutes' FROM journey_nodes n \
           LEFT JOIN unnest($7, $8, $9) AS s (lesson, text, filled) ON s.lesson = n.key WHERE n.version_id = $1 AND n.kind = 'assignment' \
         ON CONFLICT (enrolment_id, lesson, number, org_id) DO UPDATE SET state = 'approved', comments = EXCLUDED.comments, reviewed_by = $6, reviewed_at = $3",
    )
    .bind::<SqlUuid, _>(way.version_id)
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(ended)
    .bind::<Text, _>(WORK)
    .bind::<Text, _>(ANSWER)
    .bind::<SqlUuid, _>(way.coach_id)
    .bind::<Array<SqlUuid>, _>(&answers.lessons)
    .bind::<Array<Text>, _>(&answers.texts)
    .bind::<Array<Jsonb>, _>(&answers.filled)
    .bind::<Text, _>(ON_A_WORKSHEET)
    .execute(tx.conn())?;
    statement(
        "INSERT INTO lesson_progress AS p (enrolment_id, lesson, state, is_required, started_at, done_at) \
         SELECT $2, n.key, 'done', NOT n.is_optional, $3 - coalesce(n.minutes, 10) * interval '1 minute', $3 FROM journey_nodes n WHERE n.version_id = $1 AND n.kind IS NOT NULL \
         ON CONFLICT (enrolment_id, lesson, org_id) DO UPDATE SET state = 'done', done_at = $3 WHERE p.done_at IS NULL",
    )
    .bind::<SqlUuid, _>(way.version_id)
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(ended)
    .execute(tx.conn())?;
    statement(
        "UPDATE journey_enrolments SET state = 'completed', completed_at = $2, last_at = $2 WHERE id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(ended)
    .execute(tx.conn())?;
    Ok(Some(EnrolmentId::from_uuid(id)))
}

/// The journey gives a certificate, and whoever finished has it.
fn award(tx: &mut TenantTx<'_>, keys: &KeyRing, way: &Way, first: EnrolmentId) -> Result<(), AppError> {
    let enrolment = enrolment(tx, first)?;
    let by = policy::sample(
        JourneyId::from_uuid(way.journey_id),
        MemberId::from_uuid(way.coach_id),
    );
    let award = Award {
        is_on: true,
        title: "Certificate of completion".to_owned(),
        criteria: format!(
            "Worked through “{}” over several weeks, tried each step with people, and had the work looked at by a coach.",
            enrolment.title
        ),
        signatory: String::new(),
        months: Some(24),
        title_fr: "Attestation de réussite".to_owned(),
        criteria_fr: format!(
            "A travaillé « {} » pendant plusieurs semaines, mis chaque étape en pratique et fait relire son travail par un mentor.",
            enrolment.title
        ),
    };
    certificates::decide(tx, keys, &by, &award)?;
    certificates::issue(tx, &enrolment).map(|_| ())
}

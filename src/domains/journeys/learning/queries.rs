//! Enrolments in SQL.
#![expect(
    clippy::disallowed_methods,
    reason = "an enrolment is read with the title of its version, wherever it is read"
)]

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Uuid as SqlUuid};

use crate::domains::people::merge::Merging;
use crate::domains::tenancy::Erasing;
use crate::kernel::ids::{EnrolmentId, JourneyId, MemberId};
use crate::platform::db::{TenantTx, statement};

use super::model::Enrolment;

/// What is read of an enrolment.
pub const ENROLMENT: &str = "e.id, e.member_id, e.journey_id, e.version_id, e.cohort_id, e.state, e.zone, e.enrolled_at, e.required, e.done, e.last_at, \
     e.last_lesson, e.completed_at, v.title, v.summary, coalesce(v.number, 0) AS number";
/// Where it is read from.
pub const ENROLMENTS: &str = "journey_enrolments e JOIN journey_versions v ON v.id = e.version_id";

/// One enrolment.
pub fn enrolment(tx: &mut TenantTx<'_>, id: EnrolmentId) -> QueryResult<Enrolment> {
    statement(format!("SELECT {ENROLMENT} FROM {ENROLMENTS} WHERE e.id = $1"))
        .bind::<SqlUuid, _>(id)
        .get_result(tx.conn())
}

#[derive(QueryableByName)]
struct By {
    #[diesel(sql_type = SqlUuid)]
    enrolled_by: MemberId,
}

/// Who enrolled somebody.
pub fn enrolled_by(tx: &mut TenantTx<'_>, id: EnrolmentId) -> QueryResult<MemberId> {
    let by: By = statement("SELECT e.enrolled_by FROM journey_enrolments e WHERE e.id = $1")
        .bind::<SqlUuid, _>(id)
        .get_result(tx.conn())?;
    Ok(by.enrolled_by)
}

/// What somebody learns or learned, where they were last first.
pub fn of_member(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Enrolment>> {
    statement(format!(
        "SELECT {ENROLMENT} FROM {ENROLMENTS} WHERE e.org_id = app.current_org() AND e.member_id = $1 AND e.state <> 'left' \
         ORDER BY e.state, coalesce(e.last_at, e.enrolled_at) DESC, e.id LIMIT 200"
    ))
    .bind::<SqlUuid, _>(member)
    .load(tx.conn())
}

/// What somebody learns, learned and left, the oldest first.
pub fn all_of_member(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Enrolment>> {
    statement(format!(
        "SELECT {ENROLMENT} FROM {ENROLMENTS} WHERE e.org_id = app.current_org() AND e.member_id = $1 ORDER BY e.id LIMIT 20000"
    ))
    .bind::<SqlUuid, _>(member)
    .load(tx.conn())
}

/// Who learns a journey, in the order in which they began, those after `after`.
pub fn of_journey(
    tx: &mut TenantTx<'_>,
    journey: JourneyId,
    after: Option<EnrolmentId>,
    limit: i64,
) -> QueryResult<Vec<Enrolment>> {
    statement(format!(
        "SELECT {ENROLMENT} FROM {ENROLMENTS} WHERE e.org_id = app.current_org() AND e.journey_id = $1 AND ($2::uuid IS NULL OR e.id > $2) ORDER BY e.id LIMIT $3"
    ))
    .bind::<SqlUuid, _>(journey)
    .bind::<Nullable<SqlUuid>, _>(after)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
}

/// Those of these people who learn a journey or did.
pub fn among(tx: &mut TenantTx<'_>, journey: JourneyId, members: &[MemberId]) -> QueryResult<Vec<Enrolment>> {
    statement(format!(
        "SELECT {ENROLMENT} FROM {ENROLMENTS} WHERE e.org_id = app.current_org() AND e.journey_id = $1 AND e.member_id = ANY($2)"
    ))
    .bind::<SqlUuid, _>(journey)
    .bind::<Array<SqlUuid>, _>(members)
    .load(tx.conn())
}

#[derive(QueryableByName)]
struct Moved {
    #[diesel(sql_type = SqlUuid)]
    id: EnrolmentId,
}

/// Takes away all that somebody learned.
pub fn erase(tx: &mut TenantTx<'_>, erasing: &Erasing) -> QueryResult<()> {
    statement("DELETE FROM journey_enrolments WHERE org_id = app.current_org() AND member_id = $1")
        .bind::<SqlUuid, _>(erasing.member())
        .execute(tx.conn())
        .map(|_| ())
}

/// Makes what the record that is given up learns the kept one's, except what that learns itself.
pub fn merge(tx: &mut TenantTx<'_>, merging: &Merging) -> QueryResult<Vec<EnrolmentId>> {
    let moved: Vec<Moved> = statement(
        "UPDATE journey_enrolments e SET member_id = $1 WHERE e.org_id = app.current_org() AND e.member_id = $2 \
         AND NOT EXISTS (SELECT FROM journey_enrolments k WHERE k.org_id = e.org_id AND k.member_id = $1 AND k.journey_id = e.journey_id) RETURNING e.id",
    )
    .bind::<SqlUuid, _>(merging.kept())
    .bind::<SqlUuid, _>(merging.given_up())
    .load(tx.conn())?;
    Ok(moved.into_iter().map(|one| one.id).collect())
}

/// Gives these back.
pub fn part(tx: &mut TenantTx<'_>, merging: &Merging, moved: &[EnrolmentId]) -> QueryResult<()> {
    statement("UPDATE journey_enrolments SET member_id = $2 WHERE org_id = app.current_org() AND member_id = $1 AND id = ANY($3)")
        .bind::<SqlUuid, _>(merging.kept())
        .bind::<SqlUuid, _>(merging.given_up())
        .bind::<Array<SqlUuid>, _>(moved)
        .execute(tx.conn())
        .map(|_| ())
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = diesel::sql_types::Text)]
    word: String,
}

/// What somebody handed in, noted and was told in a journey, each a line.
pub fn written(tx: &mut TenantTx<'_>, enrolment: EnrolmentId) -> QueryResult<Vec<String>> {
    let found: Vec<Word> = statement(
        "SELECT word FROM ( \
           SELECT submitted_at AS at, 'Handed in: ' || body || CASE comments WHEN '' THEN '' ELSE E'\\nAnswered: ' || comments END AS word FROM lesson_submissions WHERE enrolment_id = $1 \
           UNION ALL SELECT written_at, 'Noted: ' || body FROM lesson_notes WHERE enrolment_id = $1 \
           UNION ALL SELECT sent_at, 'A coach wrote: ' || body FROM journey_nudges WHERE enrolment_id = $1 AND refused = '' \
           UNION ALL SELECT acted_at, 'A coach decided: ' || kind || ', ' || reason FROM lesson_acts WHERE enrolment_id = $1 \
           UNION ALL SELECT submitted_at, 'Quiz: ' || score || ' %' FROM quiz_attempts WHERE enrolment_id = $1 AND submitted_at IS NOT NULL) all_of_it ORDER BY at",
    )
    .bind::<SqlUuid, _>(enrolment)
    .load(tx.conn())?;
    Ok(found.into_iter().map(|one| one.word).collect())
}

//! What waits for review, in SQL.
#![expect(
    clippy::disallowed_methods,
    reason = "the queue is read with whose and which lesson it is"
)]

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::journeys::learning::model::SubmissionState;
use crate::domains::journeys::learning::policy::Coaching;
use crate::kernel::ids::{EnrolmentId, MemberId, NodeKey, SubmissionId};
use crate::kernel::sql_types;
use crate::platform::db::{TenantTx, statement};

use super::forms::Review;

/// Something that was handed in, and by whom.
#[derive(QueryableByName, Debug, Clone)]
pub struct Waiting {
    #[diesel(sql_type = SqlUuid)]
    pub id: SubmissionId,
    #[diesel(sql_type = SqlUuid)]
    pub enrolment_id: EnrolmentId,
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = SqlUuid)]
    pub lesson: NodeKey,
    #[diesel(sql_type = Text)]
    pub lesson_title: String,
    #[diesel(sql_type = SmallInt)]
    pub number: i16,
    #[diesel(sql_type = Text)]
    pub body: String,
    #[diesel(sql_type = Timestamptz)]
    pub submitted_at: DateTime<Utc>,
    #[diesel(sql_type = sql_types::SubmissionState)]
    pub state: SubmissionState,
    #[diesel(sql_type = Text)]
    pub comments: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub reviewed_at: Option<DateTime<Utc>>,
}

const WAITING: &str = "SELECT s.id, s.enrolment_id, e.member_id, s.lesson, coalesce(n.title, '') AS lesson_title, s.number, s.body, s.submitted_at, s.state, s.comments, s.reviewed_at \
   FROM lesson_submissions s JOIN journey_enrolments e ON e.id = s.enrolment_id LEFT JOIN journey_nodes n ON n.version_id = e.version_id AND n.key = s.lesson \
   WHERE s.org_id = app.current_org() AND e.journey_id = $1 AND ";

/// What waits longest, first.
pub fn waiting(tx: &mut TenantTx<'_>, coaching: &Coaching, limit: i64) -> QueryResult<Vec<Waiting>> {
    statement(format!(
        "{WAITING} s.state = 'waiting' AND e.state <> 'left' ORDER BY s.submitted_at, s.id LIMIT $2"
    ))
    .bind::<SqlUuid, _>(coaching.journey())
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
}

/// One of them.
pub fn one(tx: &mut TenantTx<'_>, coaching: &Coaching, id: SubmissionId) -> QueryResult<Waiting> {
    statement(format!("{WAITING} s.id = $2"))
        .bind::<SqlUuid, _>(coaching.journey())
        .bind::<SqlUuid, _>(id)
        .get_result(tx.conn())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many wait.
pub fn count_waiting(tx: &mut TenantTx<'_>, coaching: &Coaching) -> QueryResult<i64> {
    let found: Count = statement(
        "SELECT count(*) AS count FROM lesson_submissions s JOIN journey_enrolments e ON e.id = s.enrolment_id \
         WHERE s.org_id = app.current_org() AND s.state = 'waiting' AND e.journey_id = $1 AND e.state <> 'left'",
    )
    .bind::<SqlUuid, _>(coaching.journey())
    .get_result(tx.conn())?;
    Ok(found.count)
}

/// Answers something that waits; whether it did.
pub fn review(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    submission: &Waiting,
    review: &Review,
) -> QueryResult<bool> {
    let now = tx.now();
    let state = match review.is_approved {
        true => SubmissionState::Approved,
        false => SubmissionState::Returned,
    };
    statement(
        "UPDATE lesson_submissions SET state = $3, comments = $4, reviewed_by = $5, reviewed_at = $6 \
         WHERE enrolment_id = $1 AND id = $2 AND state = 'waiting'",
    )
    .bind::<SqlUuid, _>(submission.enrolment_id)
    .bind::<SqlUuid, _>(submission.id)
    .bind::<sql_types::SubmissionState, _>(state)
    .bind::<Text, _>(&review.comments)
    .bind::<SqlUuid, _>(coaching.by())
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())
    .map(|rows| rows == 1)
}

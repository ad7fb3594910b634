//! What waits for review, in SQL.
#![expect(
    clippy::disallowed_methods,
    reason = "the queue is read with whose and which lesson it is"
)]

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use serde_json::{Value, json};

use crate::domains::journeys::building::content::{Content, Criterion};
use crate::domains::journeys::learning::model::SubmissionState;
use crate::domains::journeys::learning::policy::Coaching;
use crate::kernel::ids::{CohortJourneyId, EnrolmentId, JourneyId, MemberId, NodeKey, SubmissionId};
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
    /// What was filled into a worksheet: see [`crate::domains::journeys::worksheets::Filled`].
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub filled: Option<Value>,
    #[diesel(sql_type = Timestamptz)]
    pub submitted_at: DateTime<Utc>,
    #[diesel(sql_type = sql_types::SubmissionState)]
    pub state: SubmissionState,
    #[diesel(sql_type = Text)]
    pub comments: String,
    /// See [`super::rubric::Score`].
    #[diesel(sql_type = Jsonb)]
    pub scores: Value,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub reviewed_by: Option<MemberId>,
    /// What the lesson is made of in the learner's version.
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub content: Option<Value>,
    #[diesel(sql_type = SqlUuid)]
    pub journey_id: JourneyId,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub reviewed_at: Option<DateTime<Utc>>,
}

impl Waiting {
    /// What it is judged by.
    pub fn rubric(&self) -> Vec<Criterion> {
        let content = self.content.clone();
        match content.and_then(|content| serde_json::from_value(content).ok()) {
            Some(Content::Assignment(work)) => work.rubric,
            _ => Vec::new(),
        }
    }
}

const WAITING: &str = "SELECT s.id, s.enrolment_id, e.member_id, s.lesson, coalesce(n.title, '') AS lesson_title, s.number, s.body, s.filled, s.submitted_at, s.state, s.comments, s.scores, s.reviewed_by, s.reviewed_at, n.content, e.journey_id \
   FROM lesson_submissions s JOIN journey_enrolments e ON e.id = s.enrolment_id LEFT JOIN journey_nodes n ON n.version_id = e.version_id AND n.key = s.lesson \
   WHERE s.org_id = app.current_org() AND ";

/// What waits of some journeys.
#[derive(Debug, Clone)]
pub struct Queue {
    /// Which the reader looks after.
    pub journeys: Vec<JourneyId>,
    pub cohort: Option<CohortJourneyId>,
    /// Only what was handed in before then.
    pub before: Option<DateTime<Utc>>,
}

/// Where in a queue something stands.
pub type Place = (DateTime<Utc>, SubmissionId);

/// What waits longest, first, after something.
pub fn waiting(
    tx: &mut TenantTx<'_>,
    queue: &Queue,
    after: Option<Place>,
    limit: i64,
) -> QueryResult<Vec<Waiting>> {
    stretch(
        tx,
        queue,
        (after, limit),
        "(s.submitted_at, s.id) > ($4, $5::uuid)",
        "ASC",
    )
}

/// What stands before something in a queue.
pub fn before(tx: &mut TenantTx<'_>, queue: &Queue, place: Place) -> QueryResult<Option<Waiting>> {
    let found = stretch(
        tx,
        queue,
        (Some(place), 1),
        "(s.submitted_at, s.id) < ($4, $5::uuid)",
        "DESC",
    )?;
    Ok(found.into_iter().next())
}

fn stretch(
    tx: &mut TenantTx<'_>,
    queue: &Queue,
    (place, limit): (Option<Place>, i64),
    beyond: &str,
    order: &str,
) -> QueryResult<Vec<Waiting>> {
    let (at, id) = place.unzip();
    statement(format!(
        "{WAITING} s.state = 'waiting' AND e.state <> 'left' AND e.journey_id = ANY($1) AND ($2::uuid IS NULL OR e.cohort_id = $2) \
           AND ($3::timestamptz IS NULL OR s.submitted_at < $3) AND ($4::timestamptz IS NULL OR {beyond}) \
         ORDER BY s.submitted_at {order}, s.id {order} LIMIT $6"
    ))
    .bind::<Array<SqlUuid>, _>(&queue.journeys)
    .bind::<Nullable<SqlUuid>, _>(queue.cohort)
    .bind::<Nullable<Timestamptz>, _>(queue.before)
    .bind::<Nullable<Timestamptz>, _>(at)
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
}

/// Everything that one learner handed in for a lesson, the newest first.
pub fn versions(tx: &mut TenantTx<'_>, coaching: &Coaching, of: &Waiting) -> QueryResult<Vec<Waiting>> {
    statement(format!(
        "{WAITING} e.journey_id = $1 AND s.enrolment_id = $2 AND s.lesson = $3 ORDER BY s.number DESC LIMIT 100"
    ))
    .bind::<SqlUuid, _>(coaching.journey())
    .bind::<SqlUuid, _>(of.enrolment_id)
    .bind::<SqlUuid, _>(of.lesson)
    .load(tx.conn())
}

/// One of them.
pub fn one(tx: &mut TenantTx<'_>, coaching: &Coaching, id: SubmissionId) -> QueryResult<Waiting> {
    statement(format!("{WAITING} e.journey_id = $1 AND s.id = $2"))
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
        "UPDATE lesson_submissions SET state = $3, comments = $4, reviewed_by = $5, reviewed_at = $6, scores = $7 \
         WHERE enrolment_id = $1 AND id = $2 AND state = 'waiting'",
    )
    .bind::<SqlUuid, _>(submission.enrolment_id)
    .bind::<SqlUuid, _>(submission.id)
    .bind::<sql_types::SubmissionState, _>(state)
    .bind::<Text, _>(&review.comments)
    .bind::<SqlUuid, _>(coaching.by())
    .bind::<Timestamptz, _>(now)
    .bind::<Jsonb, _>(json!(review.scores))
    .execute(tx.conn())
    .map(|rows| rows == 1)
}

//! What learners write, in SQL.
#![expect(
    clippy::disallowed_methods,
    reason = "each is numbered in the statement that writes it"
)]

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Int4, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use serde_json::Value;

use crate::domains::journeys::learning::model::SubmissionState;
use crate::domains::journeys::learning::policy::Working;
use crate::kernel::ids::{EnrolmentId, LessonNoteId, MemberId, NodeKey, SubmissionId};
use crate::kernel::sql_types;
use crate::platform::db::{TenantTx, statement};

/// A try at a quiz.
#[derive(QueryableByName, Debug, Clone)]
pub struct Attempt {
    #[diesel(sql_type = SmallInt)]
    pub number: i16,
    #[diesel(sql_type = Jsonb)]
    pub questions: Value,
    #[diesel(sql_type = Jsonb)]
    pub answers: Value,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub submitted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub score: Option<i16>,
}

/// Every try of somebody at a quiz, the newest first.
pub fn attempts(tx: &mut TenantTx<'_>, enrolment: EnrolmentId, lesson: NodeKey) -> QueryResult<Vec<Attempt>> {
    statement(
        "SELECT number, questions, answers, submitted_at, score FROM quiz_attempts WHERE enrolment_id = $1 AND lesson = $2 ORDER BY number DESC LIMIT 100",
    )
    .bind::<SqlUuid, _>(enrolment)
    .bind::<SqlUuid, _>(lesson)
    .load(tx.conn())
}

/// Begins a try with this number, unless somebody did in another window.
pub fn begin(tx: &mut TenantTx<'_>, working: &Working, number: i16, questions: &Value) -> QueryResult<()> {
    let now = tx.now();
    statement(
        "INSERT INTO quiz_attempts (enrolment_id, lesson, number, questions, started_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(working.enrolment().id)
    .bind::<SqlUuid, _>(working.lesson().key)
    .bind::<SmallInt, _>(number)
    .bind::<Jsonb, _>(questions)
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())
    .map(|_| ())
}

/// The try that is not handed in yet, locked: of two windows that hand in, the second finds none.
pub fn open_attempt(tx: &mut TenantTx<'_>, working: &Working) -> QueryResult<Option<Attempt>> {
    statement(
        "SELECT number, questions, answers, submitted_at, score FROM quiz_attempts WHERE enrolment_id = $1 AND lesson = $2 AND submitted_at IS NULL FOR UPDATE",
    )
    .bind::<SqlUuid, _>(working.enrolment().id)
    .bind::<SqlUuid, _>(working.lesson().key)
    .get_result(tx.conn())
    .optional()
}

/// Keeps the answers of a try; with a score it is handed in.
pub fn set_answers(
    tx: &mut TenantTx<'_>,
    working: &Working,
    number: i16,
    answers: &Value,
    score: Option<i16>,
) -> QueryResult<()> {
    let now = tx.now();
    statement(
        "UPDATE quiz_attempts SET answers = $4, score = $5, submitted_at = CASE WHEN $5::smallint IS NOT NULL THEN $6::timestamptz END \
         WHERE enrolment_id = $1 AND lesson = $2 AND number = $3",
    )
    .bind::<SqlUuid, _>(working.enrolment().id)
    .bind::<SqlUuid, _>(working.lesson().key)
    .bind::<SmallInt, _>(number)
    .bind::<Jsonb, _>(answers)
    .bind::<Nullable<SmallInt>, _>(score)
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())
    .map(|_| ())
}

/// Something that was handed in.
#[derive(QueryableByName, Debug, Clone)]
pub struct Submission {
    #[diesel(sql_type = SqlUuid)]
    pub id: SubmissionId,
    #[diesel(sql_type = SqlUuid)]
    pub enrolment_id: EnrolmentId,
    #[diesel(sql_type = SqlUuid)]
    pub lesson: NodeKey,
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
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub reviewed_by: Option<MemberId>,
    /// What was scored by the rubric.
    #[diesel(sql_type = diesel::sql_types::Jsonb)]
    pub scores: serde_json::Value,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub reviewed_at: Option<DateTime<Utc>>,
}

/// What somebody handed in for a lesson, the newest first.
pub fn submissions(
    tx: &mut TenantTx<'_>,
    enrolment: EnrolmentId,
    lesson: NodeKey,
) -> QueryResult<Vec<Submission>> {
    statement(
        "SELECT id, enrolment_id, lesson, number, body, filled, submitted_at, state, comments, scores, reviewed_by, reviewed_at FROM lesson_submissions \
         WHERE enrolment_id = $1 AND lesson = $2 ORDER BY number DESC LIMIT 100",
    )
    .bind::<SqlUuid, _>(enrolment)
    .bind::<SqlUuid, _>(lesson)
    .load(tx.conn())
}

/// Hands something in as the next version; nothing when one waits for review or another window was quicker.
pub fn submit(
    tx: &mut TenantTx<'_>,
    working: &Working,
    (body, filled): (&str, Option<&Value>),
) -> QueryResult<Option<SubmissionId>> {
    let (id, now) = (tx.new_id::<SubmissionId>(), tx.now());
    let rows = statement(
        "INSERT INTO lesson_submissions (id, enrolment_id, lesson, number, body, submitted_at, filled) \
         SELECT $1, $2, $3, coalesce(max(number), 0) + 1, $4, $5, $6 FROM lesson_submissions WHERE enrolment_id = $2 AND lesson = $3 \
         HAVING coalesce(bool_and(state <> 'waiting'), true) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(working.enrolment().id)
    .bind::<SqlUuid, _>(working.lesson().key)
    .bind::<Text, _>(body)
    .bind::<Timestamptz, _>(now)
    .bind::<Nullable<Jsonb>, _>(filled)
    .execute(tx.conn())?;
    Ok((rows == 1).then_some(id))
}

/// A learner's own note.
#[derive(QueryableByName, Debug, Clone)]
pub struct Note {
    #[diesel(sql_type = SqlUuid)]
    pub id: LessonNoteId,
    #[diesel(sql_type = Nullable<Int4>)]
    pub second: Option<i32>,
    #[diesel(sql_type = Text)]
    pub body: String,
    #[diesel(sql_type = Timestamptz)]
    pub written_at: DateTime<Utc>,
}

/// Somebody's notes on a lesson: in a video in its order, else as they were written.
pub fn notes(tx: &mut TenantTx<'_>, enrolment: EnrolmentId, lesson: NodeKey) -> QueryResult<Vec<Note>> {
    statement("SELECT id, second, body, written_at FROM lesson_notes WHERE enrolment_id = $1 AND lesson = $2 ORDER BY second NULLS LAST, id LIMIT 500")
        .bind::<SqlUuid, _>(enrolment)
        .bind::<SqlUuid, _>(lesson)
        .load(tx.conn())
}

/// Most notes on one lesson.
const MOST_NOTES: i64 = 500;

/// Writes a note; whether there was room for it.
pub fn note(tx: &mut TenantTx<'_>, working: &Working, body: &str, second: Option<i32>) -> QueryResult<bool> {
    let (id, now) = (tx.new_id::<LessonNoteId>(), tx.now());
    statement(
        "INSERT INTO lesson_notes (id, enrolment_id, lesson, second, body, written_at) SELECT $1, $2, $3, $4, $5, $6 \
         WHERE (SELECT count(*) FROM lesson_notes WHERE enrolment_id = $2 AND lesson = $3) < $7",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(working.enrolment().id)
    .bind::<SqlUuid, _>(working.lesson().key)
    .bind::<Nullable<Int4>, _>(second)
    .bind::<Text, _>(body)
    .bind::<Timestamptz, _>(now)
    .bind::<BigInt, _>(MOST_NOTES)
    .execute(tx.conn())
    .map(|rows| rows == 1)
}

/// Takes a note away; whether it was there.
pub fn remove_note(tx: &mut TenantTx<'_>, working: &Working, note: LessonNoteId) -> QueryResult<bool> {
    statement("DELETE FROM lesson_notes WHERE enrolment_id = $1 AND lesson = $2 AND id = $3")
        .bind::<SqlUuid, _>(working.enrolment().id)
        .bind::<SqlUuid, _>(working.lesson().key)
        .bind::<SqlUuid, _>(note)
        .execute(tx.conn())
        .map(|rows| rows == 1)
}

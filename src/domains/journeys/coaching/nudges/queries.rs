//! Nudges in SQL.
#![expect(
    clippy::disallowed_methods,
    reason = "nudges are written once, and read with whose they are"
)]

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::journeys::learning::model::EnrolmentState;
use crate::domains::journeys::learning::policy::{Coaching, Learning};
use crate::kernel::ids::{EnrolmentId, MemberId, NudgeId};
use crate::kernel::sql_types;
use crate::platform::db::{TenantTx, statement};

use super::model::Reason;

/// A learner who may be written to.
#[derive(QueryableByName, Debug, Clone)]
pub struct Target {
    #[diesel(sql_type = SqlUuid)]
    pub id: EnrolmentId,
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = sql_types::EnrolmentState)]
    pub state: EnrolmentState,
    /// What their version calls the journey.
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub no_nudges_until: Option<DateTime<Utc>>,
}

/// Those of these who learn the journey or did.
pub fn targets(tx: &mut TenantTx<'_>, coaching: &Coaching, of: &[EnrolmentId]) -> QueryResult<Vec<Target>> {
    statement(
        "SELECT e.id, e.member_id, e.state, v.title, e.no_nudges_until FROM journey_enrolments e JOIN journey_versions v ON v.id = e.version_id \
         WHERE e.id = ANY($1) AND e.journey_id = $2 ORDER BY e.id",
    )
    .bind::<Array<SqlUuid>, _>(of)
    .bind::<SqlUuid, _>(coaching.journey())
    .load(tx.conn())
}

#[derive(QueryableByName)]
struct One {
    #[diesel(sql_type = SqlUuid)]
    id: EnrolmentId,
}

/// Everything these people learn, locked in one order when a nudge is about to be written: two coaches count one after the other.
pub fn all_of(tx: &mut TenantTx<'_>, members: &[MemberId], lock: Lock) -> QueryResult<Vec<EnrolmentId>> {
    let lock = match lock {
        Lock::Read => "",
        Lock::Write => " FOR UPDATE",
    };
    let found: Vec<One> = statement(format!(
        "SELECT id FROM journey_enrolments WHERE org_id = app.current_org() AND member_id = ANY($1) ORDER BY id{lock}"
    ))
    .bind::<Array<SqlUuid>, _>(members)
    .load(tx.conn())?;
    Ok(found.into_iter().map(|one| one.id).collect())
}

/// Whether something is about to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    Read,
    Write,
}

/// A nudge that counts.
#[derive(QueryableByName, Debug, Clone)]
pub struct Recent {
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = SqlUuid)]
    pub enrolment_id: EnrolmentId,
    #[diesel(sql_type = Timestamptz)]
    pub sent_at: DateTime<Utc>,
}

/// What was sent about these since then, the newest first.
pub fn recent(
    tx: &mut TenantTx<'_>,
    about: &[EnrolmentId],
    since: DateTime<Utc>,
) -> QueryResult<Vec<Recent>> {
    statement(
        "SELECT e.member_id, n.enrolment_id, n.sent_at FROM journey_nudges n JOIN journey_enrolments e ON e.id = n.enrolment_id \
         WHERE n.enrolment_id = ANY($1) AND n.refused = '' AND n.sent_at > $2 ORDER BY n.sent_at DESC",
    )
    .bind::<Array<SqlUuid>, _>(about)
    .bind::<Timestamptz, _>(since)
    .load(tx.conn())
}

/// What was written to one learner.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    pub enrolment: EnrolmentId,
    pub reason: Reason,
    pub body: &'a str,
    /// Why it was not sent; empty for what was.
    pub refused: &'a str,
}

/// Writes it down.
pub fn insert(tx: &mut TenantTx<'_>, coaching: &Coaching, written: Written<'_>) -> QueryResult<NudgeId> {
    let (id, now) = (tx.new_id::<NudgeId>(), tx.now());
    statement(
        "INSERT INTO journey_nudges (id, enrolment_id, reason, body, refused, sent_by, sent_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(written.enrolment)
    .bind::<sql_types::NudgeReason, _>(written.reason)
    .bind::<Text, _>(written.body)
    .bind::<Text, _>(written.refused)
    .bind::<SqlUuid, _>(coaching.by())
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())?;
    Ok(id)
}

/// A nudge as it is looked at later.
#[derive(QueryableByName, Debug, Clone)]
pub struct Logged {
    #[diesel(sql_type = SqlUuid)]
    pub id: NudgeId,
    #[diesel(sql_type = SqlUuid)]
    pub enrolment_id: EnrolmentId,
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = sql_types::NudgeReason)]
    pub reason: Reason,
    #[diesel(sql_type = Text)]
    pub body: String,
    #[diesel(sql_type = Text)]
    pub refused: String,
    #[diesel(sql_type = SqlUuid)]
    pub sent_by: MemberId,
    #[diesel(sql_type = Timestamptz)]
    pub sent_at: DateTime<Utc>,
}

const LOGGED: &str = "SELECT n.id, n.enrolment_id, e.member_id, n.reason, n.body, n.refused, n.sent_by, n.sent_at \
   FROM journey_nudges n JOIN journey_enrolments e ON e.id = n.enrolment_id WHERE n.org_id = app.current_org() AND ";

/// The nudges about a journey, the newest first, before one.
pub fn page(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    before: Option<NudgeId>,
    limit: i64,
) -> QueryResult<Vec<Logged>> {
    statement(format!(
        "{LOGGED} e.journey_id = $1 AND ($2::uuid IS NULL OR n.id < $2) ORDER BY n.id DESC LIMIT $3"
    ))
    .bind::<SqlUuid, _>(coaching.journey())
    .bind::<Nullable<SqlUuid>, _>(before)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
}

/// What was written to one learner about it, the newest first.
pub fn of_learner(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    enrolment: EnrolmentId,
) -> QueryResult<Vec<Logged>> {
    statement(format!(
        "{LOGGED} e.journey_id = $1 AND n.enrolment_id = $2 ORDER BY n.id DESC LIMIT 50"
    ))
    .bind::<SqlUuid, _>(coaching.journey())
    .bind::<SqlUuid, _>(enrolment)
    .load(tx.conn())
}

#[derive(QueryableByName)]
struct Until {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    until: Option<DateTime<Utc>>,
}

/// Until when the learner wants none.
pub fn snoozed(tx: &mut TenantTx<'_>, enrolment: EnrolmentId) -> QueryResult<Option<DateTime<Utc>>> {
    let found: Until = statement("SELECT no_nudges_until AS until FROM journey_enrolments WHERE id = $1")
        .bind::<SqlUuid, _>(enrolment)
        .get_result(tx.conn())?;
    Ok(found.until)
}

/// Sets until when the learner wants none.
pub fn snooze(tx: &mut TenantTx<'_>, learning: &Learning, until: Option<DateTime<Utc>>) -> QueryResult<()> {
    statement("UPDATE journey_enrolments SET no_nudges_until = $2 WHERE id = $1")
        .bind::<SqlUuid, _>(learning.enrolment().id)
        .bind::<Nullable<Timestamptz>, _>(until)
        .execute(tx.conn())
        .map(|_| ())
}

//! Decisions of coaches, in SQL.
#![expect(
    clippy::disallowed_methods,
    reason = "acts are written once and never changed"
)]

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::journeys::learning::model::{ActKind, Enrolment};
use crate::domains::journeys::learning::policy::Coaching;
use crate::kernel::ids::{EnrolmentId, LessonActId, MemberId, NodeKey};
use crate::kernel::sql_types;
use crate::platform::db::{TenantTx, statement};

use super::forms::NewAct;

/// A decision.
#[derive(QueryableByName, Debug, Clone)]
pub struct Act {
    #[diesel(sql_type = SqlUuid)]
    pub node: NodeKey,
    #[diesel(sql_type = sql_types::LessonActKind)]
    pub kind: ActKind,
    #[diesel(sql_type = Text)]
    pub reason: String,
    #[diesel(sql_type = SqlUuid)]
    pub acted_by: MemberId,
    #[diesel(sql_type = Timestamptz)]
    pub acted_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// Every decision about a learner, the newest first.
pub fn acts(tx: &mut TenantTx<'_>, _: &Coaching, enrolment: EnrolmentId) -> QueryResult<Vec<Act>> {
    statement("SELECT node, kind, reason, acted_by, acted_at, expires_at FROM lesson_acts WHERE enrolment_id = $1 ORDER BY id DESC LIMIT 500")
        .bind::<SqlUuid, _>(enrolment)
        .load(tx.conn())
}

/// Writes a decision down.
pub fn act(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    enrolment: &Enrolment,
    new: &NewAct,
    expires_at: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    let (id, now) = (tx.new_id::<LessonActId>(), tx.now());
    statement(
        "INSERT INTO lesson_acts (id, enrolment_id, node, kind, reason, acted_by, acted_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(enrolment.id)
    .bind::<SqlUuid, _>(new.node)
    .bind::<sql_types::LessonActKind, _>(new.kind)
    .bind::<Text, _>(&new.reason)
    .bind::<SqlUuid, _>(coaching.by())
    .bind::<Timestamptz, _>(now)
    .bind::<Nullable<Timestamptz>, _>(expires_at)
    .execute(tx.conn())
    .map(|_| ())
}

#[derive(QueryableByName)]
struct Yes {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

/// Whether a node is a milestone of the learner's version.
pub fn is_milestone(tx: &mut TenantTx<'_>, enrolment: &Enrolment, node: NodeKey) -> QueryResult<bool> {
    let found: Yes = statement("SELECT EXISTS (SELECT FROM journey_nodes WHERE version_id = $1 AND key = $2 AND kind IS NULL) AS yes")
        .bind::<SqlUuid, _>(enrolment.version_id)
        .bind::<SqlUuid, _>(node)
        .get_result(tx.conn())?;
    Ok(found.yes)
}

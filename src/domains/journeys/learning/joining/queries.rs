//! Late joiners in SQL.
#![expect(
    clippy::disallowed_methods,
    reason = "first days and pace are reckoned as the list of who is stuck reckons them"
)]

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Date, Int4, Nullable, Timestamptz, Uuid as SqlUuid};

use crate::domains::journeys::learning::model::{CohortJourney, LateRule};
use crate::domains::journeys::learning::policy::Coaching;
use crate::kernel::ids::{EnrolmentId, MemberId};
use crate::kernel::sql_types;
use crate::platform::db::{TenantTx, statement};

/// Somebody who joined late and still learns.
#[derive(QueryableByName, Debug, Clone)]
pub struct Late {
    #[diesel(sql_type = SqlUuid)]
    pub id: EnrolmentId,
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = Date)]
    pub joined_on: NaiveDate,
    #[diesel(sql_type = Int4)]
    pub done: i32,
    /// Lessons that their pace asks for by now: from their own first day, and with the cohort.
    #[diesel(sql_type = Nullable<Int4>)]
    pub own_pace: Option<i32>,
    #[diesel(sql_type = Nullable<Int4>)]
    pub cohort_pace: Option<i32>,
}

/// Those of a cohort who joined late and still learn, who joined first at the top.
pub fn late(
    tx: &mut TenantTx<'_>,
    _: &Coaching,
    cohort: &CohortJourney,
    limit: i64,
) -> QueryResult<Vec<Late>> {
    let now = tx.now();
    let by = |first: &str| {
        format!(
            "least(e.required, (c.pace * greatest(0, floor(extract(epoch FROM coalesce(c.paused_at, $2) - ({first})::timestamp AT TIME ZONE e.zone) / 604800)))::integer)"
        )
    };
    statement(format!(
        "SELECT e.id, e.member_id, e.joined_late_on AS joined_on, e.done, {} AS own_pace, {} AS cohort_pace \
         FROM journey_enrolments e JOIN cohort_journeys c ON c.id = e.cohort_id \
         WHERE e.org_id = app.current_org() AND e.cohort_id = $1 AND e.state = 'active' AND e.joined_late_on IS NOT NULL \
         ORDER BY e.joined_late_on, e.id LIMIT $3",
        by("e.joined_late_on + c.paused_days - e.paused_when_joined"),
        by("c.starts_on + c.paused_days"),
    ))
    .bind::<SqlUuid, _>(cohort.id)
    .bind::<Timestamptz, _>(now)
    .bind::<diesel::sql_types::BigInt, _>(limit)
    .load(tx.conn())
}

/// Gives a cohort another rule, which holds for everybody who joined it late as well; whether it was another.
pub fn set_rule(
    tx: &mut TenantTx<'_>,
    _: &Coaching,
    cohort: &CohortJourney,
    rule: LateRule,
) -> QueryResult<bool> {
    let changed = statement("UPDATE cohort_journeys SET late_rule = $2 WHERE id = $1 AND late_rule <> $2")
        .bind::<SqlUuid, _>(cohort.id)
        .bind::<sql_types::LateRule, _>(rule)
        .execute(tx.conn())?;
    if changed == 0 {
        return Ok(false);
    }
    statement(
        "UPDATE journey_enrolments SET own_start = CASE $2 WHEN 'own_day'::late_rule THEN joined_late_on END, \
           paused_before = CASE $2 WHEN 'own_day'::late_rule THEN paused_when_joined ELSE 0 END \
         WHERE org_id = app.current_org() AND cohort_id = $1 AND joined_late_on IS NOT NULL",
    )
    .bind::<SqlUuid, _>(cohort.id)
    .bind::<sql_types::LateRule, _>(rule)
    .execute(tx.conn())?;
    Ok(true)
}

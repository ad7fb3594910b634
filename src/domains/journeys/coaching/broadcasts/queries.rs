//! Who learns a journey, in SQL.
#![expect(clippy::disallowed_methods, reason = "whole cohorts are read at once")]

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Uuid as SqlUuid};

use crate::domains::journeys::learning::policy::Coaching;
use crate::kernel::ids::{CohortJourneyId, MemberId};
use crate::platform::db::{TenantTx, statement};

/// Somebody who learns a journey or did.
#[derive(QueryableByName, Debug, Clone, Copy)]
pub struct Learner {
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = Bool)]
    pub has_left: bool,
}

/// Everybody of a journey, or of one cohort, at most so many.
pub fn learners(
    tx: &mut TenantTx<'_>,
    coaching: &Coaching,
    cohort: Option<CohortJourneyId>,
    most: usize,
) -> QueryResult<Vec<Learner>> {
    statement(
        "SELECT e.member_id, e.state = 'left' AS has_left FROM journey_enrolments e \
         WHERE e.org_id = app.current_org() AND e.journey_id = $1 AND ($2::uuid IS NULL OR e.cohort_id = $2) ORDER BY e.id LIMIT $3",
    )
    .bind::<SqlUuid, _>(coaching.journey())
    .bind::<Nullable<SqlUuid>, _>(cohort)
    .bind::<BigInt, _>(i64::try_from(most).unwrap_or(i64::MAX))
    .load(tx.conn())
}

//! Whom sponsors sponsor, counted in SQL.
#![expect(clippy::disallowed_methods, reason = "people are only counted")]

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::kernel::ids::{ContextId, JourneyId, MemberId};
use crate::platform::db::{TenantTx, statement};

use super::actions::Sponsoring;

/// A cohort on a journey, counted.
#[derive(QueryableByName, Debug, Clone)]
pub struct Counted {
    #[diesel(sql_type = SqlUuid)]
    pub journey_id: JourneyId,
    #[diesel(sql_type = Text)]
    pub title: String,
    /// The cohort's name; nothing for those in none.
    #[diesel(sql_type = Nullable<Text>)]
    pub cohort: Option<String>,
    #[diesel(sql_type = BigInt)]
    pub not_begun: i64,
    #[diesel(sql_type = BigInt)]
    pub begun: i64,
    #[diesel(sql_type = BigInt)]
    pub half: i64,
    #[diesel(sql_type = BigInt)]
    pub finished: i64,
    #[diesel(sql_type = BigInt)]
    pub done: i64,
    #[diesel(sql_type = BigInt)]
    pub required: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub planned: Option<i64>,
}

/// Those who learn now and belong to one of these cohorts, or are among these people; by journey and cohort.
pub fn counted(
    tx: &mut TenantTx<'_>,
    _: &Sponsoring,
    contexts: &[ContextId],
    members: &[MemberId],
) -> QueryResult<Vec<Counted>> {
    let now = tx.now();
    statement(
        "WITH e AS MATERIALIZED (\
           SELECT e.journey_id, e.cohort_id, e.state, e.done, e.required, x.name AS cohort, \
             CASE WHEN c.pace IS NOT NULL THEN least(e.required, (c.pace * greatest(0, floor(extract(epoch FROM coalesce(c.paused_at, $3) - (coalesce(e.own_start, c.starts_on) + c.paused_days - e.paused_before)::timestamp AT TIME ZONE e.zone) / 604800)))::integer) END AS planned \
           FROM journey_enrolments e LEFT JOIN cohort_journeys c ON c.id = e.cohort_id LEFT JOIN contexts x ON x.org_id = c.org_id AND x.id = c.context_id \
           WHERE e.org_id = app.current_org() AND e.state <> 'left' AND (c.context_id = ANY($1) OR e.member_id = ANY($2))) \
         SELECT e.journey_id, j.title, e.cohort, count(*) FILTER (WHERE e.state <> 'completed' AND e.done = 0) AS not_begun, \
           count(*) FILTER (WHERE e.state <> 'completed' AND e.done > 0 AND e.done * 2 < e.required) AS begun, \
           count(*) FILTER (WHERE e.state <> 'completed' AND e.done > 0 AND e.done * 2 >= e.required) AS half, \
           count(*) FILTER (WHERE e.state = 'completed') AS finished, \
           coalesce(sum(e.done), 0)::bigint AS done, coalesce(sum(e.required), 0)::bigint AS required, \
           CASE WHEN bool_and(e.planned IS NOT NULL) THEN sum(e.planned)::bigint END AS planned \
         FROM e JOIN journeys j ON j.id = e.journey_id GROUP BY e.journey_id, j.title, e.cohort_id, e.cohort ORDER BY j.title, e.journey_id, e.cohort LIMIT 2000",
    )
    .bind::<Array<SqlUuid>, _>(contexts)
    .bind::<Array<SqlUuid>, _>(members)
    .bind::<Timestamptz, _>(now)
    .load(tx.conn())
}

//! Whom sponsors sponsor, counted in SQL.
#![expect(clippy::disallowed_methods, reason = "people are only counted")]

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use serde_json::Value;
use uuid::Uuid;

use crate::kernel::ids::{ContextId, JourneyId, MemberId};
use crate::platform::db::{TenantTx, statement};

use super::actions::Sponsoring;
use super::holding::Held;

/// Somebody on a journey, as they are counted.
#[derive(QueryableByName, Debug, Clone)]
pub struct Counted {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub journey_id: JourneyId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub cohort_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    pub title: String,
    /// The cohort's name; nothing for those in none.
    #[diesel(sql_type = Nullable<Text>)]
    pub cohort: Option<String>,
    /// How far they are: 0 nothing, 1 less than half, 2 half or more, 3 finished.
    #[diesel(sql_type = BigInt)]
    pub how_far: i64,
    #[diesel(sql_type = BigInt)]
    pub done: i64,
    #[diesel(sql_type = BigInt)]
    pub required: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub planned: Option<i64>,
}

/// Those who learn now and belong to one of these cohorts, or are among these people; by journey.
pub fn counted(
    tx: &mut TenantTx<'_>,
    _: &Sponsoring,
    contexts: &[ContextId],
    members: &[MemberId],
) -> QueryResult<Vec<Counted>> {
    let now = tx.now();
    statement(
        "SELECT e.id, e.journey_id, e.cohort_id, j.title, x.name AS cohort, \
           CASE WHEN e.state = 'completed' THEN 3 WHEN e.done = 0 THEN 0 WHEN e.done * 2 < e.required THEN 1 ELSE 2 END::bigint AS how_far, \
           e.done::bigint AS done, e.required::bigint AS required, \
           CASE WHEN c.pace IS NOT NULL THEN least(e.required, (c.pace * greatest(0, floor(extract(epoch FROM coalesce(c.paused_at, $3) - (coalesce(e.own_start, c.starts_on) + c.paused_days - e.paused_before)::timestamp AT TIME ZONE e.zone) / 604800)))::integer) END::bigint AS planned \
         FROM journey_enrolments e JOIN journeys j ON j.id = e.journey_id LEFT JOIN cohort_journeys c ON c.id = e.cohort_id LEFT JOIN contexts x ON x.org_id = c.org_id AND x.id = c.context_id \
         WHERE e.org_id = app.current_org() AND e.state <> 'left' AND (c.context_id = ANY($1) OR e.member_id = ANY($2)) \
         ORDER BY j.title, e.journey_id, x.name, e.id LIMIT 50000",
    )
    .bind::<Array<SqlUuid>, _>(contexts)
    .bind::<Array<SqlUuid>, _>(members)
    .bind::<Timestamptz, _>(now)
    .load(tx.conn())
}

#[derive(QueryableByName)]
struct HeldRow {
    #[diesel(sql_type = Timestamptz)]
    taken_at: DateTime<Utc>,
    #[diesel(sql_type = Jsonb)]
    shown: Value,
    #[diesel(sql_type = Jsonb)]
    people: Value,
}

/// What the acting sponsor was last shown of a journey; nobody else decides about it meanwhile.
pub fn held(tx: &mut TenantTx<'_>, by: &Sponsoring, journey: JourneyId) -> QueryResult<Option<Held>> {
    let found: Option<HeldRow> = statement(
        "SELECT taken_at, shown, people FROM sponsored_views WHERE org_id = app.current_org() AND journey_id = $1 AND reader = $2 FOR UPDATE",
    )
    .bind::<SqlUuid, _>(journey)
    .bind::<SqlUuid, _>(by.reader())
    .get_result(tx.conn())
    .optional()?;
    let read = |row: HeldRow| {
        Some(Held {
            taken_at: row.taken_at,
            shown: serde_json::from_value(row.shown).ok()?,
            people: serde_json::from_value(row.people).ok()?,
        })
    };
    Ok(found.and_then(read))
}

/// Holds what they are shown from now on.
pub fn hold(tx: &mut TenantTx<'_>, by: &Sponsoring, journey: JourneyId, held: &Held) -> QueryResult<()> {
    let json = |value: serde_json::Result<Value>| value.unwrap_or_default();
    statement(
        "INSERT INTO sponsored_views (journey_id, reader, taken_at, shown, people) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (org_id, journey_id, reader) DO UPDATE SET taken_at = $3, shown = $4, people = $5",
    )
    .bind::<SqlUuid, _>(journey)
    .bind::<SqlUuid, _>(by.reader())
    .bind::<Timestamptz, _>(held.taken_at)
    .bind::<Jsonb, _>(json(serde_json::to_value(&held.shown)))
    .bind::<Jsonb, _>(json(serde_json::to_value(&held.people)))
    .execute(tx.conn())
    .map(|_| ())
}

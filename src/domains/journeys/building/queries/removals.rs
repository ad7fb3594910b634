//! What was taken out of drafts, in SQL.

use diesel::prelude::*;
use serde_json::Value;

use crate::domains::journeys::building::policy::Building;
use crate::kernel::ids::{JourneyId, RemovalId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::journey_removals;

/// Keeps what was taken out, and lets go of what was taken out long before.
pub fn insert_removal(
    tx: &mut TenantTx<'_>,
    building: &Building,
    id: RemovalId,
    (title, taken): (&str, &Value),
    most: i64,
) -> QueryResult<()> {
    let now = tx.now();
    diesel::insert_into(journey_removals::table)
        .values((
            journey_removals::id.eq(id),
            journey_removals::journey_id.eq(building.journey()),
            journey_removals::removed_at.eq(now),
            journey_removals::title.eq(title),
            journey_removals::taken.eq(taken),
        ))
        .execute(tx.conn())?;
    let old: Vec<RemovalId> = journey_removals::table
        .filter(journey_removals::journey_id.eq(building.journey()))
        .order(journey_removals::id.desc())
        .offset(most)
        .select(journey_removals::id)
        .load(tx.conn())?;
    diesel::delete(journey_removals::table.filter(journey_removals::id.eq_any(old)))
        .execute(tx.conn())
        .map(|_| ())
}

/// What was taken out of a journey, the newest first, with its title.
pub fn removals(
    tx: &mut TenantTx<'_>,
    journey: JourneyId,
    limit: i64,
) -> QueryResult<Vec<(RemovalId, String)>> {
    journey_removals::table
        .filter(journey_removals::journey_id.eq(journey))
        .order(journey_removals::id.desc())
        .limit(limit)
        .select((journey_removals::id, journey_removals::title))
        .load(tx.conn())
}

/// Takes what was taken out from where it is kept.
pub fn take_removal(
    tx: &mut TenantTx<'_>,
    building: &Building,
    id: RemovalId,
) -> QueryResult<(String, Value)> {
    let own = journey_removals::table
        .filter(journey_removals::journey_id.eq(building.journey()))
        .filter(journey_removals::id.eq(id));
    diesel::delete(own)
        .returning((journey_removals::title, journey_removals::taken))
        .get_result(tx.conn())
}

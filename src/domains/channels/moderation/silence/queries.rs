//! Pauses in SQL.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domains::channels::moderation::policy::Silenceable;
use crate::platform::db::TenantTx;
use crate::platform::db::schema::channel_memberships;

/// Pauses someone's writing until then, or resumes it.
pub fn set(
    tx: &mut TenantTx<'_>,
    proof: &Silenceable<'_>,
    until: Option<DateTime<Utc>>,
    reason: &str,
) -> QueryResult<()> {
    let place = proof.membership();
    let row = channel_memberships::table
        .filter(channel_memberships::member_id.eq(place.member_id))
        .filter(channel_memberships::channel_id.eq(place.channel_id));
    diesel::update(row)
        .set((
            channel_memberships::silenced_until.eq(until),
            channel_memberships::silence_reason.eq(reason),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

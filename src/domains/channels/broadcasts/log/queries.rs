//! The log in SQL.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::domains::channels::broadcasts::policy::MayAudit;
use crate::kernel::ids::{BroadcastId, EventId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{broadcast_log, broadcasts};

use super::Deed;

/// Lines on one page.
pub const PAGE: i64 = 40;

/// Adds a line.
pub fn add(
    tx: &mut TenantTx<'_>,
    broadcast: BroadcastId,
    deed: Deed,
    people: i64,
    details: Value,
) -> QueryResult<()> {
    let (id, actor, now) = (tx.new_id::<EventId>().0, tx.actor().member_id(), tx.now());
    diesel::insert_into(broadcast_log::table)
        .values((
            broadcast_log::id.eq(id),
            broadcast_log::broadcast_id.eq(broadcast),
            broadcast_log::actor_id.eq(actor),
            broadcast_log::action.eq(deed.as_str()),
            broadcast_log::recipient_count.eq(i32::try_from(people).unwrap_or(i32::MAX)),
            broadcast_log::details.eq(details),
            broadcast_log::at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// One line with what it is about.
#[derive(Queryable, Debug)]
pub struct Line {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub actor_id: Option<MemberId>,
    pub action: String,
    pub recipient_count: i32,
    pub details: Value,
    pub broadcast_id: BroadcastId,
    pub title: String,
    pub author_id: MemberId,
}

/// A page of lines, the newest first; one more than [`PAGE`] when there are more. With `person`: what they did, and what
/// became of broadcasts of theirs.
pub fn page(
    tx: &mut TenantTx<'_>,
    _proof: MayAudit,
    person: Option<MemberId>,
    before: Option<Uuid>,
) -> QueryResult<Vec<Line>> {
    let mut query = broadcast_log::table
        .inner_join(
            broadcasts::table.on(broadcasts::id
                .eq(broadcast_log::broadcast_id)
                .and(broadcasts::org_id.eq(broadcast_log::org_id))),
        )
        .order(broadcast_log::id.desc())
        .limit(PAGE + 1)
        .select((
            broadcast_log::id,
            broadcast_log::at,
            broadcast_log::actor_id,
            broadcast_log::action,
            broadcast_log::recipient_count,
            broadcast_log::details,
            broadcasts::id,
            broadcasts::title,
            broadcasts::author_id,
        ))
        .into_boxed();
    if let Some(person) = person {
        query = query.filter(
            broadcast_log::actor_id
                .assume_not_null()
                .eq(person)
                .or(broadcasts::author_id.eq(person)),
        );
    }
    if let Some(before) = before {
        query = query.filter(broadcast_log::id.lt(before));
    }
    query.load(tx.conn())
}

/// Everyone who ever made a broadcast, whatever has become of them.
pub fn senders(tx: &mut TenantTx<'_>, _proof: MayAudit) -> QueryResult<Vec<MemberId>> {
    broadcasts::table
        .select(broadcasts::author_id)
        .distinct()
        .limit(500)
        .load(tx.conn())
}

/// Why a broadcast was called off, when the portal did it.
pub fn reason_of(tx: &mut TenantTx<'_>, broadcast: BroadcastId) -> QueryResult<Option<String>> {
    let details: Option<Value> = broadcast_log::table
        .filter(broadcast_log::broadcast_id.eq(broadcast))
        .filter(broadcast_log::action.eq(Deed::Cancelled.as_str()))
        .filter(broadcast_log::actor_id.is_null())
        .select(broadcast_log::details)
        .first(tx.conn())
        .optional()?;
    Ok(details.and_then(|details| details.get("reason").and_then(Value::as_str).map(str::to_owned)))
}

//! Pushes in the database.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::notifications::devices::model::Device;
use crate::kernel::ids::{NotificationId, OrgId, PushId};
use crate::platform::db::schema::pushes;
use crate::platform::db::{SystemTx, TenantTx, statement};

use super::model::{PATIENCE, Push, Stage};

/// Rows that are forgotten in one transaction.
const FORGOTTEN: i64 = 2_000;

/// Writes down that a device is to be told of some things of one place.
pub fn insert(tx: &mut TenantTx<'_>, device: &Device, about: &[NotificationId]) -> QueryResult<()> {
    let (id, now) = (tx.new_id::<PushId>(), tx.now());
    diesel::insert_into(pushes::table)
        .values((
            pushes::id.eq(id),
            pushes::device_id.eq(device.id),
            pushes::about.eq(about),
            pushes::service.eq(service_of(device)),
            pushes::due_at.eq(now),
            pushes::give_up_at.eq(now + PATIENCE),
            pushes::created_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// The origin of its push service.
fn service_of(device: &Device) -> String {
    let origin = url::Url::parse(device.endpoint()).map(|url| url.origin().ascii_serialization());
    origin.unwrap_or_else(|_| "unknown".to_owned())
}

/// One push, unless it went with its device.
pub fn push(tx: &mut TenantTx<'_>, id: PushId) -> QueryResult<Option<Push>> {
    Push::query()
        .filter(pushes::id.eq(id))
        .first(tx.conn())
        .optional()
}

/// What one organization has to send to one push service.
#[derive(QueryableByName, Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    #[diesel(sql_type = SqlUuid)]
    pub org_id: OrgId,
    #[diesel(sql_type = Text)]
    pub service: String,
}

/// The lanes on which something is due, those that wait the longest first.
#[expect(clippy::disallowed_methods, reason = "across organizations")]
pub fn lanes(tx: &mut SystemTx<'_>) -> QueryResult<Vec<Lane>> {
    let now = tx.now();
    statement(
        "SELECT org_id, service FROM pushes WHERE state = 'waiting' AND due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1) \
         GROUP BY org_id, service ORDER BY min(due_at), org_id, service LIMIT 500",
    )
    .bind::<Timestamptz, _>(now)
    .load(tx.conn())
}

/// Something that is due, taken in hand.
#[derive(QueryableByName, Debug, Clone, Copy)]
pub struct Claimed {
    #[diesel(sql_type = SqlUuid)]
    pub org_id: OrgId,
    #[diesel(sql_type = SqlUuid)]
    pub id: PushId,
}

/// Takes what is due on a lane in hand, under a lease: it comes back by itself when this process dies.
#[expect(clippy::disallowed_methods, reason = "taken and marked in one statement")]
pub fn claim(tx: &mut SystemTx<'_>, lane: &Lane, limit: i64, lease: TimeDelta) -> QueryResult<Vec<Claimed>> {
    let now = tx.now();
    statement(
        "UPDATE pushes SET lease_until = $2 WHERE (org_id, id) IN ( \
           SELECT p.org_id, p.id FROM pushes p WHERE p.org_id = $4 AND p.service = $5 AND p.state = 'waiting' AND p.due_at <= $1 \
             AND (p.lease_until IS NULL OR p.lease_until <= $1) \
           ORDER BY p.due_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING org_id, id",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now + lease)
    .bind::<BigInt, _>(limit)
    .bind::<SqlUuid, _>(lane.org_id)
    .bind::<Text, _>(&lane.service)
    .load(tx.conn())
}

/// Gives one back that was taken in hand, to be looked at again then. It was not tried, so its time begins anew.
pub fn put_off(tx: &mut TenantTx<'_>, id: PushId, until: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(pushes::table.filter(pushes::id.eq(id)))
        .set((
            pushes::due_at.eq(until),
            pushes::give_up_at.eq(until + PATIENCE),
            pushes::lease_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Gives one back that was tried in vain, to be tried again then.
pub fn try_again(tx: &mut TenantTx<'_>, id: PushId, at: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(pushes::table.filter(pushes::id.eq(id)))
        .set((
            pushes::due_at.eq(at),
            pushes::attempts.eq(pushes::attempts + 1),
            pushes::lease_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Ends one.
pub fn finish(tx: &mut TenantTx<'_>, id: PushId, state: Stage) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(pushes::table.filter(pushes::id.eq(id)))
        .set((
            pushes::state.eq(state),
            pushes::lease_until.eq(None::<DateTime<Utc>>),
            pushes::finished_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Takes away some of what ended before a moment; answers how many.
pub fn forget(tx: &mut TenantTx<'_>, before: DateTime<Utc>) -> QueryResult<usize> {
    let old: Vec<PushId> = pushes::table
        .filter(pushes::finished_at.lt(before))
        .select(pushes::id)
        .limit(FORGOTTEN)
        .load(tx.conn())?;
    diesel::delete(pushes::table.filter(pushes::id.eq_any(old))).execute(tx.conn())
}

//! Housekeeping statements, as the system role.

use chrono::TimeDelta;
use diesel::dsl::max;
use diesel::prelude::*;
use uuid::Uuid;

use crate::kernel::ids::OrgId;
use crate::platform::db::SystemTx;
use crate::platform::db::schema::{
    access_changes, channels, event_deliveries, events, idempotency_keys, jobs, one_time_links,
    organizations, outbox_mails, sessions, sign_in_attempts,
};

/// What other processes may have done.
pub struct Changes {
    /// Channels that moved in the last seconds, with their revision.
    pub channels: Vec<(Uuid, i64)>,
    /// The newest change of anyone's access.
    pub last_access_change: Option<i64>,
}

pub fn answers(tx: &mut SystemTx<'_>) -> QueryResult<()> {
    diesel::select(1.into_sql::<diesel::sql_types::Integer>())
        .execute(tx.conn())
        .map(|_| ())
}

pub fn changes(tx: &mut SystemTx<'_>, since: Option<i64>) -> QueryResult<Changes> {
    let recently = tx.now() - TimeDelta::seconds(4);
    let moved = channels::table
        .filter(channels::changed_at.gt(recently))
        .select((channels::id, channels::rev))
        .load(tx.conn())?;
    let last: Option<i64> = access_changes::table
        .select(max(access_changes::id))
        .first(tx.conn())?;
    Ok(Changes {
        channels: moved,
        last_access_change: last.max(since),
    })
}

pub fn organizations(tx: &mut SystemTx<'_>) -> QueryResult<Vec<OrgId>> {
    organizations::table
        .select(organizations::id)
        .order(organizations::id)
        .load(tx.conn())
}

/// Deletes what has had its time: sessions, links, attempts, answers to keys (24 h), receipts and finished jobs (30 days).
pub fn expire(tx: &mut SystemTx<'_>) -> QueryResult<()> {
    let now = tx.now();
    let (hour, day, month) = (
        now - TimeDelta::hours(1),
        now - TimeDelta::days(1),
        now - TimeDelta::days(30),
    );
    let over = sessions::expires_at.lt(now).or(sessions::ends_at.lt(now));
    diesel::delete(sessions::table.filter(over)).execute(tx.conn())?;
    diesel::delete(one_time_links::table.filter(one_time_links::expires_at.lt(month))).execute(tx.conn())?;
    diesel::delete(sign_in_attempts::table.filter(sign_in_attempts::at.lt(hour))).execute(tx.conn())?;
    diesel::delete(access_changes::table.filter(access_changes::at.lt(day))).execute(tx.conn())?;
    diesel::delete(idempotency_keys::table.filter(idempotency_keys::created_at.lt(day)))
        .execute(tx.conn())?;
    diesel::delete(jobs::table.filter(jobs::finished_at.lt(month))).execute(tx.conn())?;
    diesel::delete(
        event_deliveries::table
            .filter(event_deliveries::finished_at.lt(month))
            .filter(event_deliveries::last_error.is_null()),
    )
    .execute(tx.conn())?;
    diesel::delete(outbox_mails::table.filter(outbox_mails::created_at.lt(month))).execute(tx.conn())?;
    let unread_receipts = event_deliveries::table.filter(event_deliveries::event_id.eq(events::id));
    diesel::delete(
        events::table
            .filter(events::occurred_at.lt(now - TimeDelta::days(90)))
            .filter(diesel::dsl::not(diesel::dsl::exists(unread_receipts))),
    )
    .execute(tx.conn())?;
    Ok(())
}

//! Housekeeping statements, as the system role.

use chrono::TimeDelta;
use diesel::dsl::max;
use diesel::prelude::*;
use uuid::Uuid;

use crate::kernel::ids::OrgId;
use crate::platform::db::SystemTx;
use crate::platform::db::schema::{access_changes, channels, organizations};

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
    // Read from the table: an index on the moment would make every message dearer than this look once a second.
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

/// A kind of row that has a lifetime.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    table: &'static str,
    /// True of rows that have had their time; `$1` is the present moment.
    over: &'static str,
}

const fn rule(table: &'static str, over: &'static str) -> Rule {
    Rule { table, over }
}

/// What goes when: sessions and attempts when they end, answers to keys after a day, links, receipts and finished jobs after
/// thirty days, mail when its link has ended (thirty days without one), events ninety days after they happened.
pub const EXPIRY: &[Rule] = &[
    rule("sessions", "expires_at < $1 OR ends_at < $1"),
    rule("one_time_links", "expires_at < $1 - interval '30 days'"),
    rule("sign_in_attempts", "at < $1 - interval '1 hour'"),
    rule("access_changes", "at < $1 - interval '1 day'"),
    rule("idempotency_keys", "created_at < $1 - interval '1 day'"),
    rule("jobs", "finished_at < $1 - interval '30 days'"),
    rule(
        "event_deliveries",
        "finished_at < $1 - interval '30 days' AND last_error IS NULL",
    ),
    rule("outbox_mails", "readable_until < $1"),
    rule(
        "events",
        "occurred_at < $1 - interval '90 days' AND NOT EXISTS \
         (SELECT 1 FROM event_deliveries d WHERE d.org_id = events.org_id AND d.event_id = events.id)",
    ),
];

/// Rows that go in one transaction.
const BATCH: usize = 2_000;

/// Deletes a batch of what has had its time; answers whether there may be more.
#[expect(
    clippy::disallowed_methods,
    reason = "DELETE of a limited number of rows, by their place (ctid), has no typed form"
)]
pub fn expire(tx: &mut SystemTx<'_>, rule: &Rule) -> QueryResult<bool> {
    let now = tx.now();
    let Rule { table, over } = rule;
    let gone = diesel::sql_query(format!(
        "DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {table} WHERE {over} LIMIT {BATCH}))"
    ))
    .bind::<diesel::sql_types::Timestamptz, _>(now)
    .execute(tx.conn())?;
    Ok(gone == BATCH)
}

/// Every organization with its short name.
pub fn named(tx: &mut SystemTx<'_>) -> QueryResult<Vec<(OrgId, String)>> {
    organizations::table
        .select((organizations::id, organizations::slug))
        .order(organizations::slug)
        .load(tx.conn())
}

//! Counting the ledger.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::consent::model::{Basis, Channel};
use crate::kernel::ids::MemberId;
use crate::kernel::sql_types;
use crate::platform::db::{TenantTx, statement};

/// How a year's withdrawals were heeded.
#[derive(QueryableByName, Debug, Clone)]
pub struct Heeded {
    /// How many there were.
    #[diesel(sql_type = BigInt)]
    pub withdrawals: i64,
    /// How many people did themselves, which counts at once.
    #[diesel(sql_type = BigInt)]
    pub by_themselves: i64,
    /// Seconds from when it was said to when it was written down, at the longest.
    #[diesel(sql_type = BigInt)]
    pub longest: i64,
    /// How many took more than 48 hours, which the large mail providers allow.
    #[diesel(sql_type = BigInt)]
    pub late: i64,
}

/// How the withdrawals since a moment were heeded.
#[expect(clippy::disallowed_methods, reason = "aggregates have no readable typed form")]
pub fn heeded(tx: &mut TenantTx<'_>, since: DateTime<Utc>) -> QueryResult<Heeded> {
    statement(
        "SELECT count(*) AS withdrawals, count(*) FILTER (WHERE recorded_by IS NULL) AS by_themselves, \
           coalesce(max(extract(epoch FROM recorded_at - effective_at)), 0)::bigint AS longest, \
           count(*) FILTER (WHERE recorded_at - effective_at > interval '48 hours') AS late \
         FROM consent_records WHERE recorded_at >= $1 AND action = 'withdraw'",
    )
    .bind::<Timestamptz, _>(since)
    .get_result(tx.conn())
}

/// An agreement that runs out.
#[derive(QueryableByName, Debug, Clone)]
pub struct Expiring {
    #[diesel(sql_type = SqlUuid)]
    pub member: MemberId,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = sql_types::ContactChannel)]
    pub channel: Channel,
    #[diesel(sql_type = Text)]
    pub category: String,
    #[diesel(sql_type = Nullable<sql_types::ConsentBasis>)]
    pub basis: Option<Basis>,
    #[diesel(sql_type = Timestamptz)]
    pub expires_at: DateTime<Utc>,
}

/// Those that run out between two moments, the first first.
#[expect(clippy::disallowed_methods, reason = "kept beside the counts")]
pub fn expiring(
    tx: &mut TenantTx<'_>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<Expiring>> {
    statement(
        "SELECT p.member_id AS member, m.display_name AS name, p.channel, p.category, p.basis, p.expires_at \
         FROM preferences p JOIN members m ON m.org_id = p.org_id AND m.id = p.member_id \
         WHERE p.is_allowed AND p.expires_at > $1 AND p.expires_at <= $2 ORDER BY p.expires_at, p.member_id LIMIT $3",
    )
    .bind::<Timestamptz, _>(from)
    .bind::<Timestamptz, _>(to)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
}

/// An agreement to e-mail that runs out, and how often its person was asked since it neared its end.
#[derive(QueryableByName, Debug, Clone)]
pub struct Ending {
    #[diesel(sql_type = SqlUuid)]
    pub member: MemberId,
    #[diesel(sql_type = Text)]
    pub category: String,
    #[diesel(sql_type = Timestamptz)]
    pub expires_at: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    pub asked: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub asked_at: Option<DateTime<Utc>>,
}

impl Ending {
    /// What the list is ordered by.
    pub fn place(&self) -> (MemberId, String) {
        (self.member, self.category.clone())
    }
}

/// Those whose agreement runs out between two moments, by person, after one.
#[expect(clippy::disallowed_methods, reason = "kept beside the counts")]
pub fn ending(
    tx: &mut TenantTx<'_>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    after: Option<(MemberId, String)>,
    limit: i64,
) -> QueryResult<Vec<Ending>> {
    let (member, category) = after.unzip();
    statement(
        "SELECT p.member_id AS member, p.category, p.expires_at, a.asked, a.asked_at FROM preferences p \
         CROSS JOIN LATERAL (SELECT count(*) AS asked, max(r.recorded_at) AS asked_at FROM consent_records r \
           WHERE r.org_id = p.org_id AND r.member_id = p.member_id AND r.channel = p.channel AND r.category = p.category \
             AND r.action = 'request' AND r.recorded_at > p.expires_at - interval '61 days') a \
         WHERE p.channel = 'email' AND p.is_allowed AND p.expires_at > $1 AND p.expires_at <= $2 \
           AND ($3::uuid IS NULL OR (p.member_id, p.category) > ($3, $4)) ORDER BY p.member_id, p.category LIMIT $5",
    )
    .bind::<Timestamptz, _>(from)
    .bind::<Timestamptz, _>(to)
    .bind::<Nullable<SqlUuid>, _>(member)
    .bind::<Nullable<Text>, _>(category)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
}

/// How many run out until some days from now.
#[derive(QueryableByName, Debug, Clone)]
pub struct Runs {
    #[diesel(sql_type = BigInt)]
    pub in_7: i64,
    #[diesel(sql_type = BigInt)]
    pub in_30: i64,
    #[diesel(sql_type = BigInt)]
    pub in_60: i64,
    #[diesel(sql_type = BigInt)]
    pub over: i64,
}

/// How many agreements run out soon, or have.
#[expect(clippy::disallowed_methods, reason = "aggregates have no readable typed form")]
pub fn runs(tx: &mut TenantTx<'_>) -> QueryResult<Runs> {
    let now = tx.now();
    statement(
        "SELECT count(*) FILTER (WHERE expires_at > $1 AND expires_at <= $1 + interval '7 days') AS in_7, \
           count(*) FILTER (WHERE expires_at > $1 AND expires_at <= $1 + interval '30 days') AS in_30, \
           count(*) FILTER (WHERE expires_at > $1 AND expires_at <= $1 + interval '60 days') AS in_60, \
           count(*) FILTER (WHERE expires_at <= $1) AS over \
         FROM preferences WHERE is_allowed AND expires_at IS NOT NULL",
    )
    .bind::<Timestamptz, _>(now)
    .get_result(tx.conn())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many people with an address may not be sent anything by e-mail but what is transactional, because nothing stands for it: leads and
/// former members who never agreed. Who said no is not among them.
#[expect(clippy::disallowed_methods, reason = "aggregates have no readable typed form")]
pub fn without_basis(tx: &mut TenantTx<'_>) -> QueryResult<i64> {
    let now = tx.now();
    let found: Count = statement(
        "SELECT count(*) AS count FROM members m WHERE m.email IS NOT NULL \
           AND NOT (m.stage = 'member' AND m.left_at IS NULL) AND NOT coalesce(m.left_at > $1 - interval '2 years', false) \
           AND NOT (m.legal_basis = 'consent' AND m.basis_noted_on IS NOT NULL) \
           AND NOT EXISTS (SELECT 1 FROM preferences p WHERE p.org_id = m.org_id AND p.member_id = m.id AND p.channel = 'email' \
             AND (p.is_allowed = false OR p.is_allowed AND (p.expires_at IS NULL OR p.expires_at > $1)))",
    )
    .bind::<Timestamptz, _>(now)
    .get_result(tx.conn())?;
    Ok(found.count)
}

/// How many people took something back on a day.
#[derive(QueryableByName, Debug, Clone, Copy)]
pub struct Left {
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
    #[diesel(sql_type = BigInt)]
    pub people: i64,
}

/// How many people took something back by a message itself, on each day between two moments.
#[expect(clippy::disallowed_methods, reason = "grouped by days")]
pub fn left_by_day(
    tx: &mut TenantTx<'_>,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    zone: &str,
) -> QueryResult<Vec<Left>> {
    statement(
        "SELECT (recorded_at AT TIME ZONE $3)::date AS day, count(DISTINCT member_id) AS people FROM consent_records \
         WHERE org_id = (SELECT app.current_org()) AND recorded_at >= $1 AND recorded_at < $2 AND action = 'withdraw' \
           AND method IN ('one_click', 'unsubscribe_page', 'mail', 'sms') GROUP BY 1 ORDER BY 1",
    )
    .bind::<Timestamptz, _>(from)
    .bind::<Timestamptz, _>(to)
    .bind::<Text, _>(zone.to_owned())
    .load(tx.conn())
}

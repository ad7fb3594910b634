//! Who looks after people, and how many each of them has.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::kernel::ids::MemberId;
use crate::platform::db::{TenantTx, statement};

/// A steward and how much is theirs, for the workload page and for choosing one.
#[derive(QueryableByName, Debug, Clone)]
pub struct Load {
    #[diesel(sql_type = SqlUuid)]
    pub id: MemberId,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = BigInt)]
    pub people: i64,
    #[diesel(sql_type = BigInt)]
    pub backups: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub away_until: Option<DateTime<Utc>>,
}

/// Everybody who can be given people, by name.
#[derive(QueryableByName, Debug, Clone)]
pub struct Candidate {
    #[diesel(sql_type = SqlUuid)]
    pub id: MemberId,
    #[diesel(sql_type = Text)]
    pub name: String,
}

/// Active stewards and coaches by name.
#[expect(
    clippy::disallowed_methods,
    reason = "DISTINCT over a join of roles has no readable typed form"
)]
pub fn candidates(tx: &mut TenantTx<'_>) -> QueryResult<Vec<Candidate>> {
    statement(
        "SELECT m.id, m.display_name AS name FROM members m WHERE m.state = 'active' AND m.id IN \
           (SELECT r.member_id FROM member_roles r WHERE r.role IN ('steward', 'coach') AND r.role <> 'member') \
         ORDER BY m.sort_name, m.id LIMIT $1",
    )
    .bind::<BigInt, _>(2_000_i64)
    .load(tx.conn())
}

/// The workload of every steward, the fullest hands first.
#[expect(clippy::disallowed_methods, reason = "lateral joins have no typed form")]
pub fn workload(tx: &mut TenantTx<'_>) -> QueryResult<Vec<Load>> {
    statement(
        "SELECT m.id, m.display_name AS name, p.people, p.backups, \
           (SELECT max(l.ends_at) FROM steward_leaves l WHERE l.org_id = m.org_id AND l.steward_id = m.id \
              AND l.starts_at <= app.moment() AND l.ends_at > app.moment()) AS away_until \
         FROM members m CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE p.kind IN ('primary', 'temporary')) AS people, \
             count(*) FILTER (WHERE p.kind = 'backup') AS backups FROM app.people_of(m.id, app.moment()) p) p \
         WHERE m.state = 'active' AND m.id IN (SELECT r.member_id FROM member_roles r WHERE r.role IN ('steward', 'coach') AND r.role <> 'member') \
         ORDER BY p.people DESC, m.sort_name, m.id LIMIT $1",
    )
    .bind::<BigInt, _>(2_000_i64)
    .load(tx.conn())
}

/// How many people one steward is meant to look after here.
pub fn people_per_steward(tx: &mut TenantTx<'_>) -> QueryResult<i32> {
    use crate::platform::db::schema::organizations;
    let org = tx.org();
    organizations::table
        .find(org)
        .select(organizations::people_per_steward)
        .first(tx.conn())
}

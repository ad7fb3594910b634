//! Holds and erasures in SQL.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Uuid as SqlUuid};

use crate::domains::privacy::policy::Care;
use crate::domains::tenancy::Erasing;
use crate::kernel::ids::{HoldId, MemberId};
use crate::platform::db::schema::{
    erasures, legal_holds, sight_openings, subject_request_items, subject_requests,
};
use crate::platform::db::{TenantTx, statement};

/// A hold.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = legal_holds)]
pub struct Hold {
    pub id: HoldId,
    pub member_id: MemberId,
    pub reason: String,
    pub placed_by: MemberId,
    pub placed_at: DateTime<Utc>,
}

/// The hold in force about a person.
pub fn hold(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Option<Hold>> {
    Hold::query()
        .filter(legal_holds::member_id.eq(member))
        .filter(legal_holds::lifted_at.is_null())
        .first(tx.conn())
        .optional()
}

/// Every hold in force, the oldest first.
pub fn holds(tx: &mut TenantTx<'_>, limit: i64) -> QueryResult<Vec<Hold>> {
    Hold::query()
        .filter(legal_holds::lifted_at.is_null())
        .order((legal_holds::placed_at, legal_holds::id))
        .limit(limit)
        .load(tx.conn())
}

/// Places a hold, unless there is one.
pub fn place(tx: &mut TenantTx<'_>, care: &Care, reason: &str) -> QueryResult<bool> {
    let (id, now) = (tx.new_id::<HoldId>(), tx.now());
    diesel::insert_into(legal_holds::table)
        .values((
            legal_holds::id.eq(id),
            legal_holds::member_id.eq(care.person()),
            legal_holds::reason.eq(reason),
            legal_holds::placed_by.eq(care.officer()),
            legal_holds::placed_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .map(|rows| rows == 1)
}

/// Lifts the hold in force.
pub fn lift(tx: &mut TenantTx<'_>, care: &Care) -> QueryResult<bool> {
    let now = tx.now();
    let in_force = legal_holds::table
        .filter(legal_holds::member_id.eq(care.person()))
        .filter(legal_holds::lifted_at.is_null());
    diesel::update(in_force)
        .set((
            legal_holds::lifted_at.eq(now),
            legal_holds::lifted_by.eq(care.officer()),
        ))
        .execute(tx.conn())
        .map(|rows| rows == 1)
}

/// When and by whom a person was erased.
pub fn erased(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Option<(DateTime<Utc>, MemberId)>> {
    erasures::table
        .filter(erasures::member_id.eq(member))
        .select((erasures::erased_at, erasures::erased_by))
        .first(tx.conn())
        .optional()
}

/// Notes that a person is erased, and lets this transaction reach what is kept about them; answers whether nobody did before.
#[expect(clippy::disallowed_methods, reason = "a setting of the transaction")]
pub fn begin(tx: &mut TenantTx<'_>, care: &Care, erasing: &Erasing) -> QueryResult<bool> {
    let (now, member) = (tx.now(), erasing.member());
    let begun = diesel::insert_into(erasures::table)
        .values((
            erasures::member_id.eq(member),
            erasures::erased_by.eq(care.officer()),
            erasures::erased_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    if begun == 0 {
        return Ok(false);
    }
    statement("SELECT set_config('app.erasing', $1, true)")
        .bind::<Text, _>(member.to_string())
        .execute(tx.conn())?;
    statement("SELECT app.erase_mail($1)")
        .bind::<SqlUuid, _>(member)
        .execute(tx.conn())
        .map(|_| true)
}

#[derive(QueryableByName)]
struct Entries {
    #[diesel(sql_type = BigInt)]
    entries: i64,
}

/// Takes away what the audit log said about a person; answers from how many entries.
#[expect(clippy::disallowed_methods, reason = "a function of the database")]
pub fn erase_audit(tx: &mut TenantTx<'_>, erasing: &Erasing) -> QueryResult<i64> {
    statement("SELECT app.erase_audit_details($1) AS entries")
        .bind::<SqlUuid, _>(erasing.member())
        .get_result::<Entries>(tx.conn())
        .map(|found| found.entries)
}

/// Takes away what was gathered about a person, and what was typed when their notes were opened or a hold was placed.
pub fn erase_own(tx: &mut TenantTx<'_>, erasing: &Erasing) -> QueryResult<()> {
    let (member, gone) = (erasing.member(), "Taken away when the person was erased.");
    diesel::delete(subject_request_items::table.filter(subject_request_items::member_id.eq(member)))
        .execute(tx.conn())?;
    let open = subject_requests::table
        .filter(subject_requests::member_id.eq(member))
        .filter(subject_requests::released_at.is_null());
    diesel::delete(open).execute(tx.conn())?;
    diesel::update(sight_openings::table.filter(sight_openings::member_id.eq(member)))
        .set(sight_openings::reason.eq(gone))
        .execute(tx.conn())?;
    diesel::update(legal_holds::table.filter(legal_holds::member_id.eq(member)))
        .set(legal_holds::reason.eq(gone))
        .execute(tx.conn())
        .map(|_| ())
}

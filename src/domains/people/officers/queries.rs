//! Offices in SQL.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domains::people::policy::Appointing;
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, OfficeId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::officers;

/// That somebody holds an office.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = officers)]
pub struct Office {
    pub id: OfficeId,
    pub member_id: MemberId,
    pub office: String,
    pub effective_from: DateTime<Utc>,
    pub effective_to: Option<DateTime<Utc>>,
}

/// The offices that are held now, in the order in which they were given.
pub fn held(tx: &mut TenantTx<'_>, limit: i64) -> QueryResult<Vec<Office>> {
    let now = tx.now();
    Office::query()
        .filter(officers::effective_from.le(now))
        .filter(
            officers::effective_to
                .is_null()
                .or(officers::effective_to.gt(now)),
        )
        .order((officers::effective_from, officers::id))
        .limit(limit)
        .load(tx.conn())
}

/// One office, held or over.
pub fn office(tx: &mut TenantTx<'_>, id: OfficeId) -> QueryResult<Office> {
    Office::query().filter(officers::id.eq(id)).first(tx.conn())
}

/// Whether somebody holds an office now.
pub fn is_officer(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<bool> {
    let now = tx.now();
    let held = officers::table
        .filter(officers::member_id.eq(member))
        .filter(officers::effective_from.le(now))
        .filter(
            officers::effective_to
                .is_null()
                .or(officers::effective_to.gt(now)),
        );
    diesel::select(diesel::dsl::exists(held)).get_result(tx.conn())
}

/// Gives an office from now on.
pub fn insert(tx: &mut TenantTx<'_>, proof: &Appointing, office: &str) -> Result<OfficeId, AppError> {
    let (id, now, by) = (tx.new_id::<OfficeId>(), tx.now(), tx.my_id()?);
    diesel::insert_into(officers::table)
        .values((
            officers::id.eq(id),
            officers::member_id.eq(proof.member()),
            officers::office.eq(office),
            officers::effective_from.eq(now),
            officers::appointed_by.eq(by),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

/// Ends an office now.
pub fn end(tx: &mut TenantTx<'_>, _proof: &Appointing, id: OfficeId) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(officers::table.filter(officers::id.eq(id)))
        .set(officers::effective_to.eq(now))
        .execute(tx.conn())
        .map(|_| ())
}

/// Ends every office that somebody holds; answers which.
pub fn end_all(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<OfficeId>> {
    let now = tx.now();
    let held = officers::table
        .filter(officers::member_id.eq(member))
        .filter(officers::effective_to.is_null());
    diesel::update(held)
        .set(officers::effective_to.eq(now))
        .returning(officers::id)
        .get_results(tx.conn())
}

//! Answers of the outbox's phones in the database.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use crate::kernel::ids::PhoneReplyId;
use crate::platform::db::TenantTx;
use crate::platform::db::schema::phone_replies;

/// Rows that are forgotten in one transaction.
const FORGOTTEN: i64 = 5_000;
/// For how long answers are kept: as long as the outbox keeps what they answer.
const KEPT: TimeDelta = TimeDelta::days(30);

/// What somebody answered.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = phone_replies)]
pub struct PhoneReply {
    pub body: String,
    pub at: DateTime<Utc>,
}

/// Keeps an answer.
pub fn insert(tx: &mut TenantTx<'_>, number: &str, body: &str) -> QueryResult<PhoneReplyId> {
    let (id, now) = (tx.new_id::<PhoneReplyId>(), tx.now());
    diesel::insert_into(phone_replies::table)
        .values((
            phone_replies::id.eq(id),
            phone_replies::number.eq(number),
            phone_replies::body.eq(body),
            phone_replies::at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

/// The newest answers of a number, newest first.
pub fn newest(tx: &mut TenantTx<'_>, number: &str, limit: i64) -> QueryResult<Vec<PhoneReply>> {
    PhoneReply::query()
        .filter(phone_replies::number.eq(number))
        .order((phone_replies::at.desc(), phone_replies::id.desc()))
        .limit(limit)
        .load(tx.conn())
}

/// Takes away what these numbers answered.
pub fn forget(tx: &mut TenantTx<'_>, numbers: &[String]) -> QueryResult<()> {
    diesel::delete(phone_replies::table.filter(phone_replies::number.eq_any(numbers)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Forgets some of what was answered long ago; answers how many.
pub fn forget_old(tx: &mut TenantTx<'_>) -> QueryResult<usize> {
    let before = tx.now() - KEPT;
    let old: Vec<PhoneReplyId> = phone_replies::table
        .filter(phone_replies::at.lt(before))
        .select(phone_replies::id)
        .limit(FORGOTTEN)
        .load(tx.conn())?;
    diesel::delete(phone_replies::table.filter(phone_replies::id.eq_any(old))).execute(tx.conn())
}

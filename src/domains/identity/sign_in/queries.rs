//! Attempts in the database, as the system role.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::platform::db::SystemTx;
use crate::platform::db::schema::sign_in_attempts;

/// The newest attempts on a subject, at most `limit`.
pub fn recent_attempts(
    tx: &mut SystemTx<'_>,
    subject: &[u8],
    since: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<DateTime<Utc>>> {
    sign_in_attempts::table
        .filter(sign_in_attempts::subject.eq(subject))
        .filter(sign_in_attempts::at.gt(since))
        .order(sign_in_attempts::at.desc())
        .limit(limit)
        .select(sign_in_attempts::at)
        .load(tx.conn())
}

pub fn add_attempt(tx: &mut SystemTx<'_>, subject: &[u8]) -> QueryResult<()> {
    let row = (
        sign_in_attempts::subject.eq(subject),
        sign_in_attempts::at.eq(tx.now()),
    );
    diesel::insert_into(sign_in_attempts::table)
        .values(row)
        .execute(tx.conn())
        .map(|_| ())
}

pub fn forget_attempts(tx: &mut SystemTx<'_>, subject: &[u8]) -> QueryResult<()> {
    diesel::delete(sign_in_attempts::table.filter(sign_in_attempts::subject.eq(subject)))
        .execute(tx.conn())
        .map(|_| ())
}

pub fn forget_newest_attempt(tx: &mut SystemTx<'_>, subject: &[u8]) -> QueryResult<()> {
    let on_subject = sign_in_attempts::table.filter(sign_in_attempts::subject.eq(subject));
    let newest: Option<i64> = on_subject
        .select(diesel::dsl::max(sign_in_attempts::id))
        .first(tx.conn())?;
    diesel::delete(sign_in_attempts::table.filter(sign_in_attempts::id.nullable().eq(newest)))
        .execute(tx.conn())
        .map(|_| ())
}

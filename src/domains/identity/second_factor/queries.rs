//! Second factors in the database, as the system role.

use diesel::prelude::*;

use crate::kernel::ids::UserId;
use crate::platform::db::schema::{organizations, recovery_codes, users};
use crate::platform::db::{SystemTx, TenantTx};

/// Uses up a time step; false when it, or a later one, was used before (replay, RFC 6238 §5.2).
pub fn use_step(tx: &mut SystemTx<'_>, user: UserId, step: i64) -> QueryResult<bool> {
    let unused = users::totp_last_step.is_null().or(users::totp_last_step.lt(step));
    let login = users::table
        .filter(users::id.eq(user))
        .filter(unused)
        .filter(users::totp_confirmed_at.is_not_null());
    diesel::update(login)
        .set(users::totp_last_step.eq(step))
        .execute(tx.conn())
        .map(|changed| changed == 1)
}

/// Uses up a recovery code; false when there is no such unused code.
pub fn use_recovery_code(tx: &mut SystemTx<'_>, user: UserId, hash: &[u8]) -> QueryResult<bool> {
    let now = tx.now();
    let code = recovery_codes::table
        .find((user, hash.to_vec()))
        .filter(recovery_codes::used_at.is_null());
    diesel::update(code)
        .set(recovery_codes::used_at.eq(now))
        .execute(tx.conn())
        .map(|changed| changed == 1)
}

/// Keeps a secret that waits to be confirmed; false when a factor is on already.
pub fn store_secret(tx: &mut SystemTx<'_>, user: UserId, sealed: &[u8]) -> QueryResult<bool> {
    let login = users::table
        .filter(users::id.eq(user))
        .filter(users::totp_confirmed_at.is_null());
    diesel::update(login)
        .set(users::totp_secret.eq(sealed))
        .execute(tx.conn())
        .map(|changed| changed == 1)
}

/// Turns the factor on with the step that confirmed it; false when it was on already.
pub fn turn_on(tx: &mut SystemTx<'_>, user: UserId, step: i64) -> QueryResult<bool> {
    let now = tx.now();
    let login = users::table
        .filter(users::id.eq(user))
        .filter(users::totp_confirmed_at.is_null())
        .filter(users::totp_secret.is_not_null());
    diesel::update(login)
        .set((users::totp_confirmed_at.eq(now), users::totp_last_step.eq(step)))
        .execute(tx.conn())
        .map(|changed| changed == 1)
}

/// Takes the factor and its recovery codes away; false when there was none.
pub fn turn_off(tx: &mut SystemTx<'_>, user: UserId) -> QueryResult<bool> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user))).execute(tx.conn())?;
    let nothing = (
        users::totp_secret.eq(None::<Vec<u8>>),
        users::totp_confirmed_at.eq(None::<chrono::DateTime<chrono::Utc>>),
        users::totp_last_step.eq(None::<i64>),
    );
    let login = users::table
        .filter(users::id.eq(user))
        .filter(users::totp_confirmed_at.is_not_null());
    diesel::update(login)
        .set(nothing)
        .execute(tx.conn())
        .map(|changed| changed == 1)
}

/// Replaces every recovery code of a login.
pub fn replace_recovery_codes(tx: &mut SystemTx<'_>, user: UserId, hashes: &[Vec<u8>]) -> QueryResult<()> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user))).execute(tx.conn())?;
    let rows: Vec<_> = hashes
        .iter()
        .map(|hash| {
            (
                recovery_codes::user_id.eq(user),
                recovery_codes::code_hash.eq(hash),
            )
        })
        .collect();
    diesel::insert_into(recovery_codes::table)
        .values(rows)
        .execute(tx.conn())
        .map(|_| ())
}

/// How many recovery codes are left.
pub fn recovery_codes_left(tx: &mut SystemTx<'_>, user: UserId) -> QueryResult<i64> {
    recovery_codes::table
        .filter(recovery_codes::user_id.eq(user))
        .filter(recovery_codes::used_at.is_null())
        .count()
        .get_result(tx.conn())
}

/// Whether the organization asks its admins and privacy officers for a second factor.
pub fn is_required(tx: &mut TenantTx<'_>) -> QueryResult<bool> {
    organizations::table
        .select(organizations::second_factor_required)
        .first(tx.conn())
}

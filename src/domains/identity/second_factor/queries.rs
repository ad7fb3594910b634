//! Second factors in the database, as the system role.

use diesel::prelude::*;

use crate::kernel::ids::UserId;
use crate::platform::db::SystemTx;
use crate::platform::db::schema::{recovery_codes, users};

/// Uses up a time step; false when it, or a later one, was used before (replay, RFC 6238 §5.2).
pub fn use_step(tx: &mut SystemTx<'_>, user: UserId, step: i64) -> QueryResult<bool> {
    let unused = users::totp_last_step.is_null().or(users::totp_last_step.lt(step));
    let login = users::table.filter(users::id.eq(user)).filter(unused).filter(users::totp_confirmed_at.is_not_null());
    diesel::update(login).set(users::totp_last_step.eq(step)).execute(tx.conn()).map(|changed| changed == 1)
}

/// Uses up a recovery code; false when there is no such unused code.
pub fn use_recovery_code(tx: &mut SystemTx<'_>, user: UserId, hash: &[u8]) -> QueryResult<bool> {
    let now = tx.now();
    let code = recovery_codes::table.find((user, hash.to_vec())).filter(recovery_codes::used_at.is_null());
    diesel::update(code).set(recovery_codes::used_at.eq(now)).execute(tx.conn()).map(|changed| changed == 1)
}

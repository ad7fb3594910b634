//! Reset links in the database, as the system role.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::kernel::ids::UserId;
use crate::pg_enum;
use crate::platform::db::SystemTx;
use crate::platform::db::schema::one_time_links;

pg_enum! {
    /// What a link of a login is for.
    LinkPurpose as LinkPurpose {
        /// Choosing a new password.
        PasswordReset = "password_reset": "New password",
    }
}

/// A stored link.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = one_time_links)]
pub struct Link {
    /// The login.
    pub user_id: UserId,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
    /// When it was used.
    pub used_at: Option<DateTime<Utc>>,
}

pub fn add_link(
    tx: &mut SystemTx<'_>,
    user: UserId,
    token_hash: &[u8],
    expires_at: DateTime<Utc>,
) -> QueryResult<()> {
    let now = tx.now();
    diesel::insert_into(one_time_links::table)
        .values((
            one_time_links::token_hash.eq(token_hash),
            one_time_links::purpose.eq(LinkPurpose::PasswordReset),
            one_time_links::user_id.eq(user),
            one_time_links::created_at.eq(now),
            one_time_links::expires_at.eq(expires_at),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

pub fn link(tx: &mut SystemTx<'_>, token_hash: &[u8]) -> QueryResult<Option<Link>> {
    Link::query()
        .filter(one_time_links::token_hash.eq(token_hash))
        .first(tx.conn())
        .optional()
}

/// Uses a link up: only the first of several at the same moment gets the login.
pub fn use_link(tx: &mut SystemTx<'_>, token_hash: &[u8]) -> QueryResult<Option<UserId>> {
    let now = tx.now();
    let usable = one_time_links::table
        .filter(one_time_links::token_hash.eq(token_hash))
        .filter(one_time_links::used_at.is_null())
        .filter(one_time_links::expires_at.gt(now));
    diesel::update(usable)
        .set(one_time_links::used_at.eq(now))
        .returning(one_time_links::user_id)
        .get_result(tx.conn())
        .optional()
}

/// Takes back every unused link of a login.
pub fn drop_links(tx: &mut SystemTx<'_>, user: UserId) -> QueryResult<()> {
    let unused = one_time_links::table
        .filter(one_time_links::user_id.eq(user))
        .filter(one_time_links::used_at.is_null());
    diesel::delete(unused).execute(tx.conn()).map(|_| ())
}

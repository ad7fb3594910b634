//! Tokens in the database.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use crate::domains::identity::model::TokenId;
use crate::domains::tenancy::model::MemberState;
use crate::kernel::error::AppError;
use crate::kernel::ids::{OrgId, UserId};
use crate::platform::db::schema::{api_tokens, members};
use crate::platform::db::{SystemTx, TenantTx};

use super::Bearer;
use super::forms::NewToken;

/// How exactly "last used" is known.
const USED_STEP: TimeDelta = TimeDelta::minutes(1);

type BearerRow = (
    OrgId,
    TokenId,
    Option<UserId>,
    Vec<String>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
);

/// The holder of a live token; notes the use, at most once a minute.
pub fn bearer(tx: &mut SystemTx<'_>, digest: &[u8]) -> QueryResult<Option<Bearer>> {
    let now = tx.now();
    let row: Option<BearerRow> = api_tokens::table
        .inner_join(
            members::table.on(members::org_id
                .eq(api_tokens::org_id)
                .and(members::id.eq(api_tokens::member_id))),
        )
        .filter(api_tokens::token_hash.eq(digest))
        .filter(api_tokens::revoked_at.is_null())
        .filter(
            api_tokens::expires_at
                .is_null()
                .or(api_tokens::expires_at.gt(now)),
        )
        .filter(members::state.eq(MemberState::Active))
        .select((
            api_tokens::org_id,
            api_tokens::id,
            members::user_id,
            api_tokens::scopes,
            api_tokens::expires_at,
            api_tokens::last_used_at,
        ))
        .first(tx.conn())
        .optional()?;
    let Some((org, id, Some(user), scopes, expires_at, last_used_at)) = row else {
        return Ok(None);
    };
    if last_used_at.is_none_or(|at| now - at >= USED_STEP) {
        diesel::update(api_tokens::table.find((org, id)))
            .set(api_tokens::last_used_at.eq(now))
            .execute(tx.conn())?;
    }
    Ok(Some(Bearer {
        org,
        user,
        scopes: Arc::from(scopes),
        expires_at,
    }))
}

/// A token as its owner sees it.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = api_tokens)]
pub struct TokenRow {
    /// Its id.
    pub id: TokenId,
    /// What its owner calls it.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<String>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to a minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// The acting member's tokens that work, newest first; at most [`MOST`] exist.
pub fn mine(tx: &mut TenantTx<'_>) -> Result<Vec<TokenRow>, AppError> {
    let (me, now) = (tx.my_id()?, tx.now());
    let rows = TokenRow::query()
        .filter(api_tokens::member_id.eq(me))
        .filter(api_tokens::revoked_at.is_null())
        .filter(
            api_tokens::expires_at
                .is_null()
                .or(api_tokens::expires_at.gt(now)),
        )
        .order((api_tokens::created_at.desc(), api_tokens::id.desc()))
        .limit(MOST)
        .load(tx.conn())?;
    Ok(rows)
}

/// Working tokens a member can have at once.
pub const MOST: i64 = 25;

/// Stores the digest of a new token.
pub fn add(tx: &mut TenantTx<'_>, id: TokenId, digest: &[u8], token: &NewToken) -> Result<(), AppError> {
    let (me, now) = (tx.my_id()?, tx.now());
    diesel::insert_into(api_tokens::table)
        .values((
            api_tokens::id.eq(id),
            api_tokens::member_id.eq(me),
            api_tokens::token_hash.eq(digest),
            api_tokens::name.eq(&token.name),
            api_tokens::scopes.eq(&token.scopes),
            api_tokens::created_at.eq(now),
            api_tokens::expires_at.eq(token.days.map(|days| now + TimeDelta::days(days))),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Ends one of the acting member's tokens; false when there is none such.
pub fn revoke(tx: &mut TenantTx<'_>, id: TokenId) -> Result<bool, AppError> {
    let (me, now) = (tx.my_id()?, tx.now());
    let mine = api_tokens::table
        .filter(api_tokens::id.eq(id))
        .filter(api_tokens::member_id.eq(me))
        .filter(api_tokens::revoked_at.is_null());
    Ok(diesel::update(mine)
        .set(api_tokens::revoked_at.eq(now))
        .execute(tx.conn())?
        == 1)
}

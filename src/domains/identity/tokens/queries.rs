//! Tokens in the database.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use crate::domains::tenancy::model::MemberState;
use crate::kernel::ids::{OrgId, UserId};
use crate::platform::db::SystemTx;
use crate::platform::db::schema::{api_tokens, members};

use super::Bearer;
use crate::domains::identity::model::TokenId;

/// How exactly "last used" is known.
const USED_STEP: TimeDelta = TimeDelta::minutes(1);

type BearerRow = (OrgId, TokenId, Option<UserId>, Vec<String>, Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// The holder of a live token; notes the use, at most once a minute.
pub fn bearer(tx: &mut SystemTx<'_>, digest: &[u8]) -> QueryResult<Option<Bearer>> {
    let now = tx.now();
    let row: Option<BearerRow> = api_tokens::table
        .inner_join(members::table.on(members::org_id.eq(api_tokens::org_id).and(members::id.eq(api_tokens::member_id))))
        .filter(api_tokens::token_hash.eq(digest))
        .filter(api_tokens::revoked_at.is_null())
        .filter(api_tokens::expires_at.is_null().or(api_tokens::expires_at.gt(now)))
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
    let Some((org, id, Some(user), scopes, expires_at, last_used_at)) = row else { return Ok(None) };
    if last_used_at.is_none_or(|at| now - at >= USED_STEP) {
        diesel::update(api_tokens::table.find((org, id))).set(api_tokens::last_used_at.eq(now)).execute(tx.conn())?;
    }
    Ok(Some(Bearer { org, user, scopes: Arc::from(scopes), expires_at }))
}

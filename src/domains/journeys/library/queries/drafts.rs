//! What is being written of quizzes and worksheets, in SQL.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

use crate::domains::journeys::library::policy::Writing;
use crate::kernel::ids::AssetId;
use crate::platform::db::TenantTx;
use crate::platform::db::schema::asset_drafts;

/// What is being written of an asset, and when it was changed last; nothing where nothing differs from its newest version.
pub fn draft(tx: &mut TenantTx<'_>, asset: AssetId) -> QueryResult<Option<(Value, DateTime<Utc>)>> {
    asset_drafts::table
        .filter(asset_drafts::asset_id.eq(asset))
        .select((asset_drafts::parts, asset_drafts::changed_at))
        .first(tx.conn())
        .optional()
}

/// Keeps what is being written.
pub fn keep(tx: &mut TenantTx<'_>, _: &Writing, asset: AssetId, parts: &Value) -> QueryResult<()> {
    let now = tx.now();
    let row = (asset_drafts::parts.eq(parts), asset_drafts::changed_at.eq(now));
    diesel::insert_into(asset_drafts::table)
        .values((asset_drafts::asset_id.eq(asset), row))
        .on_conflict((asset_drafts::org_id, asset_drafts::asset_id))
        .do_update()
        .set(row)
        .execute(tx.conn())
        .map(|_| ())
}

/// Forgets it; whether there was any.
pub fn forget(tx: &mut TenantTx<'_>, _: &Writing, asset: AssetId) -> QueryResult<bool> {
    diesel::delete(asset_drafts::table.filter(asset_drafts::asset_id.eq(asset)))
        .execute(tx.conn())
        .map(|rows| rows == 1)
}

//! Device tokens in SQL.

use diesel::prelude::*;
use uuid::Uuid;

use crate::kernel::ids::MemberId;
use crate::platform::db::TenantTx;
use crate::platform::db::schema::push_tokens;

/// Whose device this is, when it is registered.
pub fn owner(tx: &mut TenantTx<'_>, token: &str) -> QueryResult<Option<MemberId>> {
    push_tokens::table
        .filter(push_tokens::token.eq(token))
        .select(push_tokens::member_id)
        .for_update()
        .first(tx.conn())
        .optional()
}

/// Registers a device, or moves it to this member when it was another's: a phone that changed hands.
pub fn register(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    platform: &str,
    token: &str,
    device: &str,
) -> QueryResult<Uuid> {
    let (id, now) = (tx.new_id::<crate::kernel::ids::EventId>().0, tx.now());
    diesel::insert_into(push_tokens::table)
        .values((
            push_tokens::id.eq(id),
            push_tokens::member_id.eq(member),
            push_tokens::platform.eq(platform),
            push_tokens::token.eq(token),
            push_tokens::device_name.eq(device),
            push_tokens::last_seen_at.eq(now),
        ))
        .on_conflict((push_tokens::org_id, push_tokens::token))
        .do_update()
        .set((
            push_tokens::member_id.eq(member),
            push_tokens::device_name.eq(device),
            push_tokens::last_seen_at.eq(now),
        ))
        .returning(push_tokens::id)
        .get_result(tx.conn())
}

/// Forgets a device of this member; answers whether there was one.
pub fn forget(tx: &mut TenantTx<'_>, member: MemberId, token: &str) -> QueryResult<bool> {
    let mine = push_tokens::table
        .filter(push_tokens::member_id.eq(member))
        .filter(push_tokens::token.eq(token));
    Ok(diesel::delete(mine).execute(tx.conn())? > 0)
}

//! Hidden messages in SQL.

use diesel::prelude::*;

use crate::kernel::ids::{ChannelId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::hidden_messages;

/// Hides a message for one person; again is the same.
pub fn hide(tx: &mut TenantTx<'_>, member: MemberId, channel: ChannelId, seq: i64) -> QueryResult<()> {
    let now = tx.now();
    diesel::insert_into(hidden_messages::table)
        .values((
            hidden_messages::member_id.eq(member),
            hidden_messages::channel_id.eq(channel),
            hidden_messages::seq.eq(seq),
            hidden_messages::at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .map(|_| ())
}

/// Shows it to them again.
pub fn show(tx: &mut TenantTx<'_>, member: MemberId, channel: ChannelId, seq: i64) -> QueryResult<()> {
    let hidden = hidden_messages::table
        .filter(hidden_messages::member_id.eq(member))
        .filter(hidden_messages::channel_id.eq(channel))
        .filter(hidden_messages::seq.eq(seq));
    diesel::delete(hidden).execute(tx.conn()).map(|_| ())
}

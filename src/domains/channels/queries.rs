//! Channels and places in SQL.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::kernel::error::AppError;
use crate::kernel::ids::{ChannelId, MemberId};
use crate::platform::db::schema::{channel_memberships, channels};
use crate::platform::db::{TenantTx, statement};

use super::model::{Channel, Membership, Place};

/// The acting member's place in a channel.
///
/// # Errors
/// [`AppError::NotFound`] when there is none: what one is not in, one does not see.
pub fn my_place(tx: &mut TenantTx<'_>, channel: ChannelId) -> Result<Place, AppError> {
    let me = tx.my_id()?;
    place_of(tx, channel, me)
}

/// Any member's place in a channel.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub fn place_of(tx: &mut TenantTx<'_>, channel: ChannelId, member: MemberId) -> Result<Place, AppError> {
    let found: Option<(Channel, Membership)> = channels::table
        .inner_join(
            channel_memberships::table.on(channel_memberships::channel_id
                .eq(channels::id)
                .and(channel_memberships::org_id.eq(channels::org_id))),
        )
        .filter(channels::id.eq(channel))
        .filter(channel_memberships::member_id.eq(member))
        .select((Channel::as_select(), Membership::as_select()))
        .first(tx.conn())
        .optional()?;
    let (channel, membership) = found.ok_or(AppError::NotFound)?;
    Ok(Place { channel, membership })
}

/// What a direct conversation is called: its name when it has one, else the names of the others.
pub fn direct_name(tx: &mut TenantTx<'_>, channel: ChannelId, me: MemberId) -> Result<String, AppError> {
    let title: String = channels::table
        .filter(channels::id.eq(channel))
        .select(channels::title)
        .first(tx.conn())?;
    if !title.is_empty() {
        return Ok(title);
    }
    let others: Vec<MemberId> = channel_memberships::table
        .filter(channel_memberships::channel_id.eq(channel))
        .filter(channel_memberships::member_id.ne(me))
        .select(channel_memberships::member_id)
        .load(tx.conn())?;
    let cards = crate::domains::tenancy::member_cards(tx, &others)?;
    let mut names: Vec<String> = cards.into_values().map(|card| card.name).collect();
    names.sort();
    Ok(if names.is_empty() {
        "Only you".to_owned()
    } else {
        names.join(", ")
    })
}

/// What people call a channel.
#[derive(QueryableByName, Debug, Clone)]
pub struct Called {
    /// The channel.
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub id: ChannelId,
    /// Its title, or the names of the others in a direct conversation.
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub name: String,
}

/// What these channels are called for `me`. Whether they may be seen is decided before.
#[expect(clippy::disallowed_methods, reason = "lateral joins have no typed form")]
pub fn called(
    tx: &mut TenantTx<'_>,
    me: MemberId,
    channels: &[ChannelId],
) -> QueryResult<HashMap<ChannelId, Called>> {
    let rows: Vec<Called> = statement(
        "SELECT c.id, coalesce(nullif(c.title, ''), d.names, 'Only you') AS name FROM channels c \
         LEFT JOIN LATERAL (SELECT string_agg(m.display_name, ', ' ORDER BY m.display_name) AS names \
           FROM channel_memberships o JOIN members m ON m.org_id = o.org_id AND m.id = o.member_id \
           WHERE c.type = 'direct' AND o.org_id = c.org_id AND o.channel_id = c.id AND o.member_id <> $1) d ON true \
         WHERE c.id = ANY ($2)",
    )
    .bind::<diesel::sql_types::Uuid, _>(me)
    .bind::<diesel::sql_types::Array<diesel::sql_types::Uuid>, _>(channels.to_vec())
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// How many people are in a channel.
pub fn member_count(tx: &mut TenantTx<'_>, channel: ChannelId) -> QueryResult<i64> {
    let count: i32 = channels::table
        .filter(channels::id.eq(channel))
        .select(channels::member_count)
        .first(tx.conn())?;
    Ok(count.into())
}

/// Which of these members are in a channel.
pub fn those_inside(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    members: &[MemberId],
) -> QueryResult<Vec<MemberId>> {
    channel_memberships::table
        .filter(channel_memberships::channel_id.eq(channel))
        .filter(channel_memberships::member_id.eq_any(members))
        .select(channel_memberships::member_id)
        .load(tx.conn())
}

/// Moves the change clock of a channel by one, under its row lock, and announces the revision after commit.
///
/// # Errors
/// When the channel is gone.
pub fn touch(tx: &mut TenantTx<'_>, channel: ChannelId) -> Result<i64, AppError> {
    let now = tx.now();
    let rev: i64 = diesel::update(channels::table.filter(channels::id.eq(channel)))
        .set((channels::rev.eq(channels::rev + 1), channels::changed_at.eq(now)))
        .returning(channels::rev)
        .get_result(tx.conn())?;
    announce(tx, channel, rev);
    Ok(rev)
}

/// Tells this process, after commit, that a channel has reached `rev`.
pub fn announce(tx: &mut TenantTx<'_>, channel: ChannelId, rev: i64) {
    let signals = tx.signals().clone();
    tx.after_commit(move || signals.raise(channel.0, rev));
}

/// What kind of channel it is.
pub fn kind(tx: &mut TenantTx<'_>, channel: ChannelId) -> QueryResult<super::model::ChannelType> {
    channels::table
        .filter(channels::id.eq(channel))
        .select(channels::type_)
        .first(tx.conn())
}

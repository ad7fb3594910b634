//! Conversations in SQL.

use diesel::prelude::*;
use sha2::{Digest, Sha256};

use crate::domains::channels::model::{Channel, ChannelType, HistoryRule, JoinRule};
use crate::domains::channels::places::policy::Removal;
use crate::kernel::ids::{ChannelId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::channels;

/// The people of a conversation that may be begun: sorted, each once, two to twelve, all known to the actor.
pub struct Party(Vec<MemberId>);

impl Party {
    /// Called by [`super::actions`] once everyone is checked.
    pub(super) fn of(mut members: Vec<MemberId>) -> Self {
        members.sort();
        members.dedup();
        Self(members)
    }

    /// Who.
    pub fn members(&self) -> &[MemberId] {
        &self.0
    }

    /// What exactly these people's conversation is found by.
    fn key(&self) -> Vec<u8> {
        let mut hash = Sha256::new();
        self.0.iter().for_each(|member| hash.update(member.0.as_bytes()));
        hash.finalize().to_vec()
    }
}

/// The conversation of exactly these people.
pub fn find(tx: &mut TenantTx<'_>, party: &Party) -> QueryResult<Option<Channel>> {
    Channel::query()
        .filter(channels::direct_key.eq(party.key()))
        .first(tx.conn())
        .optional()
}

/// Writes a conversation; `None` when another request was faster, which this one waits for.
pub fn insert(
    tx: &mut TenantTx<'_>,
    party: &Party,
    id: ChannelId,
    title: &str,
) -> QueryResult<Option<Channel>> {
    let (creator, now) = (tx.actor().member_id(), tx.now());
    diesel::insert_into(channels::table)
        .values((
            channels::id.eq(id),
            channels::type_.eq(ChannelType::Direct),
            channels::title.eq(title),
            channels::direct_key.eq(party.key()),
            channels::join_rule.eq(JoinRule::Invitation),
            channels::history_rule.eq(HistoryRule::Everything),
            channels::created_by.eq(creator),
            channels::created_at.eq(now),
            channels::changed_at.eq(now),
        ))
        .on_conflict((channels::org_id, channels::direct_key))
        .do_nothing()
        .returning(Channel::as_returning())
        .get_result(tx.conn())
        .optional()
}

/// Whether a conversation is the one of two people.
pub fn is_one_to_one(tx: &mut TenantTx<'_>, channel: ChannelId) -> QueryResult<bool> {
    let pair = channels::table
        .filter(channels::id.eq(channel))
        .filter(channels::direct_key.is_not_null())
        .filter(channels::member_count.le(2));
    diesel::select(diesel::dsl::exists(pair)).get_result(tx.conn())
}

/// A conversation somebody left is no longer the one of exactly those people: beginning anew makes a new one.
pub fn forget_key(tx: &mut TenantTx<'_>, removal: &Removal<'_>) -> QueryResult<()> {
    diesel::update(channels::table.filter(channels::id.eq(removal.channel().id)))
        .set(channels::direct_key.eq(None::<Vec<u8>>))
        .execute(tx.conn())
        .map(|_| ())
}

/// Names a conversation that has no name.
pub fn name(tx: &mut TenantTx<'_>, channel: &Channel, title: &str) -> QueryResult<()> {
    diesel::update(
        channels::table
            .filter(channels::id.eq(channel.id))
            .filter(channels::title.eq("")),
    )
    .set(channels::title.eq(title))
    .execute(tx.conn())
    .map(|_| ())
}

//! What people do with channels. Each is one transaction and one story.

use crate::domains::channels::events::{
    ChannelArchived, ChannelChanged, ChannelCreated, ChannelRenamed, ChannelUnarchived,
};
use crate::domains::channels::model::{Channel, ChannelType, JoinRule, NotifyLevel, Place};
use crate::domains::channels::queries as channel_queries;
use crate::domains::tenancy;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ChannelId, MemberId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::belonging::{self, standing};
use super::model::{Mute, NewChannel, Settings, Standing, type_for};
use super::policy::{self, Conversation, Managed, OtherOwners};
use super::{direct, queries};

/// Makes a channel. Who makes it owns it; when it follows its context, everyone there is in it from the start.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown context or owner; as [`policy::may_create`].
pub fn create(tx: &mut TenantTx<'_>, new: &NewChannel) -> Result<Channel, AppError> {
    let context = tenancy::context(tx, new.context)?;
    let me = tx.actor().member_id();
    let standing = match me {
        Some(me) => standing(tx, me, Some(context.id))?,
        None => Standing::Outside,
    };
    let proof = policy::may_create(tx.actor(), &context, standing)?;
    queries::lock_context(tx, context.id)?;
    let (id, owner) = (tx.new_id(), me.or(new.owner));
    let channel = queries::insert_channel(tx, &proof, id, type_for(context.kind), &new.settings, owner)?;
    tx.emit(&ChannelCreated {
        channel: id,
        channel_type: channel.kind,
        context: Some(context.id),
    })?;
    let entry = Entry::of("channels.channel.created", "channel", id);
    tx.audit(entry.after(serde_json::json!({ "title": channel.title, "context": context.id })))?;
    let candidates = match channel.join_rule {
        JoinRule::Context => belonging::candidates_of(tx, context.id)?,
        JoinRule::Open | JoinRule::Invitation => Vec::new(),
    };
    belonging::let_in(tx, &policy::found(&channel, owner, &candidates))?;
    Ok(queries::channel(tx, id)?)
}

/// The acting member's place in a channel with how they stand to its context.
///
/// # Errors
/// [`AppError::NotFound`] outside the channel.
pub fn my_place(tx: &mut TenantTx<'_>, channel: ChannelId) -> Result<(Place, Standing), AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    let me = tx.my_id()?;
    let standing = standing(tx, me, place.channel.context_id)?;
    Ok((place, standing))
}

/// Changes what is set about a channel. `mark` is that of the settings the form was made from.
///
/// # Errors
/// As [`policy::may_change`]; [`AppError::Invalid`] at `mark` when somebody else was faster.
pub fn change(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    mark: &str,
    settings: &Settings,
) -> Result<(), AppError> {
    let (place, standing) = my_place(tx, channel)?;
    if let Some(context) = place.channel.context_id {
        queries::lock_context(tx, context)?;
    }
    channel_queries::touch(tx, channel)?;
    // Read again: the row is locked now, so nobody changes it between this look and the write.
    let place = Place {
        channel: queries::channel(tx, channel)?,
        ..place
    };
    let me = tx.me()?;
    let managed = policy::may_change(me, &place, standing)?;
    let before = Settings::of(&place.channel);
    if before.mark() != mark {
        return Err(AppError::field(
            "mark",
            "Somebody changed these settings while you were editing. Compare yours with them and save again.",
        ));
    }
    let after = match place.channel.kind {
        ChannelType::Direct => Settings {
            title: settings.title.clone(),
            ..before.clone()
        },
        _ => settings.clone(),
    };
    if before == after {
        return Ok(());
    }
    queries::set(tx, &managed, &after)?;
    settle_join_rule(tx, &managed, &before, &after)?;
    tell_of_change(tx, channel, &before, &after)
}

/// A channel that begins to follow its context takes everyone of it in; one that stops lets everyone stay.
fn settle_join_rule(
    tx: &mut TenantTx<'_>,
    managed: &Managed<'_>,
    before: &Settings,
    after: &Settings,
) -> Result<(), AppError> {
    let channel = &managed.place().channel;
    match (before.join_rule, after.join_rule, channel.context_id) {
        (JoinRule::Open | JoinRule::Invitation, JoinRule::Context, Some(context)) => {
            let candidates = belonging::candidates_of(tx, context)?;
            belonging::let_in(tx, &policy::following(channel, &candidates)).map(|_| ())
        }
        (JoinRule::Context, JoinRule::Open | JoinRule::Invitation, _) => {
            queries::stop_following(tx, managed)?;
            Ok(())
        }
        _ => Ok(()),
    }
}

fn tell_of_change(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    before: &Settings,
    after: &Settings,
) -> Result<(), AppError> {
    if before.title != after.title {
        tx.emit(&ChannelRenamed { channel })?;
    }
    tx.emit(&ChannelChanged { channel })?;
    let entry = Entry::of("channels.channel.changed", "channel", channel);
    tx.audit(entry.before(in_words(before)).after(in_words(after)))
}

fn in_words(settings: &Settings) -> serde_json::Value {
    serde_json::json!({
        "title": settings.title,
        "description": settings.description,
        "post_policy": settings.post_policy,
        "join_rule": settings.join_rule,
        "history_rule": settings.history_rule,
    })
}

/// Whether a channel is to be archived or opened again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Archiving {
    /// Archive it.
    Archive,
    /// Open it again.
    Reopen,
}

/// Archives a channel, or opens it again.
///
/// # Errors
/// As [`policy::may_archive`] and [`policy::may_unarchive`].
pub fn set_archived(tx: &mut TenantTx<'_>, channel: ChannelId, archiving: Archiving) -> Result<(), AppError> {
    let (place, standing) = my_place(tx, channel)?;
    let me = tx.me()?;
    match archiving {
        Archiving::Archive => {
            let managed = policy::may_archive(me, &place, standing)?;
            queries::archive(tx, &managed)?;
        }
        Archiving::Reopen => {
            let context = tenancy::context(tx, place.channel.context_id.ok_or(AppError::NotFound)?)?;
            let managed = policy::may_unarchive(me, &place, standing, &context)?;
            queries::unarchive(tx, &managed)?;
        }
    }
    tell_of_archiving(tx, channel, archiving)
}

/// Moves the revision and tells that a channel was archived or opened again.
///
/// # Errors
/// When the channel is gone.
pub fn tell_of_archiving(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    archiving: Archiving,
) -> Result<(), AppError> {
    channel_queries::touch(tx, channel)?;
    match archiving {
        Archiving::Archive => {
            tx.emit(&ChannelArchived { channel })?;
            tx.audit(Entry::of("channels.channel.archived", "channel", channel))
        }
        Archiving::Reopen => {
            tx.emit(&ChannelUnarchived { channel })?;
            tx.audit(Entry::of("channels.channel.unarchived", "channel", channel))
        }
    }
}

/// Joins a channel one may come into by oneself.
///
/// # Errors
/// As [`policy::may_join`]: what one may not join, one does not see.
pub fn join(tx: &mut TenantTx<'_>, channel: ChannelId) -> Result<(), AppError> {
    let me = tx.me()?;
    let channel = queries::channel(tx, channel)?;
    if !channel_queries::those_inside(tx, channel.id, &[me.member])?.is_empty() {
        return Ok(());
    }
    let standing = standing(tx, me.member, channel.context_id)?;
    belonging::let_in(tx, &policy::may_join(me, &channel, standing)?)?;
    Ok(())
}

/// Leaves a channel or a group conversation.
///
/// # Errors
/// As [`policy::may_leave`].
pub fn leave(tx: &mut TenantTx<'_>, channel: ChannelId) -> Result<(), AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    channel_queries::touch(tx, channel)?;
    let conversation = conversation(tx, &place)?;
    let others = other_owners(tx, channel, place.membership.member_id)?;
    let removal = policy::may_leave(&place, conversation, others)?;
    if conversation == Conversation::Group {
        direct::queries::forget_key(tx, &removal)?;
    }
    belonging::put_out(tx, &removal)?;
    Ok(())
}

/// What a place is, for leaving it.
///
/// # Errors
/// When the database fails.
pub fn conversation(tx: &mut TenantTx<'_>, place: &Place) -> Result<Conversation, AppError> {
    if place.channel.kind != ChannelType::Direct {
        return Ok(Conversation::Channel);
    }
    let one_to_one = direct::queries::is_one_to_one(tx, place.channel.id)?;
    Ok(if one_to_one {
        Conversation::OneToOne
    } else {
        Conversation::Group
    })
}

/// Whether a channel has owners beside this member.
///
/// # Errors
/// When the database fails.
pub fn other_owners(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    member: MemberId,
) -> Result<OtherOwners, AppError> {
    match queries::other_owners(tx, channel, member)? {
        0 => Ok(OtherOwners::None),
        _ => Ok(OtherOwners::Some),
    }
}

/// Sets what a channel may call the acting member's attention for.
///
/// # Errors
/// [`AppError::NotFound`] outside the channel.
pub fn set_notifications(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    level: NotifyLevel,
    mute: Mute,
) -> Result<(), AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    let me = tx.me()?;
    let until = mute.until(place.membership.muted_until, tx.now(), me.zone);
    Ok(queries::set_notifications(tx, me.member, channel, level, until)?)
}

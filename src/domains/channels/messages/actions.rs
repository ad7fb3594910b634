//! What people do with messages that are there. Each is one transaction and one story; `posting` makes new ones.

use crate::domains::channels::events::{MessageDeleted, MessageEdited, MessageMentioned, MessagePinned};
use crate::domains::channels::model::Place;
use crate::domains::channels::{attachments, broadcasts, policy, queries as channel_queries};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{ChannelId, MemberId, MessageId};
use crate::kernel::markup::{self, Rendered};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::model::{Message, NewText};
use super::queries;
use super::text::{ask_about_everyone, check_words, found, named_in, rendered};

/// Different emoji on one message.
const MOST_REACTIONS: i64 = 20;

/// A message under its channel's row lock, as it is now: whatever was decided about it before has been committed.
struct Held {
    place: Place,
    message: Message,
    /// The revision of the change that follows.
    rev: i64,
}

/// Takes the channel's lock, then reads place and message. Who does not see the message neither takes the lock nor learns of it.
fn hold(tx: &mut TenantTx<'_>, channel: ChannelId, id: MessageId) -> Result<Held, AppError> {
    seen(tx, channel, id)?;
    let rev = channel_queries::touch(tx, channel)?;
    let (place, message) = seen(tx, channel, id)?;
    Ok(Held { place, message, rev })
}

fn seen(tx: &mut TenantTx<'_>, channel: ChannelId, id: MessageId) -> Result<(Place, Message), AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    let message = queries::by_id(tx, channel, id, place.membership.visible_from_seq)?;
    Ok((place, message))
}

/// Changes the text; people newly mentioned are called, others not again.
///
/// # Errors
/// As [`policy::may_edit`]; [`AppError::Invalid`] for an empty or over-long text, an unconfirmed `@channel` that was not there
/// before, or when the message was changed since this text was begun.
pub fn edit(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    id: MessageId,
    new: &NewText,
) -> Result<Message, AppError> {
    let Held { place, message, rev } = hold(tx, channel, id)?;
    let proof = policy::may_edit(tx.me()?, &place, &message, tx.now())?;
    if queries::source(tx, channel, message.seq)? == new.body {
        return Ok(message);
    }
    let rendered = rendered(tx, channel, &new.body)?;
    let versions = queries::versions(tx, channel, message.seq)?;
    if new.version.is_some_and(|version| version != versions) {
        return Err(AppError::field(
            "body",
            "The message was changed meanwhile, in another window. To write over that change, save again.",
        ));
    }
    check_edit(tx, &place, &message, new, &rendered)?;
    queries::rewrite(tx, &proof, channel, &new.body, &rendered, rev)?;
    let newly = renew_mentions(tx, channel, &message, &rendered)?;
    tell_of_edit(tx, channel, &message, newly, rendered.mentions_channel)?;
    queries::by_id(tx, channel, id, 0)
}

fn check_edit(
    tx: &mut TenantTx<'_>,
    place: &Place,
    message: &Message,
    new: &NewText,
    rendered: &Rendered,
) -> Result<(), AppError> {
    let mut errors = FieldErrors::default();
    check_words(&mut errors, &new.body, rendered, !message.has_attachment);
    if rendered.mentions_channel && !message.mentions_all && !new.everyone_confirmed {
        ask_about_everyone(tx, place, &mut errors)?;
    }
    found(errors)
}

/// Notes whom the text calls by name now; answers who was not called before.
fn renew_mentions(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    message: &Message,
    rendered: &Rendered,
) -> Result<Vec<MemberId>, AppError> {
    let before = queries::clear_mentions(tx, channel, message.seq)?;
    let mut named = named_in(rendered, message.author_id);
    if !rendered.mentions_channel {
        queries::note_mentions(tx, channel, message.seq, &named)?;
    }
    // Whoever was called with everyone is not called again by name.
    named.retain(|member| !message.mentions_all && !before.contains(member));
    Ok(named)
}

fn tell_of_edit(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    message: &Message,
    newly: Vec<MemberId>,
    calls_everyone: bool,
) -> Result<(), AppError> {
    let (id, everyone) = (message.id, calls_everyone && !message.mentions_all);
    if everyone || !newly.is_empty() {
        tx.emit(&MessageMentioned {
            message: id,
            channel,
            members: newly,
            everyone,
        })?;
    }
    tx.emit(&MessageEdited { message: id, channel })?;
    tx.audit(
        Entry::of("channels.message.edited", "message", id).after(serde_json::json!({ "channel": channel })),
    )
}

/// Deletes a message: a tombstone stays in its place. Moderators give a reason, which people can read.
///
/// # Errors
/// As [`policy::may_delete`]; [`AppError::Invalid`] when a moderator gives no reason; [`AppError::Conflict`] under legal hold.
pub fn delete(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    id: MessageId,
    reason: &str,
) -> Result<Message, AppError> {
    let Held { place, message, rev } = hold(tx, channel, id)?;
    let proof = policy::may_delete(tx.me()?, &place, &message)?;
    let reason = reason.trim();
    if proof.as_moderator && (reason.is_empty() || reason.chars().count() > 300) {
        return Err(AppError::field(
            "reason",
            "Say in up to 300 characters why you remove it. Everyone in the channel can read the reason.",
        ));
    }
    let by_moderator = proof.as_moderator;
    queries::bury(tx, &proof, channel, Some(reason).filter(|_| by_moderator), rev)?;
    attachments::forget(tx, channel, &[message.seq])?;
    if let Some(broadcast) = message.broadcast_id {
        broadcasts::note_removal(tx, broadcast, channel, reason)?;
    }
    tx.emit(&MessageDeleted {
        message: id,
        channel,
        by_moderator,
    })?;
    let how = serde_json::json!({ "channel": channel, "by_moderator": by_moderator, "reason": reason });
    tx.audit(Entry::of("channels.message.deleted", "message", id).after(how))?;
    queries::by_id(tx, channel, id, 0)
}

/// Gives or takes back a reaction.
///
/// # Errors
/// [`AppError::Invalid`] for what is not one emoji, or a twenty-first kind; [`AppError::Conflict`] on deleted messages.
pub fn react(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    id: MessageId,
    emoji: &str,
) -> Result<Message, AppError> {
    let emoji =
        markup::single_emoji(emoji.trim()).ok_or_else(|| AppError::field("emoji", "Choose one emoji."))?;
    let Held { place, message, rev } = hold(tx, channel, id)?;
    let proof = policy::may_react(&place, &message)?;
    let me = tx.my_id()?;
    if queries::toggle_reaction(tx, &proof, message.seq, me, emoji)?
        && queries::distinct_reactions(tx, channel, message.seq)? > MOST_REACTIONS
    {
        return Err(AppError::field(
            "emoji",
            "This message already has twenty kinds of reactions.",
        ));
    }
    queries::stamp(tx, channel, message.seq, rev)?;
    queries::by_id(tx, channel, id, 0)
}

/// Whether a message is to be pinned or unpinned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pin {
    /// Pin it.
    On,
    /// Unpin it.
    Off,
}

/// Pins or unpins a message.
///
/// # Errors
/// As [`policy::may_pin`].
pub fn pin(tx: &mut TenantTx<'_>, channel: ChannelId, id: MessageId, pin: Pin) -> Result<Message, AppError> {
    let Held { place, message, rev } = hold(tx, channel, id)?;
    let proof = policy::may_pin(tx.me()?, &place, &message)?;
    queries::set_pinned(tx, &proof, message.seq, pin == Pin::On, rev)?;
    tx.emit(&MessagePinned {
        message: id,
        channel,
        pinned: pin == Pin::On,
    })?;
    tx.audit(
        Entry::of("channels.message.pinned", "message", id)
            .after(serde_json::json!({ "channel": channel, "pinned": pin == Pin::On })),
    )?;
    queries::by_id(tx, channel, id, 0)
}

/// Keeps what was typed and not sent.
///
/// # Errors
/// [`AppError::NotFound`] outside the channel; [`AppError::Invalid`] when it is too long.
pub fn keep_draft(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    body: &str,
    reply_to: Option<i64>,
) -> Result<(), AppError> {
    channel_queries::my_place(tx, channel)?;
    markup::check_length(body).map_err(|problem| AppError::field("body", problem.to_string()))?;
    let me = tx.my_id()?;
    Ok(queries::keep_draft(
        tx,
        channel,
        me,
        &body.replace('\0', ""),
        reply_to,
    )?)
}

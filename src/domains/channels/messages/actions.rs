//! What people do with messages. Each is one transaction and one story.

use std::collections::HashMap;

use crate::domains::channels::events::{
    ChallengeMessage, MessageCreated, MessageDeleted, MessageEdited, MessageMentioned, MessagePinned,
};
use crate::domains::channels::model::{ChannelType, Place};
use crate::domains::channels::{attachments, policy, queries as channel_queries};
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{ChannelId, MemberId, MessageId};
use crate::kernel::markup::{self, MentionResolver, Rendered, ResolvedMention};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::model::{Message, NewMessage};
use super::queries;

/// Above this many people `@channel` asks first.
const EVERYONE_UNASKED: i64 = 5;
/// Different emoji on one message.
const MOST_REACTIONS: i64 = 20;

/// People of a channel by handle: only they can be mentioned in it.
struct ChannelNames(HashMap<String, MemberCard>);

impl MentionResolver for ChannelNames {
    fn resolve(&self, handle: &str) -> Option<ResolvedMention> {
        self.0.get(handle).map(|card| ResolvedMention {
            member_id: card.id.0,
            display_name: card.name.clone(),
        })
    }
}

/// Renders a text with the mentions that are possible in this channel.
fn rendered(tx: &mut TenantTx<'_>, channel: ChannelId, body: &str) -> Result<Rendered, AppError> {
    let handles = markup::handles_in(body);
    let mut names = HashMap::new();
    if !handles.is_empty() {
        let found = tenancy::find_by_handles(tx, &handles)?;
        let inside = channel_queries::those_inside(
            tx,
            channel,
            &found.iter().map(|card| card.id).collect::<Vec<_>>(),
        )?;
        names = found
            .into_iter()
            .filter(|card| inside.contains(&card.id))
            .map(|card| (card.handle.clone(), card))
            .collect();
    }
    Ok(markup::render(body, &ChannelNames(names)))
}

/// Posts a message, once: a repeated id answers the message that is there.
///
/// # Errors
/// [`AppError::NotFound`] outside the channel; refusals of [`policy::may_post`]; [`AppError::Invalid`] for an empty or
/// over-long text, an unknown reply or file, or an unconfirmed `@channel`; [`AppError::Conflict`] for an id used elsewhere.
pub fn post(tx: &mut TenantTx<'_>, channel: ChannelId, new: &NewMessage) -> Result<Message, AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    let (me, now) = (tx.me()?, tx.now());
    queries::lock_id(tx, new.id)?;
    if let Some(first) = already_posted(tx, channel, new.id, me.member)? {
        return Ok(first);
    }
    let proof = policy::may_post(me, &place, now)?;
    let rendered = rendered(tx, channel, &new.body)?;
    check(tx, &place, new, &rendered)?;
    let named: Vec<MemberId> = rendered
        .mentions
        .iter()
        .map(|target| MemberId(target.member_id))
        .filter(|member| *member != me.member)
        .collect();
    tell_of_post(tx, &place, new.id, me.member, &named, rendered.mentions_channel)?;
    let at = queries::advance(tx, &proof)?;
    queries::insert(tx, &proof, new, &rendered, at)?;
    if !rendered.mentions_channel && !named.is_empty() {
        queries::note_mentions(tx, channel, at.0, &named)?;
    }
    if !new.attachments.is_empty()
        && queries::attach(tx, channel, at.0, me.member, &new.attachments)? != new.attachments.len()
    {
        return Err(AppError::field(
            "files",
            "One of the files is no longer there. Attach it again.",
        ));
    }
    queries::forget_draft(tx, channel, me.member)?;
    channel_queries::announce(tx, channel, at.1);
    queries::by_id(tx, channel, new.id, 0)
}

/// The message with this id when this author posted it here before.
fn already_posted(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    id: MessageId,
    author: MemberId,
) -> Result<Option<Message>, AppError> {
    match queries::posted_before(tx, id)? {
        None => Ok(None),
        Some((where_it_is, message)) if where_it_is == channel && message.author_id == author => {
            Ok(Some(message))
        }
        Some(_) => Err(AppError::Conflict(
            "This message id is already used for another message.".to_owned(),
        )),
    }
}

fn check(
    tx: &mut TenantTx<'_>,
    place: &Place,
    new: &NewMessage,
    rendered: &Rendered,
) -> Result<(), AppError> {
    let mut errors = FieldErrors::default();
    if let Err(problem) = markup::check_length(&new.body) {
        errors.add("body", problem.to_string());
    }
    if rendered.html.is_empty() && new.attachments.is_empty() {
        errors.add("body", "Write something or attach a file.");
    }
    if let Some(seq) = new.reply_to {
        let answered = queries::by_seqs(tx, place.channel.id, &[seq])?;
        if seq < place.membership.visible_from_seq || answered.is_empty() {
            errors.add("reply_to", "The message you answer is not there any more.");
        }
    }
    if rendered.mentions_channel && !new.everyone_confirmed {
        let others = channel_queries::member_count(tx, place.channel.id)? - 1;
        if others > EVERYONE_UNASKED {
            errors.add(
                "everyone",
                format!("@channel calls all {others} other people here. Confirm that you mean it."),
            );
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors.into())
    }
}

fn tell_of_post(
    tx: &mut TenantTx<'_>,
    place: &Place,
    message: MessageId,
    author: MemberId,
    named: &[MemberId],
    everyone: bool,
) -> Result<(), AppError> {
    let (channel, channel_type) = (place.channel.id, place.channel.kind);
    tx.emit(&MessageCreated {
        message,
        channel,
        channel_type,
        author,
    })?;
    if channel_type == ChannelType::Challenge {
        tx.emit(&ChallengeMessage { message, channel })?;
    }
    if everyone || !named.is_empty() {
        tx.emit(&MessageMentioned {
            message,
            channel,
            members: named.to_vec(),
            everyone,
        })?;
    }
    tx.audit(
        Entry::of("channels.message.posted", "message", message)
            .after(serde_json::json!({ "channel": channel })),
    )
}

/// Changes the text; people newly mentioned are called, others not again.
///
/// # Errors
/// As [`policy::may_edit`]; [`AppError::Invalid`] for an empty or over-long text.
pub fn edit(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    id: MessageId,
    body: &str,
) -> Result<Message, AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    let message = queries::by_id(tx, channel, id, place.membership.visible_from_seq)?;
    let proof = policy::may_edit(tx.me()?, &place, &message, tx.now())?;
    if queries::source(tx, channel, message.seq)? == body {
        return Ok(message);
    }
    let rendered = rendered(tx, channel, body)?;
    let new = NewMessage {
        id,
        body: body.to_owned(),
        reply_to: None,
        attachments: Vec::new(),
        everyone_confirmed: message.mentions_all,
    };
    if !message.has_attachment || markup::check_length(body).is_err() {
        check(tx, &place, &new, &rendered)?;
    }
    let rev = channel_queries::touch(tx, channel)?;
    queries::rewrite(tx, &proof, channel, body, &rendered, rev)?;
    let before = queries::clear_mentions(tx, channel, message.seq)?;
    let named: Vec<MemberId> = rendered
        .mentions
        .iter()
        .map(|target| MemberId(target.member_id))
        .filter(|member| *member != message.author_id)
        .collect();
    if !rendered.mentions_channel {
        queries::note_mentions(tx, channel, message.seq, &named)?;
    }
    let newly: Vec<MemberId> = named
        .into_iter()
        .filter(|member| !before.contains(member))
        .collect();
    if !newly.is_empty() {
        tx.emit(&MessageMentioned {
            message: id,
            channel,
            members: newly,
            everyone: false,
        })?;
    }
    tx.emit(&MessageEdited { message: id, channel })?;
    tx.audit(
        Entry::of("channels.message.edited", "message", id).after(serde_json::json!({ "channel": channel })),
    )?;
    queries::by_id(tx, channel, id, 0)
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
    let place = channel_queries::my_place(tx, channel)?;
    let message = queries::by_id(tx, channel, id, place.membership.visible_from_seq)?;
    let proof = policy::may_delete(tx.me()?, &place, &message)?;
    if place.channel.legal_hold {
        return Err(AppError::Conflict(
            "This channel is under a legal hold: nothing in it can be deleted.".to_owned(),
        ));
    }
    let reason = reason.trim();
    if proof.as_moderator && (reason.is_empty() || reason.chars().count() > 300) {
        return Err(AppError::field(
            "reason",
            "Say in up to 300 characters why you remove it. Everyone in the channel can read the reason.",
        ));
    }
    let rev = channel_queries::touch(tx, channel)?;
    let by_moderator = proof.as_moderator;
    queries::bury(tx, &proof, channel, Some(reason).filter(|_| by_moderator), rev)?;
    attachments::forget(tx, channel, &[message.seq])?;
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
    let place = channel_queries::my_place(tx, channel)?;
    let message = queries::by_id(tx, channel, id, place.membership.visible_from_seq)?;
    let proof = policy::may_react(&place)?;
    let emoji =
        markup::single_emoji(emoji.trim()).ok_or_else(|| AppError::field("emoji", "Choose one emoji."))?;
    if message.deleted_at.is_some() {
        return Err(AppError::Conflict("This message was deleted.".to_owned()));
    }
    let me = tx.my_id()?;
    let rev = channel_queries::touch(tx, channel)?;
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
    let place = channel_queries::my_place(tx, channel)?;
    let message = queries::by_id(tx, channel, id, place.membership.visible_from_seq)?;
    let proof = policy::may_pin(tx.me()?, &place)?;
    if message.deleted_at.is_some() {
        return Err(AppError::Conflict("This message was deleted.".to_owned()));
    }
    let rev = channel_queries::touch(tx, channel)?;
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

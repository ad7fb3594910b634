//! What people do with messages. Each is one transaction and one story.

use std::collections::HashMap;

use crate::domains::channels::events::{
    ChallengeMessage, MessageCreated, MessageDeleted, MessageEdited, MessageMentioned, MessagePinned,
};
use crate::domains::channels::model::{ChannelType, Place};
use crate::domains::channels::{attachments, broadcasts, policy, queries as channel_queries};
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{ChannelId, MemberId, MessageId};
use crate::kernel::markup::{self, MentionResolver, Rendered, ResolvedMention};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::model::{IdTaken, Message, NewMessage, NewText};
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
/// over-long text, an unknown reply or file, or an unconfirmed `@channel`; [`AppError::Conflict`] for an id used elsewhere, or
/// for other words when [`NewMessage::taken`] says so.
pub fn post(tx: &mut TenantTx<'_>, channel: ChannelId, new: &NewMessage) -> Result<Message, AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    let me = tx.me()?;
    let new = match first_of(tx, channel, new, me.member)? {
        First::Itself(new) => new,
        First::Posted(message) => return Ok(*message),
    };
    policy::may_post(me, &place, tx.now())?;
    let rendered = rendered(tx, channel, &new.body)?;
    check(tx, &place, &new, &rendered)?;
    let named = named_in(&rendered, me.member);
    // Before the channel's lock, which everyone who writes here waits for. All of it goes when the message does not stand.
    tell_of_post(tx, &place, new.id, me.member, &named, rendered.mentions_channel)?;
    queries::forget_draft(tx, channel, me.member)?;
    let (at, place) = lock_to_post(tx, channel)?;
    let proof = policy::may_post(me, &place, tx.now())?;
    let message = queries::insert(tx, &proof, &new, &rendered, at)?.ok_or_else(id_is_taken)?;
    if !rendered.mentions_channel && !named.is_empty() {
        queries::note_mentions(tx, channel, at.0, &named)?;
    }
    attach(tx, channel, &message, &new)?;
    channel_queries::announce(tx, channel, at.1);
    Ok(message)
}

/// Takes number and revision under the channel's row lock, and looks at the place again: being put out, an archive or a pause
/// that was committed meanwhile counts.
fn lock_to_post(tx: &mut TenantTx<'_>, channel: ChannelId) -> Result<((i64, i64), Place), AppError> {
    let at = queries::advance(tx, channel)?;
    Ok((at, channel_queries::my_place(tx, channel)?))
}

fn attach(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    message: &Message,
    new: &NewMessage,
) -> Result<(), AppError> {
    let files = &new.attachments;
    if !files.is_empty()
        && queries::attach(tx, channel, message.seq, message.author_id, files)? != files.len()
    {
        return Err(AppError::field(
            "files",
            "One of the files is no longer there. Attach it again.",
        ));
    }
    Ok(())
}

/// The people a text calls by name, without its author.
fn named_in(rendered: &Rendered, author: MemberId) -> Vec<MemberId> {
    let people = rendered.mentions.iter().map(|target| MemberId(target.member_id));
    people.filter(|member| *member != author).collect()
}

/// What a message's id says about it.
enum First {
    /// It was not posted before; this is what to post.
    Itself(NewMessage),
    /// It is there.
    Posted(Box<Message>),
}

/// Looks whether this very message was posted before. Requests with one id queue here, not behind the channel's lock.
fn first_of(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    new: &NewMessage,
    author: MemberId,
) -> Result<First, AppError> {
    queries::queue_behind_same_id(tx, new.id)?;
    let Some(first) = already_posted(tx, channel, new.id, author)? else {
        return Ok(First::Itself(new.clone()));
    };
    if says_the_same(tx, channel, &first, new)? {
        return Ok(First::Posted(Box::new(first)));
    }
    match new.taken {
        IdTaken::Refuse => Err(AppError::Conflict(
            "This message was already sent with other words. Send these as a new message.".to_owned(),
        )),
        IdTaken::PostAnew => {
            let anew = NewMessage {
                id: new.id_of_words(),
                taken: IdTaken::Refuse,
                ..new.clone()
            };
            first_of(tx, channel, &anew, author)
        }
    }
}

/// Whether what is to be posted is what was posted. Of a deleted message nothing is left to compare with.
fn says_the_same(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    first: &Message,
    new: &NewMessage,
) -> Result<bool, AppError> {
    if first.deleted_at.is_some() {
        return Ok(true);
    }
    let (body, files) = queries::as_posted(tx, channel, first.seq)?;
    let same_files = new.attachments.iter().all(|file| files.contains(file));
    Ok(body == new.body && first.reply_to_seq == new.reply_to && same_files)
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
        Some(_) => Err(id_is_taken()),
    }
}

fn id_is_taken() -> AppError {
    AppError::Conflict("This message id is already used for another message.".to_owned())
}

fn check(
    tx: &mut TenantTx<'_>,
    place: &Place,
    new: &NewMessage,
    rendered: &Rendered,
) -> Result<(), AppError> {
    let mut errors = FieldErrors::default();
    check_words(&mut errors, &new.body, rendered, new.attachments.is_empty());
    if let Some(seq) = new.reply_to {
        let answered = queries::by_seqs(tx, place.channel.id, &[seq])?;
        if seq < place.membership.visible_from_seq || answered.is_empty() {
            errors.add("reply_to", "The message you answer is not there any more.");
        }
    }
    if rendered.mentions_channel && !new.everyone_confirmed {
        ask_about_everyone(tx, place, &mut errors)?;
    }
    found(errors)
}

fn check_words(errors: &mut FieldErrors, body: &str, rendered: &Rendered, nothing_else: bool) {
    if let Err(problem) = markup::check_length(body) {
        errors.add("body", problem.to_string());
    }
    if rendered.html.is_empty() && nothing_else {
        errors.add("body", "Write something or attach a file.");
    }
}

/// `@channel` asks first where it calls more than a handful.
fn ask_about_everyone(
    tx: &mut TenantTx<'_>,
    place: &Place,
    errors: &mut FieldErrors,
) -> Result<(), AppError> {
    let others = channel_queries::member_count(tx, place.channel.id)? - 1;
    if others > EVERYONE_UNASKED {
        errors.add(
            "everyone",
            format!("@channel calls all {others} other people here. Confirm that you mean it."),
        );
    }
    Ok(())
}

fn found(errors: FieldErrors) -> Result<(), AppError> {
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
/// As [`policy::may_edit`]; [`AppError::Invalid`] for an empty or over-long text, or an unconfirmed `@channel` that was not
/// there before.
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

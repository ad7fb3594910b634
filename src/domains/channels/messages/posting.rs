//! Posting a message, once.

use chrono::{DateTime, Utc};

use crate::domains::channels::events::{ChallengeMessage, MessageCreated, MessageMentioned};
use crate::domains::channels::model::{ChannelType, Place};
use crate::domains::channels::{policy, queries as channel_queries};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{ChannelId, MemberId, MessageId};
use crate::kernel::markup::Rendered;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::model::{IdTaken, Message, NewMessage};
use super::queries;
use super::text::{ask_about_everyone, check_words, found, named_in, rendered};

/// A posted message.
pub enum Said {
    /// Written just now.
    Now(Box<Fresh>),
    /// It was there before.
    Before(Message),
}

impl Said {
    /// The message, whenever it was posted.
    pub fn message(&self) -> &Message {
        match self {
            Self::Now(fresh) => &fresh.message,
            Self::Before(message) => message,
        }
    }
}

/// A message written just now, with what its row is drawn from.
pub struct Fresh {
    /// The message.
    pub message: Message,
    /// Its author's place in the channel.
    pub place: Place,
    /// Who wrote the message before it, and when.
    pub before: Option<(MemberId, DateTime<Utc>)>,
}

/// Posts a message, once: a repeated id answers the message that is there.
///
/// # Errors
/// [`AppError::NotFound`] outside the channel; refusals of [`policy::may_post`]; [`AppError::Invalid`] for an empty or
/// over-long text, an unknown reply or file, or an unconfirmed `@channel`; [`AppError::Conflict`] for an id used elsewhere, or
/// for other words when [`NewMessage::taken`] says so.
pub fn post(tx: &mut TenantTx<'_>, channel: ChannelId, new: &NewMessage) -> Result<Said, AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    let me = tx.me()?;
    let new = match first_of(tx, channel, new, me.member)? {
        First::Itself(new) => new,
        First::Posted(message) => return Ok(Said::Before(*message)),
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
    let (message, author, written) =
        queries::insert(tx, &proof, &new, &rendered, at)?.ok_or_else(id_is_taken)?;
    if !rendered.mentions_channel && !named.is_empty() {
        queries::note_mentions(tx, channel, at.0, &named)?;
    }
    attach(tx, channel, &message, &new)?;
    channel_queries::announce(tx, channel, at.1);
    Ok(Said::Now(Box::new(Fresh {
        message,
        place,
        before: author.zip(written),
    })))
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

//! Messages in SQL.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Timestamptz, Uuid as SqlUuid};

use crate::domains::channels::model::Channel;
use crate::kernel::error::AppError;
use crate::kernel::ids::{AttachmentId, ChannelId, MemberId, MessageId};
use crate::kernel::markup::Rendered;
use crate::platform::db::schema::{
    attachments, channels, drafts, hidden_messages, mentions, message_edits, messages, reactions,
};
use crate::platform::db::{TenantTx, kept, statement};

use crate::domains::channels::policy::{Deletable, Editable, Postable, Reactable};

use super::model::{Attachment, Message, NewMessage, Reaction};

/// Messages on one page: more than two screens, and with everything around them within 40 kB.
pub const PAGE: i64 = 30;
/// Changes carried by one delta before the pane is drawn anew.
pub const DELTA: i64 = 100;

/// A message of a channel by its public id, from `visible_from` on.
///
/// # Errors
/// [`AppError::NotFound`] when it is not there or may not be seen.
pub fn by_id(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    id: MessageId,
    visible_from: i64,
) -> Result<Message, AppError> {
    let found = Message::query()
        .filter(messages::id.eq(id))
        .filter(messages::channel_id.eq(channel))
        .filter(messages::seq.ge(visible_from))
        .first(tx.conn());
    Ok(found?)
}

/// A message wherever it is, with its channel, by its public id.
pub fn posted_before(tx: &mut TenantTx<'_>, id: MessageId) -> QueryResult<Option<(ChannelId, Message)>> {
    messages::table
        .filter(messages::id.eq(id))
        .select((messages::channel_id, Message::as_select()))
        .first(tx.conn())
        .optional()
}

/// Messages by number, for quotes.
pub fn by_seqs(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    seqs: &[i64],
) -> QueryResult<Vec<(Message, String)>> {
    messages::table
        .filter(messages::channel_id.eq(channel))
        .filter(messages::seq.eq_any(seqs))
        .select((Message::as_select(), messages::body_text))
        .load(tx.conn())
}

/// The newest page at or below `upto` (all when none), oldest first.
pub fn page_before(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    visible_from: i64,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Message>> {
    let mut query = Message::query()
        .filter(messages::channel_id.eq(channel))
        .filter(messages::seq.ge(visible_from))
        .order(messages::seq.desc())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(messages::seq.lt(before));
    }
    let mut page: Vec<Message> = query.load(tx.conn())?;
    page.reverse();
    Ok(page)
}

/// The page that follows `from` (inclusive), oldest first.
pub fn page_from(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    visible_from: i64,
    from: i64,
    limit: i64,
) -> QueryResult<Vec<Message>> {
    Message::query()
        .filter(messages::channel_id.eq(channel))
        .filter(messages::seq.ge(from.max(visible_from)))
        .order(messages::seq)
        .limit(limit)
        .load(tx.conn())
}

/// What changed after revision `rev`, by revision; one more than [`DELTA`] when there is more.
pub fn changed_since(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    visible_from: i64,
    rev: i64,
) -> QueryResult<Vec<Message>> {
    Message::query()
        .filter(messages::channel_id.eq(channel))
        .filter(messages::rev.gt(rev))
        .filter(messages::seq.ge(visible_from))
        .order(messages::rev)
        .limit(DELTA + 1)
        .load(tx.conn())
}

/// Pinned messages, the newest pin first.
pub fn pinned(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    visible_from: i64,
) -> QueryResult<Vec<(Message, String)>> {
    messages::table
        .filter(messages::channel_id.eq(channel))
        .filter(messages::pinned_at.is_not_null())
        .filter(messages::deleted_at.is_null())
        .filter(messages::seq.ge(visible_from))
        .order(messages::pinned_at.desc())
        .limit(50)
        .select((Message::as_select(), messages::body_text))
        .load(tx.conn())
}

/// Reactions of several messages, by number.
pub fn reactions_of(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    seqs: &[i64],
) -> QueryResult<HashMap<i64, Vec<Reaction>>> {
    let rows: Vec<(i64, String, MemberId)> = reactions::table
        .filter(reactions::channel_id.eq(channel))
        .filter(reactions::seq.eq_any(seqs))
        .order((reactions::seq, reactions::at, reactions::member_id))
        .select((reactions::seq, reactions::emoji, reactions::member_id))
        .load(tx.conn())?;
    let mut by_seq: HashMap<i64, Vec<Reaction>> = HashMap::new();
    for (seq, emoji, member) in rows {
        let list = by_seq.entry(seq).or_default();
        match list.iter_mut().find(|reaction| reaction.emoji == emoji) {
            Some(reaction) => reaction.members.push(member),
            None => list.push(Reaction {
                emoji,
                members: vec![member],
            }),
        }
    }
    Ok(by_seq)
}

/// Files of several messages, by number.
pub fn attachments_of(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    seqs: &[i64],
) -> QueryResult<HashMap<i64, Vec<Attachment>>> {
    let rows: Vec<Attachment> = Attachment::query()
        .filter(attachments::channel_id.eq(channel))
        .filter(attachments::seq.eq_any(seqs.iter().map(|seq| Some(*seq)).collect::<Vec<_>>()))
        .order((attachments::seq, attachments::created_at, attachments::id))
        .load(tx.conn())?;
    let mut by_seq: HashMap<i64, Vec<Attachment>> = HashMap::new();
    for row in rows {
        by_seq.entry(row.seq.unwrap_or_default()).or_default().push(row);
    }
    Ok(by_seq)
}

/// Which of these messages the acting member is mentioned in by name.
pub fn naming_me(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    member: MemberId,
    seqs: &[i64],
) -> QueryResult<Vec<i64>> {
    mentions::table
        .filter(mentions::member_id.eq(member))
        .filter(mentions::channel_id.eq(channel))
        .filter(mentions::seq.eq_any(seqs))
        .select(mentions::seq)
        .load(tx.conn())
}

/// Which of these messages the acting member has hidden for themselves.
pub fn hidden_by(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    member: MemberId,
    seqs: &[i64],
) -> QueryResult<Vec<i64>> {
    hidden_messages::table
        .filter(hidden_messages::member_id.eq(member))
        .filter(hidden_messages::channel_id.eq(channel))
        .filter(hidden_messages::seq.eq_any(seqs))
        .select(hidden_messages::seq)
        .load(tx.conn())
}

/// A message and the newest that answer it, the newest first: what somebody who sees the channel from `visible_from` on sees of them.
pub fn thread(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    (root, visible_from): (i64, i64),
    limit: i64,
) -> QueryResult<Vec<Message>> {
    let first = messages::seq.nullable().eq(root);
    Message::query()
        .filter(messages::channel_id.eq(channel))
        .filter(messages::seq.ge(visible_from))
        .filter(messages::deleted_at.is_null())
        .filter(first.or(messages::reply_to_seq.eq(root)))
        .order(messages::seq.desc())
        .limit(limit)
        .load(tx.conn())
}

/// Lets requests with the same message id go one after the other, until commit. The lock of an id says nothing about channels.
#[expect(clippy::disallowed_methods, reason = "advisory locks have no typed form")]
pub fn queue_behind_same_id(tx: &mut TenantTx<'_>, id: MessageId) -> QueryResult<()> {
    statement("SELECT pg_advisory_xact_lock(hashtextextended('message ' || $1::text, 0))")
        .bind::<diesel::sql_types::Uuid, _>(id)
        .execute(tx.conn())
        .map(|_| ())
}

/// The text and the files a message was posted with, whatever it says now.
pub fn as_posted(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    seq: i64,
) -> QueryResult<(String, Vec<AttachmentId>)> {
    let first: Option<String> = message_edits::table
        .filter(message_edits::channel_id.eq(channel))
        .filter(message_edits::seq.eq(seq))
        .order(message_edits::version)
        .select(message_edits::body)
        .first(tx.conn())
        .optional()?;
    let body = match first {
        Some(body) => body,
        None => source(tx, channel, seq)?,
    };
    let files = attachments::table
        .filter(attachments::channel_id.eq(channel))
        .filter(attachments::seq.eq(seq))
        .select(attachments::id)
        .load(tx.conn())?;
    Ok((body, files))
}

/// Takes the next number and revision, under the channel's row lock, which is held until commit.
///
/// # Errors
/// When the channel is gone.
pub fn advance(tx: &mut TenantTx<'_>, channel: ChannelId) -> QueryResult<(i64, i64)> {
    let now = tx.now();
    kept(
        diesel::update(channels::table.filter(channels::id.eq(channel)))
            .set((
                channels::last_seq.eq(channels::last_seq + 1),
                channels::rev.eq(channels::rev + 1),
                channels::last_message_at.eq(now),
                channels::changed_at.eq(now),
            ))
            .returning((channels::last_seq, channels::rev)),
    )
    .get_result(tx.conn())
}

/// A message just written, and who wrote the one before it and when: under the channel's lock that is cheap to know.
pub type Inserted = (Message, Option<MemberId>, Option<DateTime<Utc>>);

/// Writes a message at the number and revision that [`advance`] took; none when one with this id is already there.
pub fn insert(
    tx: &mut TenantTx<'_>,
    place: &Postable<'_>,
    new: &NewMessage,
    rendered: &Rendered,
    at: (i64, i64),
) -> QueryResult<Option<Inserted>> {
    let (author, now) = (tx.actor().member_id(), tx.now());
    kept(
        diesel::insert_into(messages::table)
            .values((
                messages::channel_id.eq(place.place().channel.id),
                messages::seq.eq(at.0),
                messages::rev.eq(at.1),
                messages::id.eq(new.id),
                author.map(|author| messages::author_id.eq(author)),
                messages::body.eq(&new.body),
                messages::body_html.eq(&rendered.html),
                messages::body_text.eq(&rendered.text),
                messages::html_version.eq(rendered.version),
                messages::reply_to_seq.eq(new.reply_to),
                messages::mentions_all.eq(rendered.mentions_channel),
                messages::has_link.eq(!rendered.links.is_empty()),
                messages::has_attachment.eq(!new.attachments.is_empty()),
                messages::created_at.eq(now),
            ))
            .on_conflict((messages::org_id, messages::id))
            .do_nothing()
            .returning((
                Message::as_returning(),
                sql::<Nullable<SqlUuid>>(
                    "(SELECT b.author_id FROM messages b WHERE b.org_id = messages.org_id AND b.channel_id = messages.channel_id AND b.seq = messages.seq - 1)",
                ),
                sql::<Nullable<Timestamptz>>(
                    "(SELECT b.created_at FROM messages b WHERE b.org_id = messages.org_id AND b.channel_id = messages.channel_id AND b.seq = messages.seq - 1)",
                ),
            )),
    )
    .get_result(tx.conn())
    .optional()
}

/// Notes who is mentioned by name in a message; all must be in the channel.
pub fn note_mentions(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    seq: i64,
    members: &[MemberId],
) -> QueryResult<()> {
    let rows: Vec<_> = members
        .iter()
        .map(|member| {
            (
                mentions::member_id.eq(*member),
                mentions::channel_id.eq(channel),
                mentions::seq.eq(seq),
            )
        })
        .collect();
    diesel::insert_into(mentions::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .map(|_| ())
}

/// Forgets who was mentioned in a message.
pub fn clear_mentions(tx: &mut TenantTx<'_>, channel: ChannelId, seq: i64) -> QueryResult<Vec<MemberId>> {
    diesel::delete(
        mentions::table
            .filter(mentions::channel_id.eq(channel))
            .filter(mentions::seq.eq(seq)),
    )
    .returning(mentions::member_id)
    .get_results(tx.conn())
}

/// Hangs uploaded files of the sender onto a message; answers how many were found.
pub fn attach(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    seq: i64,
    author: MemberId,
    files: &[AttachmentId],
) -> QueryResult<usize> {
    let waiting = attachments::table
        .filter(attachments::id.eq_any(files))
        .filter(attachments::channel_id.eq(channel))
        .filter(attachments::uploaded_by.eq(author))
        .filter(attachments::seq.is_null());
    diesel::update(waiting)
        .set(attachments::seq.eq(seq))
        .execute(tx.conn())
}

/// The source text of a message.
pub fn source(tx: &mut TenantTx<'_>, channel: ChannelId, seq: i64) -> QueryResult<String> {
    messages::table
        .filter(messages::channel_id.eq(channel))
        .filter(messages::seq.eq(seq))
        .select(messages::body)
        .first(tx.conn())
}

/// How often a message was changed.
pub fn versions(tx: &mut TenantTx<'_>, channel: ChannelId, seq: i64) -> QueryResult<i64> {
    message_edits::table
        .filter(message_edits::channel_id.eq(channel))
        .filter(message_edits::seq.eq(seq))
        .count()
        .get_result(tx.conn())
}

/// Keeps the text as it was, then writes the new one.
pub fn rewrite(
    tx: &mut TenantTx<'_>,
    proof: &Editable<'_>,
    channel: ChannelId,
    body: &str,
    rendered: &Rendered,
    rev: i64,
) -> QueryResult<()> {
    let (seq, now, editor) = (proof.message().seq, tx.now(), tx.actor().member_id());
    let versions = versions(tx, channel, seq)?;
    let old: (String, String) = messages::table
        .filter(messages::channel_id.eq(channel))
        .filter(messages::seq.eq(seq))
        .select((messages::body, messages::body_html))
        .first(tx.conn())?;
    diesel::insert_into(message_edits::table)
        .values((
            message_edits::channel_id.eq(channel),
            message_edits::seq.eq(seq),
            message_edits::version.eq(i32::try_from(versions).unwrap_or(i32::MAX) + 1),
            message_edits::body.eq(old.0),
            message_edits::body_html.eq(old.1),
            editor.map(|editor| message_edits::edited_by.eq(editor)),
            message_edits::at.eq(now),
        ))
        .execute(tx.conn())?;
    diesel::update(standing(channel, seq))
        .set((
            messages::body.eq(body),
            messages::body_html.eq(&rendered.html),
            messages::body_text.eq(&rendered.text),
            messages::html_version.eq(rendered.version),
            messages::mentions_all.eq(rendered.mentions_channel),
            messages::has_link.eq(!rendered.links.is_empty()),
            messages::edited_at.eq(now),
            messages::rev.eq(rev),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Earlier texts of a message, the oldest first: HTML and the moment it was replaced.
pub fn history(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    seq: i64,
) -> QueryResult<Vec<(String, chrono::DateTime<chrono::Utc>)>> {
    message_edits::table
        .filter(message_edits::channel_id.eq(channel))
        .filter(message_edits::seq.eq(seq))
        .order(message_edits::version)
        .select((message_edits::body_html, message_edits::at))
        .load(tx.conn())
}

/// Turns a message into a tombstone: its text, earlier texts and reactions go, its number stays.
pub fn bury(
    tx: &mut TenantTx<'_>,
    proof: &Deletable<'_>,
    channel: ChannelId,
    reason: Option<&str>,
    rev: i64,
) -> QueryResult<()> {
    let (seq, now, by) = (proof.message().seq, tx.now(), tx.actor().member_id());
    diesel::delete(
        message_edits::table
            .filter(message_edits::channel_id.eq(channel))
            .filter(message_edits::seq.eq(seq)),
    )
    .execute(tx.conn())?;
    diesel::delete(
        reactions::table
            .filter(reactions::channel_id.eq(channel))
            .filter(reactions::seq.eq(seq)),
    )
    .execute(tx.conn())?;
    clear_mentions(tx, channel, seq)?;
    diesel::update(
        messages::table
            .filter(messages::channel_id.eq(channel))
            .filter(messages::seq.eq(seq)),
    )
    .set((
        messages::body.eq(""),
        messages::body_html.eq(""),
        messages::body_text.eq(""),
        messages::mentions_all.eq(false),
        messages::has_link.eq(false),
        messages::has_attachment.eq(false),
        messages::deleted_at.eq(now),
        messages::deleted_by.eq(by),
        messages::removal_reason.eq(reason),
        messages::pinned_at.eq(None::<chrono::DateTime<chrono::Utc>>),
        messages::rev.eq(rev),
    ))
    .execute(tx.conn())?;
    Ok(())
}

/// Stamps a message with a revision: something about it changed.
pub fn stamp(tx: &mut TenantTx<'_>, channel: ChannelId, seq: i64, rev: i64) -> QueryResult<()> {
    diesel::update(
        messages::table
            .filter(messages::channel_id.eq(channel))
            .filter(messages::seq.eq(seq)),
    )
    .set(messages::rev.eq(rev))
    .execute(tx.conn())
    .map(|_| ())
}

/// Gives or takes back a reaction; answers whether it is there now.
pub fn toggle_reaction(
    tx: &mut TenantTx<'_>,
    proof: &Reactable<'_>,
    seq: i64,
    member: MemberId,
    emoji: &str,
) -> QueryResult<bool> {
    use diesel::IntoSql;
    use diesel::sql_types::{Text, Timestamptz, Uuid};
    let (channel, now) = (proof.place().channel.id, tx.now());
    let mine = reactions::table
        .filter(reactions::channel_id.eq(channel))
        .filter(reactions::seq.eq(seq))
        .filter(reactions::member_id.eq(member))
        .filter(reactions::emoji.eq(emoji));
    if diesel::delete(mine).execute(tx.conn())? > 0 {
        return Ok(false);
    }
    let given = standing(channel, seq).select((
        messages::channel_id,
        messages::seq,
        member.into_sql::<Uuid>(),
        emoji.into_sql::<Text>(),
        now.into_sql::<Timestamptz>(),
    ));
    let columns = (
        reactions::channel_id,
        reactions::seq,
        reactions::member_id,
        reactions::emoji,
        reactions::at,
    );
    let given = given.insert_into(reactions::table).into_columns(columns);
    Ok(given.execute(tx.conn())? == 1)
}

/// A message while it stands: what is deleted stays as it is, whoever asks.
#[diesel::dsl::auto_type]
fn standing(channel: ChannelId, seq: i64) -> _ {
    messages::table
        .filter(messages::channel_id.eq(channel))
        .filter(messages::seq.eq(seq))
        .filter(messages::deleted_at.is_null())
}

/// How many different emoji a message carries.
pub fn distinct_reactions(tx: &mut TenantTx<'_>, channel: ChannelId, seq: i64) -> QueryResult<i64> {
    use diesel::dsl::count;
    let here = reactions::table
        .filter(reactions::channel_id.eq(channel))
        .filter(reactions::seq.eq(seq));
    here.select(count(reactions::emoji).aggregate_distinct())
        .first(tx.conn())
}

/// Pins or unpins.
pub fn set_pinned(
    tx: &mut TenantTx<'_>,
    proof: &Reactable<'_>,
    seq: i64,
    pinned: bool,
    rev: i64,
) -> QueryResult<()> {
    let (channel, now, by) = (proof.place().channel.id, tx.now(), tx.actor().member_id());
    diesel::update(standing(channel, seq))
        .set((
            messages::pinned_at.eq(pinned.then_some(now)),
            messages::pinned_by.eq(by.filter(|_| pinned)),
            messages::rev.eq(rev),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// The acting member's unsent text in a channel.
pub fn draft(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    member: MemberId,
) -> QueryResult<Option<(String, Option<i64>)>> {
    drafts::table
        .filter(drafts::member_id.eq(member))
        .filter(drafts::channel_id.eq(channel))
        .select((drafts::body, drafts::reply_to_seq))
        .first(tx.conn())
        .optional()
}

/// Keeps unsent text; an empty one is forgotten.
pub fn keep_draft(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    member: MemberId,
    body: &str,
    reply_to: Option<i64>,
) -> QueryResult<()> {
    if body.trim().is_empty() {
        return forget_draft(tx, channel, member);
    }
    let now = tx.now();
    diesel::insert_into(drafts::table)
        .values((
            drafts::member_id.eq(member),
            drafts::channel_id.eq(channel),
            drafts::body.eq(body),
            drafts::reply_to_seq.eq(reply_to),
            drafts::updated_at.eq(now),
        ))
        .on_conflict((drafts::org_id, drafts::member_id, drafts::channel_id))
        .do_update()
        .set((
            drafts::body.eq(body),
            drafts::reply_to_seq.eq(reply_to),
            drafts::updated_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Forgets unsent text.
pub fn forget_draft(tx: &mut TenantTx<'_>, channel: ChannelId, member: MemberId) -> QueryResult<()> {
    diesel::delete(
        drafts::table
            .filter(drafts::member_id.eq(member))
            .filter(drafts::channel_id.eq(channel)),
    )
    .execute(tx.conn())
    .map(|_| ())
}

/// The channel as it is now.
pub fn channel(tx: &mut TenantTx<'_>, id: ChannelId) -> QueryResult<Channel> {
    Channel::query().filter(channels::id.eq(id)).first(tx.conn())
}

/// Whether a member has ever written a message.
pub fn has_written(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        messages::table.filter(messages::author_id.eq(member)),
    ))
    .get_result(tx.conn())
}

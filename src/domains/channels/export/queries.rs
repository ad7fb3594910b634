//! What exports read, in batches by key.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::domains::channels::messages::model::Message;
use crate::domains::channels::messages::queries as messages_queries;
use crate::domains::channels::model::{ChannelRole, ChannelType, NotifyLevel};
use crate::domains::channels::moderation::model::{ReportOutcome, ReportReason};
use crate::domains::tenancy::model::MemberState;
use crate::kernel::actor::Role;
use crate::kernel::ids::{ChannelId, JobId, MemberId, MessageId, UserId};
use crate::platform::db::schema::{
    channel_memberships, channels, jobs, member_roles, members, message_edits, message_reports, messages,
    organizations, reactions, sessions, users,
};
use crate::platform::db::{SystemTx, TenantTx};
use crate::platform::jobs::{JobState, Status};

use super::model::{EarlierText, KEPT, KIND};

/// Rows read in one transaction.
pub const BATCH: i64 = 1_000;

/// A message with its source text.
pub type Sourced = (ChannelId, Message, String);

/// The next messages of a channel after a number.
pub fn of_channel(tx: &mut TenantTx<'_>, channel: ChannelId, after: i64) -> QueryResult<Vec<Sourced>> {
    messages::table
        .filter(messages::channel_id.eq(channel))
        .filter(messages::seq.gt(after))
        .order(messages::seq)
        .limit(BATCH)
        .select((messages::channel_id, Message::as_select(), messages::body))
        .load(tx.conn())
}

/// The next messages of an author, channel by channel.
pub fn of_author(
    tx: &mut TenantTx<'_>,
    author: MemberId,
    after: Option<(ChannelId, i64)>,
) -> QueryResult<Vec<Sourced>> {
    let mut query = messages::table
        .filter(messages::author_id.eq(author))
        .order((messages::channel_id, messages::seq))
        .limit(BATCH)
        .select((messages::channel_id, Message::as_select(), messages::body))
        .into_boxed();
    if let Some((channel, seq)) = after {
        query = query.filter(
            messages::channel_id
                .gt(channel)
                .or(messages::channel_id.eq(channel).and(messages::seq.gt(seq))),
        );
    }
    query.load(tx.conn())
}

/// How many messages a channel has from a number on.
pub fn count_of_channel(tx: &mut TenantTx<'_>, channel: ChannelId, from: i64) -> QueryResult<i64> {
    messages::table
        .filter(messages::channel_id.eq(channel))
        .filter(messages::seq.ge(from))
        .count()
        .get_result(tx.conn())
}

/// How many messages an author has written.
pub fn count_of_author(tx: &mut TenantTx<'_>, author: MemberId) -> QueryResult<i64> {
    messages::table
        .filter(messages::author_id.eq(author))
        .count()
        .get_result(tx.conn())
}

/// Earlier texts of messages of one channel, by number, the oldest first.
pub fn earlier_texts(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    seqs: &[i64],
) -> QueryResult<HashMap<i64, Vec<EarlierText>>> {
    let rows: Vec<(i64, String, DateTime<Utc>)> = message_edits::table
        .filter(message_edits::channel_id.eq(channel))
        .filter(message_edits::seq.eq_any(seqs))
        .order((message_edits::seq, message_edits::version))
        .select((message_edits::seq, message_edits::body, message_edits::at))
        .load(tx.conn())?;
    let mut by_seq: HashMap<i64, Vec<EarlierText>> = HashMap::new();
    for (seq, text, replaced_at) in rows {
        by_seq
            .entry(seq)
            .or_default()
            .push(EarlierText { text, replaced_at });
    }
    Ok(by_seq)
}

/// What hangs on messages of one channel.
pub struct Hanging {
    /// Earlier texts.
    pub earlier: HashMap<i64, Vec<EarlierText>>,
    /// Reactions.
    pub reactions: HashMap<i64, Vec<crate::domains::channels::messages::model::Reaction>>,
    /// Files.
    pub attachments: HashMap<i64, Vec<crate::domains::channels::messages::model::Attachment>>,
}

/// Everything that hangs on messages of one channel.
pub fn hanging(tx: &mut TenantTx<'_>, channel: ChannelId, seqs: &[i64]) -> QueryResult<Hanging> {
    Ok(Hanging {
        earlier: earlier_texts(tx, channel, seqs)?,
        reactions: messages_queries::reactions_of(tx, channel, seqs)?,
        attachments: messages_queries::attachments_of(tx, channel, seqs)?,
    })
}

/// A channel, as exports name it.
#[derive(Queryable, Debug, Clone, Serialize)]
pub struct NamedChannel {
    /// Its id.
    pub id: ChannelId,
    /// Its kind.
    pub kind: ChannelType,
    /// Its title; empty for direct conversations.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was closed for writing.
    pub archived_at: Option<DateTime<Utc>>,
}

/// Channels by id.
pub fn named(tx: &mut TenantTx<'_>, ids: &[ChannelId]) -> QueryResult<Vec<NamedChannel>> {
    channels::table
        .filter(channels::id.eq_any(ids))
        .select((
            channels::id,
            channels::type_,
            channels::title,
            channels::description,
            channels::created_at,
            channels::archived_at,
        ))
        .load(tx.conn())
}

/// A member, as their own export tells it.
#[derive(Queryable, Debug, Clone, Serialize)]
pub struct Profile {
    /// Their id.
    pub id: MemberId,
    /// Their login.
    #[serde(skip)]
    pub user: Option<UserId>,
    /// Name others see.
    pub name: String,
    /// What others write after `@`.
    pub handle: String,
    /// Address mail goes to.
    pub email: Option<String>,
    /// A line about them.
    pub headline: String,
    /// Time zone.
    pub time_zone: String,
    /// Language.
    pub language: String,
    /// Whether they can use the portal.
    pub state: MemberState,
    /// Since when.
    pub member_since: DateTime<Utc>,
    /// When they last used the portal.
    pub last_active_at: Option<DateTime<Utc>>,
}

/// A member's own row.
pub fn profile(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Profile> {
    members::table
        .filter(members::id.eq(member))
        .select((
            members::id,
            members::user_id,
            members::display_name,
            members::handle,
            members::email,
            members::headline,
            members::time_zone,
            members::locale,
            members::state,
            members::created_at,
            members::last_active_at,
        ))
        .first(tx.conn())
}

/// A member's roles.
pub fn roles(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Role>> {
    member_roles::table
        .filter(member_roles::member_id.eq(member))
        .order(member_roles::role)
        .select(member_roles::role)
        .load(tx.conn())
}

/// How a person signs in.
#[derive(Debug, Clone, Serialize)]
pub struct SignIn {
    /// Address of the login.
    pub email: String,
    /// Since when there is one.
    pub since: DateTime<Utc>,
    /// Since when a second factor is asked for.
    pub second_factor_since: Option<DateTime<Utc>>,
    /// Where they are signed in.
    pub sessions: Vec<SignedIn>,
}

/// One session.
#[derive(Queryable, Debug, Clone, Serialize)]
pub struct SignedIn {
    /// Browser and system.
    pub device: String,
    /// Network address.
    pub address: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// When it was last used.
    pub last_seen_at: DateTime<Utc>,
}

/// A login and its sessions; only the system role may read them.
pub fn sign_in(tx: &mut SystemTx<'_>, user: UserId) -> QueryResult<SignIn> {
    let (email, since, second_factor_since) = users::table
        .find(user)
        .select((users::email, users::created_at, users::totp_confirmed_at))
        .first(tx.conn())?;
    let sessions = sessions::table
        .filter(sessions::user_id.eq(user))
        .order(sessions::created_at)
        .select((
            sessions::device,
            sessions::address,
            sessions::created_at,
            sessions::last_seen_at,
        ))
        .load(tx.conn())?;
    Ok(SignIn {
        email,
        since,
        second_factor_since,
        sessions,
    })
}

/// A member's place in a channel, as their own export tells it.
#[derive(Queryable, Debug, Clone, Serialize)]
pub struct PlaceRow {
    /// The channel.
    pub channel: ChannelId,
    /// Its title; empty for direct conversations.
    pub title: String,
    /// Its kind.
    pub kind: ChannelType,
    /// What they may do in it.
    pub role: ChannelRole,
    /// How far they have read.
    pub read_up_to: i64,
    /// What it may call attention for.
    pub notify: NotifyLevel,
    /// Muted until then.
    pub muted_until: Option<DateTime<Utc>>,
    /// Kept from writing until then.
    pub silenced_until: Option<DateTime<Utc>>,
    /// Since when.
    pub joined_at: DateTime<Utc>,
}

/// The next places of a member.
pub fn places(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    after: Option<ChannelId>,
) -> QueryResult<Vec<PlaceRow>> {
    let mut query = channel_memberships::table
        .inner_join(
            channels::table.on(channels::id
                .eq(channel_memberships::channel_id)
                .and(channels::org_id.eq(channel_memberships::org_id))),
        )
        .filter(channel_memberships::member_id.eq(member))
        .order(channel_memberships::channel_id)
        .limit(BATCH)
        .select((
            channel_memberships::channel_id,
            channels::title,
            channels::type_,
            channel_memberships::role,
            channel_memberships::last_read_seq,
            channel_memberships::notify,
            channel_memberships::muted_until,
            channel_memberships::silenced_until,
            channel_memberships::joined_at,
        ))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(channel_memberships::channel_id.gt(after));
    }
    query.load(tx.conn())
}

/// A reaction a member gave.
#[derive(Queryable, Debug, Clone, Serialize)]
pub struct GivenReaction {
    /// The channel.
    pub channel: ChannelId,
    /// The message's number.
    pub number: i64,
    /// The emoji.
    pub emoji: String,
    /// When.
    pub given_at: DateTime<Utc>,
}

/// The next reactions of a member.
pub fn given_reactions(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    after: Option<&GivenReaction>,
) -> QueryResult<Vec<GivenReaction>> {
    let mut query = reactions::table
        .filter(reactions::member_id.eq(member))
        .order((reactions::channel_id, reactions::seq, reactions::emoji))
        .limit(BATCH)
        .select((
            reactions::channel_id,
            reactions::seq,
            reactions::emoji,
            reactions::at,
        ))
        .into_boxed();
    if let Some(last) = after {
        let same_channel = reactions::channel_id.eq(last.channel);
        let later = reactions::seq.gt(last.number).or(reactions::seq
            .eq(last.number)
            .and(reactions::emoji.gt(last.emoji.clone())));
        query = query.filter(reactions::channel_id.gt(last.channel).or(same_channel.and(later)));
    }
    query.load(tx.conn())
}

/// A report a member made.
#[derive(Queryable, Debug, Clone, Serialize)]
pub struct MadeReport {
    /// The channel.
    pub channel: ChannelId,
    /// The message's number.
    pub number: i64,
    /// The message.
    pub message: MessageId,
    /// Why.
    pub reason: ReportReason,
    /// In their words.
    pub note: String,
    /// What came of it.
    pub outcome: ReportOutcome,
    /// When.
    pub made_at: DateTime<Utc>,
}

/// The next reports of a member.
pub fn made_reports(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    after: Option<(ChannelId, i64)>,
) -> QueryResult<Vec<MadeReport>> {
    let mut query = message_reports::table
        .inner_join(
            messages::table.on(messages::seq
                .eq(message_reports::seq)
                .and(messages::channel_id.eq(message_reports::channel_id))
                .and(messages::org_id.eq(message_reports::org_id))),
        )
        .filter(message_reports::reporter_id.eq(member))
        .order((message_reports::channel_id, message_reports::seq))
        .limit(BATCH)
        .select((
            message_reports::channel_id,
            message_reports::seq,
            messages::id,
            message_reports::reason,
            message_reports::note,
            message_reports::outcome,
            message_reports::created_at,
        ))
        .into_boxed();
    if let Some((channel, seq)) = after {
        query = query.filter(
            message_reports::channel_id
                .gt(channel)
                .or(message_reports::channel_id
                    .eq(channel)
                    .and(message_reports::seq.gt(seq))),
        );
    }
    query.load(tx.conn())
}

/// The organization's name.
pub fn organization_name(tx: &mut TenantTx<'_>) -> QueryResult<String> {
    organizations::table.select(organizations::name).first(tx.conn())
}

/// The last exports a member asked for, the newest first.
pub fn asked_by(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Status>> {
    Status::query()
        .filter(jobs::created_by.eq(member))
        .filter(jobs::kind.eq(KIND))
        .order(jobs::id.desc())
        .limit(20)
        .load(tx.conn())
}

/// When a job ended.
pub fn finished_at(tx: &mut TenantTx<'_>, id: JobId) -> QueryResult<Option<DateTime<Utc>>> {
    jobs::table
        .filter(jobs::id.eq(id))
        .select(jobs::finished_at)
        .first(tx.conn())
}

/// Finished exports whose time is over and that may still have a file.
pub fn over(tx: &mut TenantTx<'_>) -> QueryResult<Vec<Status>> {
    let before = tx.now() - KEPT;
    let finished = Status::query()
        .filter(jobs::kind.eq(KIND))
        .filter(jobs::state.eq(JobState::Completed))
        .filter(jobs::finished_at.le(before));
    finished.order(jobs::id).load(tx.conn())
}

/// Keeps the result of a finished job anew.
pub fn keep_result(tx: &mut TenantTx<'_>, id: JobId, result: serde_json::Value) -> QueryResult<()> {
    diesel::update(jobs::table.filter(jobs::id.eq(id)))
        .set(jobs::result.eq(result))
        .execute(tx.conn())
        .map(|_| ())
}

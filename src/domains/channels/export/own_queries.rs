//! What a person's own export tells besides messages and places, in batches by key where there may be many.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::domains::channels::broadcasts::model::BroadcastState;
use crate::domains::channels::moderation::model::ReportOutcome;
use crate::kernel::ids::{AttachmentId, BroadcastId, ChannelId, MemberId, MessageId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{
    attachments, broadcast_recipients, broadcasts, drafts, hidden_messages, message_reports, messages,
    people_filters, push_tokens,
};

use super::queries::BATCH;

/// Text that was not sent.
#[derive(Queryable, Debug, Clone, Serialize)]
pub struct Draft {
    /// The channel.
    pub channel: ChannelId,
    /// As typed.
    pub text: String,
    /// Number of the message it would answer.
    pub answers: Option<i64>,
    /// When it was last changed.
    pub changed_at: DateTime<Utc>,
}

/// The next drafts of a member.
pub fn drafts(tx: &mut TenantTx<'_>, member: MemberId, after: Option<ChannelId>) -> QueryResult<Vec<Draft>> {
    let mut query = drafts::table
        .filter(drafts::member_id.eq(member))
        .order(drafts::channel_id)
        .limit(BATCH)
        .select((
            drafts::channel_id,
            drafts::body,
            drafts::reply_to_seq,
            drafts::updated_at,
        ))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(drafts::channel_id.gt(after));
    }
    query.load(tx.conn())
}

/// A message a member hid for themselves.
#[derive(Queryable, Debug, Clone, Serialize)]
pub struct Hidden {
    /// The channel.
    pub channel: ChannelId,
    /// The message's number.
    pub number: i64,
    /// When.
    pub hidden_at: DateTime<Utc>,
}

/// The next messages a member hid.
pub fn hidden(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    after: Option<(ChannelId, i64)>,
) -> QueryResult<Vec<Hidden>> {
    let mut query = hidden_messages::table
        .filter(hidden_messages::member_id.eq(member))
        .order((hidden_messages::channel_id, hidden_messages::seq))
        .limit(BATCH)
        .select((
            hidden_messages::channel_id,
            hidden_messages::seq,
            hidden_messages::at,
        ))
        .into_boxed();
    if let Some((channel, seq)) = after {
        let later = hidden_messages::channel_id
            .eq(channel)
            .and(hidden_messages::seq.gt(seq));
        query = query.filter(hidden_messages::channel_id.gt(channel).or(later));
    }
    query.load(tx.conn())
}

/// A broadcast a member was sent.
#[derive(Queryable, Debug, Clone, Serialize)]
pub struct Received {
    /// Which.
    pub id: BroadcastId,
    /// Who sent it.
    pub from: MemberId,
    /// Its title.
    pub title: String,
    /// Its text as typed.
    pub text: String,
    /// When it came.
    pub delivered_at: DateTime<Utc>,
    /// When they saw it first.
    pub seen_at: Option<DateTime<Utc>>,
    /// When they said that they have read it.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// When they were last asked again.
    pub asked_again_at: Option<DateTime<Utc>>,
}

/// The next broadcasts a member was sent.
pub fn received(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    after: Option<BroadcastId>,
) -> QueryResult<Vec<Received>> {
    let mut query = broadcast_recipients::table
        .inner_join(
            broadcasts::table.on(broadcasts::id
                .eq(broadcast_recipients::broadcast_id)
                .and(broadcasts::org_id.eq(broadcast_recipients::org_id))),
        )
        .filter(broadcast_recipients::member_id.eq(member))
        .order(broadcast_recipients::broadcast_id)
        .limit(BATCH)
        .select((
            broadcasts::id,
            broadcasts::author_id,
            broadcasts::title,
            broadcasts::body,
            broadcast_recipients::delivered_at,
            broadcast_recipients::first_seen_at,
            broadcast_recipients::acknowledged_at,
            broadcast_recipients::nudged_at,
        ))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(broadcast_recipients::broadcast_id.gt(after));
    }
    query.load(tx.conn())
}

/// A broadcast a member made.
#[derive(Queryable, Debug, Clone, Serialize)]
pub struct Sent {
    /// Which.
    pub id: BroadcastId,
    /// Its title.
    pub title: String,
    /// Its text as typed.
    pub text: String,
    /// To whom, in words.
    pub audience: String,
    /// How far it is.
    pub state: BroadcastState,
    /// Whether everyone was asked to confirm it.
    pub asks: bool,
    /// How many got it.
    pub recipients: i32,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// When it went out.
    pub sent_at: Option<DateTime<Utc>>,
}

/// The next broadcasts a member made.
pub fn sent(tx: &mut TenantTx<'_>, member: MemberId, after: Option<BroadcastId>) -> QueryResult<Vec<Sent>> {
    let mut query = broadcasts::table
        .filter(broadcasts::author_id.eq(member))
        .order(broadcasts::id)
        .limit(BATCH)
        .select((
            broadcasts::id,
            broadcasts::title,
            broadcasts::body,
            broadcasts::audience_label,
            broadcasts::state,
            broadcasts::requires_ack,
            broadcasts::recipient_count,
            broadcasts::created_at,
            broadcasts::sent_at,
        ))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(broadcasts::id.gt(after));
    }
    query.load(tx.conn())
}

/// A device that asked for push. Its token is a key and stays out of files that travel.
#[derive(Queryable, Debug, Clone, Serialize)]
pub struct Device {
    /// `expo` or `web`.
    pub platform: String,
    /// What it is called.
    pub name: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// When it last registered.
    pub last_seen_at: DateTime<Utc>,
}

/// A member's devices.
pub fn devices(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Device>> {
    push_tokens::table
        .filter(push_tokens::member_id.eq(member))
        .order((push_tokens::created_at, push_tokens::id))
        .select((
            push_tokens::platform,
            push_tokens::device_name,
            push_tokens::created_at,
            push_tokens::last_seen_at,
        ))
        .load(tx.conn())
}

/// An audience a member saved.
#[derive(Queryable, Debug, Clone, Serialize)]
pub struct Filter {
    /// Its name.
    pub name: String,
    /// Who it takes in.
    pub rule: serde_json::Value,
    /// When it was saved.
    pub made_at: DateTime<Utc>,
}

/// The audiences a member saved.
pub fn filters(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Filter>> {
    people_filters::table
        .filter(people_filters::created_by.eq(member))
        .order((people_filters::created_at, people_filters::id))
        .select((
            people_filters::name,
            people_filters::rule,
            people_filters::created_at,
        ))
        .load(tx.conn())
}

/// What moderators decided about a message of a member. Who reported it is not told.
#[derive(Queryable, Debug, Clone, Serialize)]
pub struct Notice {
    /// The channel.
    pub channel: ChannelId,
    /// The message's number.
    pub number: i64,
    /// The message.
    pub message: MessageId,
    /// What was decided.
    pub outcome: ReportOutcome,
    /// In the moderator's words.
    pub note: String,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// When they read it.
    pub read_at: Option<DateTime<Utc>>,
}

/// The next decisions about messages of a member, one for each message and moment.
pub fn notices(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    after: Option<(ChannelId, i64)>,
) -> QueryResult<Vec<Notice>> {
    let decided = [ReportOutcome::Warned, ReportOutcome::Removed];
    let mut query = message_reports::table
        .inner_join(
            messages::table.on(messages::seq
                .eq(message_reports::seq)
                .and(messages::channel_id.eq(message_reports::channel_id))
                .and(messages::org_id.eq(message_reports::org_id))),
        )
        .filter(messages::author_id.eq(member))
        .filter(message_reports::outcome.eq_any(decided))
        .distinct_on((message_reports::channel_id, message_reports::seq))
        .order((
            message_reports::channel_id,
            message_reports::seq,
            message_reports::handled_at.desc(),
        ))
        .limit(BATCH)
        .select((
            message_reports::channel_id,
            message_reports::seq,
            messages::id,
            message_reports::outcome,
            message_reports::outcome_note,
            message_reports::handled_at,
            message_reports::notice_seen_at,
        ))
        .into_boxed();
    if let Some((channel, seq)) = after {
        let later = message_reports::channel_id
            .eq(channel)
            .and(message_reports::seq.gt(seq));
        query = query.filter(message_reports::channel_id.gt(channel).or(later));
    }
    query.load(tx.conn())
}

/// A file a member uploaded, sent or not.
#[derive(Queryable, Debug, Clone, Serialize)]
pub struct OwnFile {
    /// Which.
    pub id: AttachmentId,
    /// The channel.
    pub channel: ChannelId,
    /// Number of the message it hangs on; none when it was not sent.
    pub number: Option<i64>,
    /// Its name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Size in bytes.
    pub bytes: i64,
    /// What a picture shows.
    pub description: String,
    /// When it was uploaded.
    pub uploaded_at: DateTime<Utc>,
    /// Where its bytes are.
    #[serde(skip)]
    pub storage_key: String,
}

impl OwnFile {
    /// Its place in the export: the id first, so that two files of one name stay two.
    pub fn path(&self) -> String {
        format!("files/{}-{}", self.id, self.name.replace(['/', '\\'], "_"))
    }
}

/// The next files a member uploaded.
pub fn files(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    after: Option<AttachmentId>,
) -> QueryResult<Vec<OwnFile>> {
    let mut query = attachments::table
        .filter(attachments::uploaded_by.eq(member))
        .order(attachments::id)
        .limit(BATCH)
        .select((
            attachments::id,
            attachments::channel_id,
            attachments::seq,
            attachments::name,
            attachments::mime,
            attachments::size_bytes,
            attachments::alt_text,
            attachments::created_at,
            attachments::storage_key,
        ))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(attachments::id.gt(after));
    }
    query.load(tx.conn())
}

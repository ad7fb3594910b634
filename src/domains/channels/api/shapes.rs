//! What the API sends and takes. Additive changes only.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domains::channels::messages::model::{Attachment, Message, Reaction};
use crate::domains::channels::model::{ChannelType, HistoryRule, JoinRule, NotifyLevel, PostPolicy};
use crate::domains::channels::places::ApiChannel;
use crate::kernel::ids::{AttachmentId, BroadcastId, ChannelId, ContextId, MemberId, MessageId};

/// A channel in a list, with what is unread.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChannelSummary {
    /// Its id.
    pub id: ChannelId,
    /// What it is bound to.
    pub r#type: ChannelType,
    /// Its title, or the names of the others in a direct conversation.
    pub title: String,
    /// Number of the newest message.
    pub last_seq: i64,
    /// When the newest message was written.
    pub last_message_at: Option<DateTime<Utc>>,
    /// How far the caller has read.
    pub last_read_seq: i64,
    /// Unread messages, counted up to 100.
    pub unread: i64,
    /// Unread mentions.
    pub mentions: i64,
    /// What the channel may call attention for.
    pub notify: NotifyLevel,
    /// No badges until then.
    pub muted_until: Option<DateTime<Utc>>,
    /// When it was closed for writing.
    pub archived_at: Option<DateTime<Utc>>,
    /// How many people are in it.
    pub member_count: i64,
}

impl From<ApiChannel> for ChannelSummary {
    fn from(place: ApiChannel) -> Self {
        Self {
            id: place.channel.id,
            r#type: place.channel.kind,
            title: place.name,
            last_seq: place.channel.last_seq,
            last_message_at: place.last_message_at,
            last_read_seq: place.membership.last_read_seq,
            unread: place.waiting.unread,
            mentions: place.waiting.mentions,
            notify: place.membership.notify,
            muted_until: place.membership.muted_until,
            archived_at: place.channel.archived_at,
            member_count: place.member_count,
        }
    }
}

/// A channel to be made.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateChannel {
    /// The team, challenge, sponsor or cohort it is bound to.
    pub context_id: ContextId,
    /// 1 to 80 characters.
    pub title: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Who may write.
    #[serde(default)]
    pub post_policy: Option<PostPolicy>,
    /// How people come in.
    #[serde(default)]
    pub join_rule: Option<JoinRule>,
    /// What newcomers see.
    #[serde(default)]
    pub history_rule: Option<HistoryRule>,
}

/// A channel that was made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CreatedChannel {
    /// Its id.
    pub id: ChannelId,
    /// Its title.
    pub title: String,
    /// What it is bound to.
    pub r#type: ChannelType,
    /// To what exactly.
    pub context_id: Option<ContextId>,
}

/// A message.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MessageView {
    /// Its id: the sender's `client_id` when one was given.
    pub id: MessageId,
    /// Number inside the channel.
    pub seq: i64,
    /// Revision of its last change.
    pub rev: i64,
    /// Who wrote it.
    pub author_id: MemberId,
    /// Their name.
    pub author_name: String,
    /// Rendered and sanitised text; empty once deleted.
    pub body_html: String,
    /// Number of the message it answers.
    pub reply_to_seq: Option<i64>,
    /// The broadcast it carries.
    pub broadcast_id: Option<BroadcastId>,
    /// Whether it calls everyone in the channel.
    pub mentions_everyone: bool,
    /// Emoji and who gave them; none once deleted.
    pub reactions: Vec<ReactionView>,
    /// Files; none once deleted.
    pub attachments: Vec<AttachmentView>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When its text was last changed.
    pub edited_at: Option<DateTime<Utc>>,
    /// When it was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
    /// When it was pinned.
    pub pinned_at: Option<DateTime<Utc>>,
}

/// One emoji on a message.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReactionView {
    /// The emoji.
    pub emoji: String,
    /// Who gave it.
    pub member_ids: Vec<MemberId>,
}

/// A file on a message.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AttachmentView {
    /// Its id.
    pub id: AttachmentId,
    /// Its name.
    pub name: String,
    /// Media type.
    pub mime: String,
    /// Size in bytes.
    pub size: i64,
    /// What a picture shows; empty when nobody has said so.
    pub alt_text: String,
    /// Where it is, at this portal.
    pub url: String,
}

impl AttachmentView {
    fn of(channel: ChannelId, file: Attachment) -> Self {
        Self {
            url: format!("/channels/{channel}/attachments/{}", file.id),
            id: file.id,
            name: file.name,
            mime: file.mime,
            size: file.size_bytes,
            alt_text: file.alt_text,
        }
    }
}

impl MessageView {
    /// A message of a channel with its author's name and what hangs on it. Of a deleted one nothing is told but that it was
    /// there, whatever is still stored.
    pub fn new(
        channel: ChannelId,
        message: Message,
        author_name: String,
        reactions: Vec<Reaction>,
        files: Vec<Attachment>,
    ) -> Self {
        let stands = message.deleted_at.is_none();
        let reactions = reactions.into_iter().filter(|_| stands).map(|one| ReactionView {
            emoji: one.emoji,
            member_ids: one.members,
        });
        let files = files.into_iter().filter(|_| stands);
        Self {
            id: message.id,
            seq: message.seq,
            rev: message.rev,
            author_id: message.author_id,
            author_name,
            body_html: Some(message.body_html).filter(|_| stands).unwrap_or_default(),
            reply_to_seq: message.reply_to_seq,
            broadcast_id: message.broadcast_id,
            mentions_everyone: stands && message.mentions_all,
            reactions: reactions.collect(),
            attachments: files.map(|file| AttachmentView::of(channel, file)).collect(),
            created_at: message.created_at,
            edited_at: message.edited_at,
            deleted_at: message.deleted_at,
            pinned_at: message.pinned_at,
        }
    }
}

/// A message to be posted.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostMessage {
    /// Markdown, up to 8,000 characters.
    pub body: String,
    /// A UUID of the sender's making: posting it again posts it once.
    #[serde(default)]
    pub client_id: Option<Uuid>,
    /// Number of the message it answers.
    #[serde(default)]
    pub reply_to_seq: Option<i64>,
    /// Set when `@channel` is meant in a channel of more than five others.
    #[serde(default)]
    pub confirm_everyone: bool,
}

/// What waits for the caller.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UnreadCount {
    /// Unread messages in channels that may call attention; each channel is counted up to 100.
    pub unread: i64,
    /// Unread mentions.
    pub mentions: i64,
    /// Broadcasts not seen.
    pub broadcasts: i64,
    /// Channels with something unread.
    pub channels: Vec<ChannelUnread>,
}

/// What is unread in one channel.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChannelUnread {
    /// The channel.
    pub channel_id: ChannelId,
    /// Unread messages, counted up to 100.
    pub unread: i64,
    /// Unread mentions.
    pub mentions: i64,
}

/// How far the caller has read: one channel up to a message, or everything.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkSeen {
    /// The channel.
    #[serde(default)]
    pub channel_id: Option<ChannelId>,
    /// True, and no channel, to mark everything everywhere: what a caller forgets to say must not be taken for that.
    #[serde(default)]
    pub everything: bool,
    /// Number of the newest message seen; left out for the newest there is.
    #[serde(default)]
    pub seq: Option<i64>,
}

/// How many channels were marked.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MarkedSeen {
    /// Channels whose pointer moved, or 1 for a single channel.
    pub channels: usize,
}

/// A broadcast to the members of a channel.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendBroadcast {
    /// 1 to 120 characters.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Ask everyone to acknowledge.
    #[serde(default)]
    pub requires_ack: bool,
    /// When; left out for now (after the cancel window).
    #[serde(default)]
    pub send_at: Option<DateTime<Utc>>,
    /// How many people the sender expects; needed above 100.
    #[serde(default)]
    pub confirmed_recipients: Option<i64>,
}

/// A broadcast that was accepted.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AcceptedBroadcast {
    /// Its id.
    pub id: BroadcastId,
    /// When it goes out; it can be cancelled until then.
    pub send_at: DateTime<Utc>,
    /// How many people it would reach now.
    pub recipients: i32,
}

/// A device that asks for push.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterPushToken {
    /// `expo` or `web`.
    pub platform: String,
    /// The token the platform gave, or the subscription as JSON text.
    pub token: String,
    /// A name to recognise the device by.
    #[serde(default)]
    pub device_name: String,
}

/// A device that no longer wants push.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgetPushToken {
    /// The token it was registered with.
    pub token: String,
}

/// A registered device.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PushToken {
    /// Its id.
    pub id: Uuid,
    /// Its platform.
    pub platform: String,
}

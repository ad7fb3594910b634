//! Facts this module tells.

use chrono::{DateTime, Utc};

use crate::events;
use crate::kernel::ids::{AttachmentId, BroadcastId, ChannelId, ContextId, MemberId, MessageId};

use super::model::{ChannelRole, ChannelType};
use super::moderation::model::{ReportId, ReportOutcome};

events! {
    MessageCreated = "channels.message.created", "A message was posted." { message: MessageId, channel: ChannelId, channel_type: ChannelType, author: MemberId }
    ChallengeMessage = "channels.challenge.message", "A message was posted in a challenge's channel (push category `challenge`)." { message: MessageId, channel: ChannelId }
    MessageMentioned = "channels.message.mentioned", "A message mentions people by name, or everyone in the channel." { message: MessageId, channel: ChannelId, members: Vec<MemberId>, everyone: bool }
    MessageEdited = "channels.message.edited", "The text of a message was changed." { message: MessageId, channel: ChannelId }
    MessageDeleted = "channels.message.deleted", "A message was deleted by its author or removed by a moderator." { message: MessageId, channel: ChannelId, by_moderator: bool }
    MessagePinned = "channels.message.pinned", "A message was pinned or unpinned." { message: MessageId, channel: ChannelId, pinned: bool }
    BroadcastScheduled = "channels.broadcast.scheduled", "A broadcast was made and waits for its time; `recipients` is how many it would reach now." { broadcast: BroadcastId, author: MemberId, send_at: DateTime<Utc>, recipients: i64 }
    BroadcastSent = "channels.broadcast.sent", "A broadcast was delivered (push category `coaching_or_team_update`); `channel` also carries it as a message." { broadcast: BroadcastId, author: MemberId, channel: Option<ChannelId>, recipients: i64, requires_ack: bool }
    BroadcastCancelled = "channels.broadcast.cancelled", "A broadcast was taken back before anyone got it." { broadcast: BroadcastId, author: MemberId }
    BroadcastAcknowledged = "channels.broadcast.acknowledged", "A person said that they have read a broadcast." { broadcast: BroadcastId, member: MemberId }
    BroadcastNudged = "channels.broadcast.nudged", "People who have not confirmed a broadcast were asked again." { broadcast: BroadcastId, people: i64 }
    MessageReported = "channels.message.reported", "A member reported a message." { report: ReportId, message: MessageId, channel: ChannelId }
    ReportHandled = "channels.report.handled", "A report was handled; its reporter may be told, and for a warning or removal the author." { report: ReportId, message: MessageId, channel: ChannelId, reporter: MemberId, author: MemberId, outcome: ReportOutcome }
    MemberSilenced = "channels.member.silenced", "A moderator paused a member's writing in a channel (`until` is absent when the pause has no end), or lifted the pause (`silenced` is false)." { channel: ChannelId, member: MemberId, silenced: bool, until: Option<DateTime<Utc>> }
    ChannelExported = "channels.channel.exported", "Someone had the messages of a channel exported." { channel: ChannelId, by: MemberId }
    MessagesPurged = "channels.messages.purged", "Messages older than a channel's retention were deleted for good." { channel: ChannelId, messages: i64, files: i64 }
    RetentionChanged = "channels.retention.changed", "How long a channel keeps messages was changed; absent days mean for ever." { channel: ChannelId, days: Option<i32> }
    LegalHoldChanged = "channels.legal_hold.changed", "A legal hold was put on a channel or lifted." { channel: ChannelId, held: bool }
    ChannelCreated = "channels.channel.created", "A channel was made, or a direct conversation begun." { channel: ChannelId, channel_type: ChannelType, context: Option<ContextId> }
    ChannelRenamed = "channels.channel.renamed", "A channel has another title." { channel: ChannelId }
    ChannelChanged = "channels.channel.changed", "What is set about a channel has changed: title, description, who writes, how people come in, or what newcomers see." { channel: ChannelId }
    ChannelArchived = "channels.channel.archived", "A channel was closed for writing." { channel: ChannelId }
    ChannelUnarchived = "channels.channel.unarchived", "An archived channel was opened again." { channel: ChannelId }
    ChannelMemberAdded = "channels.channel.member_added", "People came into a channel: by joining, by being added, or with its context. At most 500 in one event." { channel: ChannelId, members: Vec<MemberId> }
    ChannelMemberRemoved = "channels.channel.member_removed", "People are no longer in a channel: they left, were removed, or left its context. At most 500 in one event." { channel: ChannelId, members: Vec<MemberId> }
    ChannelRoleChanged = "channels.channel.role_changed", "Somebody has another role in a channel." { channel: ChannelId, member: MemberId, role: ChannelRole }
    AttachmentUploaded = "channels.attachment.uploaded", "A file was uploaded for a message that is being written." { attachment: AttachmentId, channel: ChannelId }
    AttachmentDescribed = "channels.attachment.described", "What a picture shows was written down or changed." { attachment: AttachmentId, channel: ChannelId }
    AttachmentRemoved = "channels.attachment.removed", "A file was taken back before it was sent." { attachment: AttachmentId, channel: ChannelId }
}

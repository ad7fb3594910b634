//! Facts this module tells.

use crate::events;
use crate::kernel::ids::{ChannelId, MemberId, MessageId};

use super::model::ChannelType;

events! {
    MessageCreated = "channels.message.created", "A message was posted." { message: MessageId, channel: ChannelId, channel_type: ChannelType, author: MemberId }
    ChallengeMessage = "channels.challenge.message", "A message was posted in a challenge's channel (push category `challenge`)." { message: MessageId, channel: ChannelId }
    MessageMentioned = "channels.message.mentioned", "A message mentions people by name, or everyone in the channel." { message: MessageId, channel: ChannelId, members: Vec<MemberId>, everyone: bool }
    MessageEdited = "channels.message.edited", "The text of a message was changed." { message: MessageId, channel: ChannelId }
    MessageDeleted = "channels.message.deleted", "A message was deleted by its author or removed by a moderator." { message: MessageId, channel: ChannelId, by_moderator: bool }
    MessagePinned = "channels.message.pinned", "A message was pinned or unpinned." { message: MessageId, channel: ChannelId, pinned: bool }
}

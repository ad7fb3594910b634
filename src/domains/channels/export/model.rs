//! What an export holds. The shapes in [`Message`] and its parts are a promise: additive changes only.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::kernel::ids::{AttachmentId, ChannelId, MemberId, MessageId};

/// The kind of job that makes exports.
pub const KIND: &str = "channels.export";
/// How long a finished export can be fetched.
pub const KEPT: TimeDelta = TimeDelta::days(7);
/// The version of the shapes below.
pub const VERSION: u32 = 1;

/// What is to be exported: the arguments of the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Wanted {
    /// What the portal holds about a member.
    Member {
        /// Who.
        member: MemberId,
    },
    /// The messages of a channel.
    Channel {
        /// Which.
        channel: ChannelId,
        /// From this number on.
        from_seq: i64,
    },
}

/// What came of an export: the result of the job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Made {
    /// Messages in it.
    pub messages: i64,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// Whether the file has been removed again.
    pub expired: bool,
}

/// Someone, as exports name them.
#[derive(Debug, Clone, Serialize)]
pub struct Person {
    /// Their id.
    pub id: MemberId,
    /// Their name now.
    pub name: String,
    /// Their handle now.
    pub handle: String,
}

/// A message, as exports tell it.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    /// Id of its channel.
    pub channel: ChannelId,
    /// Number inside its channel; numbers that are missing were deleted for good.
    pub number: i64,
    /// Public id.
    pub id: MessageId,
    /// Who wrote it.
    pub author: Person,
    /// When.
    pub written_at: DateTime<Utc>,
    /// When its text was last changed.
    pub edited_at: Option<DateTime<Utc>>,
    /// When it was deleted; then there is no text.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Why a moderator removed it.
    pub removal_reason: Option<String>,
    /// Number of the message it answers.
    pub answers: Option<i64>,
    /// Whether it calls everyone in the channel.
    pub mentions_everyone: bool,
    /// Whether it is pinned.
    pub pinned: bool,
    /// The text as typed: Markdown.
    pub text: String,
    /// The text before each change, the oldest first.
    pub earlier_texts: Vec<EarlierText>,
    /// Reactions, in the order they were first given.
    pub reactions: Vec<Reaction>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// The text as it is shown; not part of the JSON file.
    #[serde(skip)]
    pub html: String,
}

/// A text that was changed.
#[derive(Debug, Clone, Serialize)]
pub struct EarlierText {
    /// The text.
    pub text: String,
    /// When it was replaced.
    pub replaced_at: DateTime<Utc>,
}

/// One emoji on a message.
#[derive(Debug, Clone, Serialize)]
pub struct Reaction {
    /// The emoji.
    pub emoji: String,
    /// Who gave it.
    pub members: Vec<MemberId>,
}

/// A file on a message; only the bytes of one's own are in an export.
#[derive(Debug, Clone, Serialize)]
pub struct Attachment {
    /// Its id.
    pub id: AttachmentId,
    /// Its name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Size in bytes.
    pub bytes: i64,
    /// What a picture shows.
    pub description: String,
}

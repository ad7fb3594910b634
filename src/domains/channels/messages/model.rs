//! Messages and what hangs on them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::kernel::ids::{AttachmentId, BroadcastId, MemberId, MessageId};
use crate::pg_enum;
use crate::platform::db::schema::{attachments, messages};

pg_enum! {
    /// How an attachment is shown.
    AttachmentKind as AttachmentKind {
        /// Shown as a picture with a thumbnail.
        Image = "image": "Image",
        /// Offered for download.
        File = "file": "File",
    }
}

/// Reactions offered in the menu; any single emoji can be given by the API.
pub const QUICK_REACTIONS: [&str; 6] = ["👍", "❤️", "🎉", "😂", "🙏", "✅"];

/// A message as stored, without its source text.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = messages)]
pub struct Message {
    /// Number inside its channel.
    pub seq: i64,
    /// Public id; made by the sender's browser.
    pub id: MessageId,
    /// Who wrote it.
    pub author_id: MemberId,
    /// Revision of its last change.
    pub rev: i64,
    /// Rendered and sanitised when written; empty once deleted.
    pub body_html: String,
    /// Number of the message it answers.
    pub reply_to_seq: Option<i64>,
    /// The broadcast it carries.
    pub broadcast_id: Option<BroadcastId>,
    /// Whether it calls everyone in the channel.
    pub mentions_all: bool,
    /// Whether files hang on it.
    pub has_attachment: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When its text was last changed.
    pub edited_at: Option<DateTime<Utc>>,
    /// When it was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Who deleted it.
    pub deleted_by: Option<MemberId>,
    /// Why a moderator removed it.
    pub removal_reason: Option<String>,
    /// When it was pinned.
    pub pinned_at: Option<DateTime<Utc>>,
}

/// One emoji on one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// The emoji.
    pub emoji: String,
    /// Who gave it, in the order they did.
    pub members: Vec<MemberId>,
}

/// A file on a message.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = attachments)]
pub struct Attachment {
    /// Its id.
    pub id: AttachmentId,
    /// The message's number, once sent.
    pub seq: Option<i64>,
    /// How it is shown.
    pub kind: AttachmentKind,
    /// Name people read.
    pub name: String,
    /// Media type.
    pub mime: String,
    /// Size in bytes.
    pub size_bytes: i64,
    /// What a picture shows, for people who cannot see it.
    pub alt_text: String,
    /// Thumbnail size in pixels.
    pub thumb_width: Option<i32>,
    /// Thumbnail size in pixels.
    pub thumb_height: Option<i32>,
}

/// A message that is about to be posted.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Made by the sender; posting it twice posts it once.
    pub id: MessageId,
    /// Markdown.
    pub body: String,
    /// Number of the message it answers.
    pub reply_to: Option<i64>,
    /// Files uploaded before, by the same sender, for this channel.
    pub attachments: Vec<AttachmentId>,
    /// Whether the sender has seen how many people `@channel` calls.
    pub everyone_confirmed: bool,
}

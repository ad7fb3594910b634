//! Messages and what hangs on them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use sha2::{Digest, Sha256};

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
    /// What becomes of it when its id was used for other words.
    pub taken: IdTaken,
}

/// What becomes of a message whose id its author has used for other words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdTaken {
    /// It is refused: who makes ids makes another.
    Refuse,
    /// It is posted under an id of its own: the page was one that the browser had kept, and its form carried the old id.
    PostAnew,
}

impl NewMessage {
    /// The id of these words under the id that was taken: sending them twice still posts them once. Its time stays that of the
    /// first id.
    pub fn id_of_words(&self) -> MessageId {
        let mut hash = Sha256::new()
            .chain_update(self.id.0)
            .chain_update(self.reply_to.unwrap_or_default().to_be_bytes())
            .chain_update(&self.body);
        for file in &self.attachments {
            hash.update(file.0);
        }
        let hash = hash.finalize();
        let mut bytes = *self.id.0.as_bytes();
        for (byte, made) in bytes.iter_mut().zip(hash).skip(8) {
            *byte = made;
        }
        let made = uuid::Builder::from_bytes(bytes).with_variant(uuid::Variant::RFC4122);
        MessageId(made.into_uuid())
    }
}

/// The text a message is to have from now on.
#[derive(Debug, Clone)]
pub struct NewText {
    /// Markdown.
    pub body: String,
    /// Whether the author has seen how many people `@channel` calls.
    pub everyone_confirmed: bool,
    /// How often the message had been changed when this text was begun; none when nobody says.
    pub version: Option<i64>,
}

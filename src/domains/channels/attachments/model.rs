//! Files as the portal keeps them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domains::channels::messages::model::AttachmentKind;
use crate::kernel::ids::{AttachmentId, ChannelId, MemberId};
use crate::platform::db::schema::attachments;

/// A file with where its bytes are.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = attachments)]
pub struct StoredFile {
    /// Its id.
    pub id: AttachmentId,
    /// The message's number, once sent.
    pub seq: Option<i64>,
    /// Who sent it.
    pub uploaded_by: MemberId,
    /// How it is shown.
    pub kind: AttachmentKind,
    /// Name people read.
    pub name: String,
    /// Media type.
    pub mime: String,
    /// What a picture shows, for people who cannot see it.
    pub alt_text: String,
    /// Key of the bytes.
    pub storage_key: String,
    /// Key of the thumbnail's bytes.
    pub thumb_key: Option<String>,
    /// When it was uploaded.
    pub created_at: DateTime<Utc>,
}

/// A file whose bytes are stored and whose row is about to be written.
#[derive(Insertable, Debug, Clone)]
#[diesel(table_name = attachments)]
pub struct NewFile {
    /// Its id.
    pub id: AttachmentId,
    /// The channel.
    pub channel_id: ChannelId,
    /// Who sent it.
    pub uploaded_by: MemberId,
    /// How it is shown.
    pub kind: AttachmentKind,
    /// Name people read.
    pub name: String,
    /// Media type.
    pub mime: String,
    /// Size in bytes.
    pub size_bytes: i64,
    /// Size of the picture in pixels.
    pub width: Option<i32>,
    /// Size of the picture in pixels.
    pub height: Option<i32>,
    /// Size of the thumbnail in pixels.
    pub thumb_width: Option<i32>,
    /// Size of the thumbnail in pixels.
    pub thumb_height: Option<i32>,
    /// Key of the bytes.
    pub storage_key: String,
    /// Key of the thumbnail's bytes.
    pub thumb_key: Option<String>,
    /// When it was uploaded.
    pub created_at: DateTime<Utc>,
}

/// Where bytes are whose row is gone.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = attachments)]
pub struct Keys {
    /// Key of the bytes.
    pub storage_key: String,
    /// Key of the thumbnail's bytes.
    pub thumb_key: Option<String>,
}

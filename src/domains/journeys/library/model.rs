//! What the library is made of.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

use crate::kernel::ids::{AssetFolderId, AssetId, ContextId, MediaId, MemberId};
use crate::pg_enum;
use crate::platform::db::schema::{
    asset_folders, asset_media, asset_versions, library_assets, media_captions,
};
use crate::platform::media;

pub use super::lifecycle::MediaState;

pg_enum! {
    /// What an asset is.
    AssetKind as AssetKind {
        Page = "page": "Page",
        Video = "video": "Video",
        Audio = "audio": "Audio",
        File = "file": "File",
        Link = "link": "Link",
        Quiz = "quiz": "Quiz",
        Worksheet = "worksheet": "Worksheet",
    }
}

impl AssetKind {
    /// Its icon in the sprite.
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Page => "file-text",
            Self::Video => "monitor",
            Self::Audio => "message-circle",
            Self::File => "file",
            Self::Link => "link",
            Self::Quiz => "circle-help",
            Self::Worksheet => "clipboard-list",
        }
    }

    /// What a file of this name will be, going by its ending; what it is in truth is looked at when it is here.
    pub fn of_file(name: &str) -> Self {
        match media::type_by_name(name).unwrap_or_default() {
            mime if mime.starts_with("video/") => Self::Video,
            mime if mime.starts_with("audio/") => Self::Audio,
            _ => Self::File,
        }
    }

    /// Whether it is made of a file.
    pub const fn has_file(self) -> bool {
        matches!(self, Self::Video | Self::Audio | Self::File)
    }

    /// Whether it is made of parts, which have an editor of their own.
    pub const fn has_parts(self) -> bool {
        matches!(self, Self::Quiz | Self::Worksheet)
    }

    /// What the link says that leads to where its parts are written.
    pub const fn edit_words(self) -> &'static str {
        match self {
            Self::Worksheet => "Edit fields",
            _ => "Edit questions",
        }
    }

    /// Whether it is played.
    pub const fn is_played(self) -> bool {
        matches!(self, Self::Video | Self::Audio)
    }
}

/// An asset, whatever its version.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = library_assets)]
pub struct Asset {
    pub id: AssetId,
    pub kind: AssetKind,
    pub title: String,
    pub folder_id: Option<AssetFolderId>,
    /// Whose it is; the whole organization's without one.
    pub team_id: Option<ContextId>,
    pub tags: Vec<String>,
    /// The version that is shown.
    pub version: i32,
    pub created_by: MemberId,
    pub created_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

/// What an asset was at some time. Does not change.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = asset_versions)]
pub struct Version {
    pub asset_id: AssetId,
    pub version: i32,
    /// Markdown.
    pub body: String,
    pub url: Option<String>,
    pub media_id: Option<MediaId>,
    /// See [`super::parts::Parts`].
    pub parts: Option<Value>,
    pub made_by: MemberId,
    pub made_at: DateTime<Utc>,
}

/// A file of the library.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = asset_media)]
pub struct Media {
    pub id: MediaId,
    pub asset_id: AssetId,
    pub state: MediaState,
    pub name: String,
    pub mime: String,
    pub size_bytes: i64,
    pub storage_key: Option<String>,
    pub thumb_key: Option<String>,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub duration_ms: Option<i64>,
    /// What a picture shows.
    pub alt: String,
    pub transcript: String,
    /// Why it cannot be used; empty when it can.
    pub failure: String,
    pub created_by: MemberId,
    pub created_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
    /// SHA-256 of the bytes that are stored; nothing where nobody has asked yet.
    pub sha256: Option<Vec<u8>>,
    /// Whether captions and transcript of the file before are taken over once it is whole.
    pub takes_words: bool,
    /// Whether it is shown in published journeys once it is whole.
    pub corrects: bool,
    /// Whether captions and transcript are those of the file before, and nobody has said since that they fit.
    pub has_borrowed_words: bool,
}

impl Media {
    /// Whether it is a picture that the portal wrote itself.
    pub fn is_picture(&self) -> bool {
        self.mime.starts_with("image/")
    }

    /// `3:07`, or nothing where it is not known.
    pub fn length(&self) -> String {
        let seconds = self.duration_ms.unwrap_or_default() / 1_000;
        match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
            (0, 0, 0) => String::new(),
            (0, minutes, seconds) => format!("{minutes}:{seconds:02}"),
            (hours, minutes, seconds) => format!("{hours}:{minutes:02}:{seconds:02}"),
        }
    }
}

/// A folder.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = asset_folders)]
pub struct Folder {
    pub id: AssetFolderId,
    /// The folder it is in.
    pub parent_id: Option<AssetFolderId>,
    pub name: String,
}

/// Captions in one language, without their text.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = media_captions)]
pub struct Captions {
    pub media_id: MediaId,
    /// Such as `en` or `fr-CA`.
    pub language: String,
}

/// What is said about an asset, apart from its content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    pub title: String,
    pub folder: Option<AssetFolderId>,
    pub team: Option<ContextId>,
    pub tags: Vec<String>,
}

/// What a version holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Content {
    pub body: String,
    pub url: Option<String>,
    pub media: Option<MediaId>,
    /// See [`super::parts::Parts`].
    pub parts: Option<Value>,
}

/// Which assets are listed.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Words that must be there, folded.
    pub words: Vec<String>,
    pub kind: Option<AssetKind>,
    /// Of one of these kinds, where any are named.
    pub kinds: Vec<AssetKind>,
    /// In this folder or those in it.
    pub folders: Option<Vec<AssetFolderId>>,
    pub team: Option<ContextId>,
    pub tag: Option<String>,
    pub archived: bool,
    /// After this one, which was changed then.
    pub after: Option<(DateTime<Utc>, AssetId)>,
}

/// A journey that names an asset.
#[derive(Debug, Clone)]
pub struct Use {
    pub journey: uuid::Uuid,
    pub title: String,
    /// The newest published version that names it; none when only the draft does.
    pub number: Option<i32>,
    /// Whether the draft names it.
    pub in_draft: bool,
    /// Whether a published version shows another version of it than the library does.
    pub is_behind: bool,
}

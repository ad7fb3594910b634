//! Assets as they stand in the file of a journey. Names stand for ids, which are another installation's business.

use serde::{Deserialize, Serialize};

use crate::domains::journeys::library::model::AssetKind;
use crate::kernel::ids::MediaId;

/// An asset in one of its versions. In which folder and whose it is stays behind: that is how each library is arranged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// What lessons call it: `a1`, `a2` … in the order in which they name it.
    pub name: String,
    pub kind: AssetKind,
    pub title: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Markdown: a page, or what is said about the rest.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// A link's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<CarriedFile>,
    /// Why its file is not in the archive, in a sentence; empty when it is, or there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub left_out: String,
}

/// The file of an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedFile {
    /// Where in the archive its bytes are.
    pub path: String,
    /// What it is called.
    pub name: String,
    pub bytes: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<i32>,
    /// How long it plays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<i64>,
    /// What a picture shows.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub alt: String,
    /// What is said in it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub transcript: String,
    /// Where in the archive the picture is that a film shows before it plays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poster: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captions: Vec<CarriedCaptions>,
}

/// Captions in one language (WebVTT).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedCaptions {
    /// Such as `en` or `fr-CA`.
    pub language: String,
    /// Where in the archive they are.
    pub path: String,
}

/// Whether all that an asset of this kind is made of is in what is written here. What would arrive without its content stays behind, and
/// is said to.
pub const fn travels(kind: AssetKind) -> bool {
    kind.has_file() || matches!(kind, AssetKind::Page | AssetKind::Link)
}

impl CarriedFile {
    /// Every place in the archive it names.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.path.as_str())
            .chain(self.poster.as_deref())
            .chain(self.captions.iter().map(|one| one.path.as_str()))
    }
}

/// Something to be written into an archive.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Where in the archive.
    pub path: String,
    pub source: Source,
    /// How many bytes, as far as that is known.
    pub size: Option<u64>,
    /// Whether it is as small as it gets: pictures, films and what is compressed already.
    pub is_dense: bool,
}

/// Where the bytes of an entry come from.
#[derive(Debug, Clone)]
pub enum Source {
    Bytes(Vec<u8>),
    /// Captions of a file, read when their turn comes.
    Captions(MediaId, String),
    /// Stored under this key.
    Stored(String),
}

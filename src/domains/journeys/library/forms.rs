//! What the browser sends about assets.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use url::Url;

use crate::kernel::error::FieldErrors;
use crate::kernel::ids::{AssetFolderId, AssetId};
use crate::kernel::text::folded;
use crate::kernel::validate::Check;

use super::actions::Written;
use super::model::{Asset, AssetKind, Described, Filter, Folder, Media, Version};

/// Most characters of a page.
const LONGEST_PAGE: usize = 100_000;
/// Most characters of a transcript.
const LONGEST_TRANSCRIPT: usize = 200_000;
/// Most tags on one asset.
const MOST_TAGS: usize = 12;
/// Most characters of a tag.
const LONGEST_TAG: usize = 30;

/// An asset as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AssetForm {
    pub kind: String,
    pub title: String,
    pub folder: String,
    pub team: String,
    /// Separated by commas.
    pub tags: String,
    pub body: String,
    pub url: String,
    pub alt: String,
    pub transcript: String,
    pub version: String,
    /// `yes` when another content is shown in published journeys at once.
    pub published: String,
}

impl AssetForm {
    /// An empty form for an asset of this kind, in this folder.
    pub fn blank(kind: AssetKind, folder: &str) -> Self {
        Self {
            kind: kind.as_str().to_owned(),
            folder: folder.to_owned(),
            ..Self::default()
        }
    }

    /// The form of an asset.
    pub fn of(asset: &Asset, version: &Version, file: Option<&Media>) -> Self {
        Self {
            kind: asset.kind.as_str().to_owned(),
            title: asset.title.clone(),
            folder: asset.folder_id.map(|id| id.to_string()).unwrap_or_default(),
            team: asset.team_id.map(|id| id.to_string()).unwrap_or_default(),
            tags: asset.tags.join(", "),
            body: version.body.clone(),
            url: version.url.clone().unwrap_or_default(),
            alt: file.map(|file| file.alt.clone()).unwrap_or_default(),
            transcript: file.map(|file| file.transcript.clone()).unwrap_or_default(),
            version: asset.version.to_string(),
            published: String::new(),
        }
    }

    /// What is to be added.
    pub fn kind(&self) -> AssetKind {
        self.kind.parse().unwrap_or(AssetKind::Page)
    }

    /// What was meant for an asset of this kind. A new file may be called like what was chosen, so its title may be empty.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self, kind: AssetKind, shortest_title: usize) -> Result<Written, FieldErrors> {
        let mut check = Check::default();
        let title = check.line("title", "Title", &self.title, shortest_title, 160);
        let folder = check.optional("folder", "a folder", &self.folder);
        let team = check.optional("team", "a team", &self.team);
        let tags = tags(&mut check, &self.tags);
        let (label, least) = match kind {
            AssetKind::Page => ("Text", 1),
            _ => ("What it is about", 0),
        };
        let body = check.text("body", label, &self.body, least, LONGEST_PAGE);
        let url = match kind {
            AssetKind::Link => Some(address(&mut check, &self.url)),
            _ => None,
        };
        let alt = check.line("alt", "What it shows", &self.alt, 0, 300);
        let transcript = check.text(
            "transcript",
            "Transcript",
            &self.transcript,
            0,
            LONGEST_TRANSCRIPT,
        );
        let version = self.version.trim().parse().unwrap_or(1);
        check.finish(|| Written {
            described: Described {
                title,
                folder,
                team,
                tags,
            },
            body,
            url,
            alt,
            transcript,
            version,
            corrects: self.published == "yes",
        })
    }
}

/// Words separated by commas, each once, in the order in which they were typed.
pub fn tags(check: &mut Check, typed: &str) -> Vec<String> {
    let line = check.line("tags", "Tags", typed, 0, 400);
    let mut tags: Vec<String> = Vec::new();
    for tag in line.split(',').map(|tag| tag.trim().to_lowercase()) {
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    check.refuse_when(
        tags.len() > MOST_TAGS,
        "tags",
        "At most 12 tags fit on one asset.",
    );
    let is_long = tags.iter().any(|tag| tag.chars().count() > LONGEST_TAG);
    check.refuse_when(
        is_long,
        "tags",
        "A tag has at most 30 characters. Separate tags by commas.",
    );
    tags
}

/// The address of a page out there, beside the field `url`.
pub fn address(check: &mut Check, typed: &str) -> String {
    let line = check.line("url", "Address", typed, 1, 2_000);
    let parsed = Url::parse(&line).ok();
    let is_web = parsed.as_ref().is_some_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.password().is_none()
            && url.username().is_empty()
    });
    check.refuse_when(
        !line.is_empty() && !is_web,
        "url",
        "Write the whole address, such as https://example.org/guide.",
    );
    parsed.map(String::from).unwrap_or(line)
}

/// Which part of the library.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct LibraryQuery {
    pub q: String,
    pub kind: String,
    pub folder: String,
    pub team: String,
    pub tag: String,
    /// `yes` for what is archived.
    pub archived: String,
    /// `<microseconds>-<id>` of the last one seen.
    pub after: String,
}

impl LibraryQuery {
    /// What is to be listed, where these folders are. What is not understood is not heeded.
    pub fn filter(&self, folders: &[Folder]) -> Filter {
        let folder: Option<AssetFolderId> = self.folder.parse().ok();
        Filter {
            words: words(&self.q),
            kind: self.kind.parse().ok(),
            kinds: Vec::new(),
            folders: folder.map(|id| super::folders::with_inner(folders, id)),
            team: self.team.parse().ok(),
            tag: Some(self.tag.trim().to_lowercase()).filter(|tag| !tag.is_empty()),
            archived: self.archived == "yes",
            after: read_place(&self.after),
        }
    }
}

/// What somebody looks for, as it is compared.
pub fn words(typed: &str) -> Vec<String> {
    folded(typed)
        .split_whitespace()
        .take(8)
        .map(str::to_owned)
        .collect()
}

/// The place of an asset in the list.
pub fn place(asset: &Asset) -> String {
    format!("{}-{}", asset.changed_at.timestamp_micros(), asset.id)
}

/// Reads [`place`].
pub fn read_place(text: &str) -> Option<(DateTime<Utc>, AssetId)> {
    let (at, id) = text.split_once('-')?;
    Some((
        DateTime::from_timestamp_micros(at.parse().ok()?)?,
        id.parse().ok()?,
    ))
}

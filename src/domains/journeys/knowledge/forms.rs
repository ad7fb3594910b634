//! What the browser sends about documents.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::domains::journeys::library::forms::{address, tags};
use crate::kernel::error::FieldErrors;
use crate::kernel::ids::KnowledgeId;
use crate::kernel::text::in_one_line;
use crate::kernel::validate::Check;

use super::actions::Changed;
use super::model::{Described, Document, Filter, Hit, KnowledgeKind, LANGUAGES};

/// Most characters of a page.
const LONGEST_PAGE: usize = 100_000;
/// Most characters that are looked for.
const LONGEST_SEARCH: usize = 200;

/// A document as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct KnowledgeForm {
    pub kind: String,
    pub title: String,
    pub language: String,
    /// Separated by commas.
    pub tags: String,
    pub body: String,
    pub url: String,
    pub revision: String,
}

impl KnowledgeForm {
    /// An empty form for a document of this kind.
    pub fn blank(kind: KnowledgeKind) -> Self {
        Self {
            kind: kind.as_str().to_owned(),
            language: "en".to_owned(),
            ..Self::default()
        }
    }

    /// The form of a document.
    pub fn of(document: &Document) -> Self {
        Self {
            kind: document.kind.as_str().to_owned(),
            title: document.title.clone(),
            language: document.language.clone(),
            tags: document.tags.join(", "),
            body: document.body.clone(),
            url: document.url.clone().unwrap_or_default(),
            revision: document.revision.to_string(),
        }
    }

    /// What is to be added.
    pub fn kind(&self) -> KnowledgeKind {
        self.kind.parse().unwrap_or(KnowledgeKind::Page)
    }

    /// What was meant for a document of this kind. What is not written here may be called as it calls itself, so its title may be empty.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self, kind: KnowledgeKind, is_new: bool) -> Result<Changed, FieldErrors> {
        let mut check = Check::default();
        let least = usize::from(kind == KnowledgeKind::Page || !is_new);
        let mut title = check.line("title", "Title", &self.title, least, 160);
        let is_known = LANGUAGES.iter().any(|(code, _)| *code == self.language);
        check.refuse_when(!is_known, "language", "Choose a language from the list.");
        let tags = tags(&mut check, &self.tags);
        let body = match kind {
            KnowledgeKind::Page => check.text("body", "Text", &self.body, 1, LONGEST_PAGE),
            _ => String::new(),
        };
        let url = match kind {
            KnowledgeKind::Link => Some(address(&mut check, &self.url)),
            _ => None,
        };
        if title.is_empty() {
            // It becomes what the page calls itself once it is read.
            title = url.as_deref().unwrap_or_default().chars().take(160).collect();
        }
        let revision = self.revision.trim().parse().unwrap_or_default();
        check.finish(|| Changed {
            described: Described {
                title,
                language: self.language.clone(),
                tags,
            },
            body,
            url,
            revision,
        })
    }
}

/// Which part of the knowledge base.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct KnowledgeQuery {
    /// Words; with them passages are found, without them documents listed.
    pub q: String,
    pub kind: String,
    pub tag: String,
    /// `yes` for what is archived.
    pub archived: String,
    /// The last one seen.
    pub after: String,
}

impl KnowledgeQuery {
    /// What is looked for.
    pub fn words(&self) -> String {
        in_one_line(&self.q).chars().take(LONGEST_SEARCH).collect()
    }

    /// The tag, as tags are kept.
    pub fn tag(&self) -> Option<String> {
        Some(in_one_line(&self.tag).to_lowercase()).filter(|tag| !tag.is_empty())
    }

    /// What is to be listed. What is not understood is not heeded.
    pub fn filter(&self) -> Filter {
        Filter {
            kind: self.kind.parse().ok(),
            tag: self.tag(),
            archived: self.archived == "yes",
            after: read_place(&self.after),
        }
    }
}

/// The place of a document in the list.
pub fn place(document: &Document) -> String {
    format!("{}-{}", document.changed_at.timestamp_micros(), document.id)
}

/// Reads [`place`].
pub fn read_place(text: &str) -> Option<(DateTime<Utc>, KnowledgeId)> {
    let (at, id) = text.split_once('-')?;
    Some((
        DateTime::from_timestamp_micros(at.parse().ok()?)?,
        id.parse().ok()?,
    ))
}

/// The place of a hit among others.
pub fn hit_place(hit: &Hit) -> String {
    format!("{:08x}~{}~{}", hit.rank.to_bits(), hit.number, hit.document_id)
}

/// Reads [`hit_place`].
pub fn read_hit_place(text: &str) -> Option<(f32, KnowledgeId, i32)> {
    let mut parts = text.split('~');
    let rank = f32::from_bits(u32::from_str_radix(parts.next()?, 16).ok()?);
    let number = parts.next()?.parse().ok()?;
    let document = parts.next()?.parse().ok()?;
    rank.is_finite().then_some((rank, document, number))
}

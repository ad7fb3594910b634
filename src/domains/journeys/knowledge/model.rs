//! What the knowledge base is made of.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Float4, Integer, Nullable, Text, Uuid as SqlUuid};

use crate::kernel::ids::{KnowledgeId, MemberId};
use crate::kernel::sql_types;
use crate::pg_enum;
use crate::platform::db::schema::{knowledge_documents, knowledge_passages};

pg_enum! {
    /// What a document is.
    KnowledgeKind as KnowledgeKind {
        /// Written here.
        Page = "page": "Page",
        /// A file.
        Pdf = "pdf": "PDF",
        /// A page out there.
        Link = "link": "Link",
    }
}

impl KnowledgeKind {
    /// Its icon in the sprite.
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Page => "file-text",
            Self::Pdf => "file",
            Self::Link => "link",
        }
    }
}

pg_enum! {
    /// How far a document is read.
    ReadingState as ReadingState {
        Queued = "queued": "Waits to be read",
        Reading = "reading": "Being read",
        Ready = "ready": "Ready",
        Failed = "failed": "Could not be read",
    }
}

impl ReadingState {
    /// Whether a job has it in hand, or will.
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Queued | Self::Reading)
    }
}

/// The languages whose grammar is known, with their names.
pub const LANGUAGES: [(&str, &str); 2] = [("en", "English"), ("fr", "French")];

/// A document.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = knowledge_documents)]
pub struct Document {
    pub id: KnowledgeId,
    pub kind: KnowledgeKind,
    pub title: String,
    /// Whose grammar its words follow: `en` or `fr`.
    pub language: String,
    pub tags: Vec<String>,
    /// A page's Markdown.
    pub body: String,
    /// A link's address.
    pub url: Option<String>,
    pub file_name: Option<String>,
    pub size_bytes: Option<i64>,
    pub storage_key: Option<String>,
    pub state: ReadingState,
    /// Why it could not be read; empty otherwise.
    pub failure: String,
    /// When it was last read.
    pub read_at: Option<DateTime<Utc>>,
    /// Pages of a PDF.
    pub pages: Option<i32>,
    pub revision: i32,
    pub added_by: MemberId,
    pub added_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

/// What is said about a document, apart from its content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    pub title: String,
    pub language: String,
    pub tags: Vec<String>,
}

/// A passage of a document.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = knowledge_passages)]
pub struct Passage {
    pub document_id: KnowledgeId,
    pub number: i32,
    pub heading: String,
    pub page: Option<i32>,
    pub text: String,
    /// Markdown, where it was written here.
    pub source: String,
}

/// A passage that was found.
#[derive(QueryableByName, Debug, Clone)]
pub struct Hit {
    #[diesel(sql_type = SqlUuid)]
    pub document_id: KnowledgeId,
    #[diesel(sql_type = Integer)]
    pub number: i32,
    #[diesel(sql_type = Float4)]
    pub rank: f32,
    /// The document's.
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = sql_types::KnowledgeKind)]
    pub kind: KnowledgeKind,
    #[diesel(sql_type = Nullable<Text>)]
    pub url: Option<String>,
    #[diesel(sql_type = Text)]
    pub heading: String,
    #[diesel(sql_type = Nullable<Integer>)]
    pub page: Option<i32>,
    #[diesel(sql_type = Text)]
    pub body: String,
    #[diesel(sql_type = Text)]
    pub source: String,
    /// Folded, with hits between the characters 2 and 3.
    #[diesel(sql_type = Text)]
    pub marked: String,
}

/// Passages on one page of a document.
pub const PASSAGES: i32 = 40;

/// Where a passage is shown.
pub fn place_of(document: KnowledgeId, number: i32) -> String {
    let before = (number - 1).max(0) / PASSAGES * PASSAGES;
    match before {
        0 => format!("/journeys/knowledge/{document}#passage-{number}"),
        _ => format!("/journeys/knowledge/{document}?after={before}#passage-{number}"),
    }
}

/// Where in a document a passage is, in words: `Second conversations, page 3`. Empty where neither is known.
pub fn part_of(heading: &str, page: Option<i32>) -> String {
    let page = page.map(|page| format!("page {page}"));
    let heading = Some(heading.to_owned()).filter(|heading| !heading.is_empty());
    heading.into_iter().chain(page).collect::<Vec<_>>().join(", ")
}

/// Which part of the list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub kind: Option<KnowledgeKind>,
    pub tag: Option<String>,
    pub archived: bool,
    /// After this one, which was changed then.
    pub after: Option<(DateTime<Utc>, KnowledgeId)>,
}

//! The knowledge base for programs.

use actix_web::web;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::domains::identity::Caller;
use crate::kernel::error::AppError;
use crate::kernel::ids::KnowledgeId;
use crate::platform::db::TenantTx;
use crate::platform::web::api::{Json, Listing, json, schema};
use crate::platform::web::limits::Rate;
use crate::platform::web::paging::{CURSOR, LIMIT, Page};
use crate::platform::web::routes::{ApiDoc, QueryKind, QueryParameter, get, post};
use crate::platform::web::{Access, Answer, Reply, RouteDef};
use crate::providers::reach::Reach;

use super::actions;
use super::forms::{KnowledgeForm, KnowledgeQuery, hit_place, place, read_hit_place, read_place};
use super::model::{Document, Hit, KnowledgeKind, ReadingState, place_of};
use super::queries::documents::{self, Content};
use super::queries::passages::{self, Asked};
use super::reading::snippet;

const READ: &str = "journeys:read";
const WRITE: &str = "journeys:write";

const FILTERED: &[QueryParameter] = &[
    QueryParameter {
        name: "kind",
        meaning: "`page`, `pdf` or `link`",
        kind: QueryKind::Text,
    },
    QueryParameter {
        name: "tag",
        meaning: "One tag",
        kind: QueryKind::Text,
    },
    CURSOR,
    LIMIT,
];

const SEARCHED: &[QueryParameter] = &[
    QueryParameter {
        name: "q",
        meaning: "Words; phrases in quotation marks, `-` before what may not be there",
        kind: QueryKind::Text,
    },
    QueryParameter {
        name: "tag",
        meaning: "One tag",
        kind: QueryKind::Text,
    },
    CURSOR,
    LIMIT,
];

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/api/journeys/knowledge", Access::Api(READ), Rate::Standard, list).api(ApiDoc {
            summary: "Documents of the knowledge base, what was changed last first",
            request: None,
            response: (200, Some(schema::<Listing<KnowledgeView>>)),
            query: FILTERED,
        }),
        post("/api/journeys/knowledge", Access::Api(WRITE), Rate::Medium, add).api(ApiDoc {
            summary: "Add a page or a link; a link is read by and by",
            request: Some(schema::<AddKnowledge>),
            response: (201, Some(schema::<KnowledgeView>)),
            query: &[],
        }),
        // Before what takes the id of a document in the same place.
        get(
            "/api/journeys/knowledge/passages",
            Access::Api(READ),
            Rate::Standard,
            search,
        )
        .api(ApiDoc {
            summary: "Passages that fit some words, the best first, with where they are from",
            request: None,
            response: (200, Some(schema::<Listing<PassageHit>>)),
            query: SEARCHED,
        }),
        get(
            "/api/journeys/knowledge/{document}",
            Access::Api(READ),
            Rate::Standard,
            show,
        )
        .api(ApiDoc {
            summary: "One document",
            request: None,
            response: (200, Some(schema::<KnowledgeView>)),
            query: &[],
        }),
    ]
}

/// A document.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KnowledgeView {
    pub id: KnowledgeId,
    pub kind: KnowledgeKind,
    pub title: String,
    /// `en` or `fr`.
    pub language: String,
    pub tags: Vec<String>,
    /// A link's address.
    pub url: Option<String>,
    /// A PDF's file.
    pub file_name: Option<String>,
    pub state: ReadingState,
    /// Why it could not be read; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    pub read_at: Option<DateTime<Utc>>,
    pub changed_at: DateTime<Utc>,
    pub is_archived: bool,
}

impl From<Document> for KnowledgeView {
    fn from(one: Document) -> Self {
        Self {
            id: one.id,
            kind: one.kind,
            title: one.title,
            language: one.language,
            tags: one.tags,
            url: one.url,
            file_name: one.file_name,
            state: one.state,
            failure: Some(one.failure).filter(|failure| !failure.is_empty()),
            read_at: one.read_at,
            changed_at: one.changed_at,
            is_archived: one.archived_at.is_some(),
        }
    }
}

/// A passage that was found.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PassageHit {
    pub document: KnowledgeId,
    /// Its number in the document.
    pub number: i32,
    pub title: String,
    pub heading: String,
    /// The page of a PDF.
    pub page: Option<i32>,
    /// The whole passage, plain.
    pub text: String,
    /// The text around the first hit.
    pub snippet: String,
    /// Where it is shown in the portal.
    pub path: String,
    /// A link's address.
    pub url: Option<String>,
}

impl From<Hit> for PassageHit {
    fn from(hit: Hit) -> Self {
        let parts = snippet::around(&hit.body, &hit.marked);
        Self {
            document: hit.document_id,
            number: hit.number,
            path: place_of(hit.document_id, hit.number),
            snippet: parts.into_iter().map(|part| part.text).collect(),
            title: hit.title,
            heading: hit.heading,
            page: hit.page,
            text: hit.body,
            url: hit.url,
        }
    }
}

/// Filters of the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Filters {
    q: String,
    kind: String,
    tag: String,
}

/// Where the list goes on.
#[derive(Debug, Clone, Copy)]
struct After(DateTime<Utc>, KnowledgeId);

impl std::str::FromStr for After {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        read_place(text).map(|(at, id)| Self(at, id)).ok_or(())
    }
}

/// Where a search goes on.
#[derive(Debug, Clone, Copy)]
struct AfterHit(f32, KnowledgeId, i32);

impl std::str::FromStr for AfterHit {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let found = read_hit_place(text).ok_or(())?;
        Ok(Self(found.0, found.1, found.2))
    }
}

async fn list(caller: Caller, filters: web::Query<Filters>, page: web::Query<Page>) -> Reply {
    caller.require(READ)?;
    let (after, limit) = (page.after::<After>()?, page.limit()?);
    let filters = filters.into_inner();
    let query = KnowledgeQuery {
        kind: filters.kind,
        tag: filters.tag,
        ..KnowledgeQuery::default()
    };
    let found = caller
        .tenant(move |tx, _| {
            let reader = actions::reader(tx)?;
            let mut filter = query.filter();
            filter.after = after.map(|After(at, id)| (at, id));
            Ok(documents::page(tx, &reader, &filter, limit + 1)?)
        })
        .await?;
    json(200, &Listing::of(found, limit, place, KnowledgeView::from))
}

async fn search(caller: Caller, filters: web::Query<Filters>, page: web::Query<Page>) -> Reply {
    caller.require(READ)?;
    let (after, limit) = (page.after::<AfterHit>()?, page.limit()?);
    let query = KnowledgeQuery {
        q: filters.q.clone(),
        tag: filters.tag.clone(),
        ..KnowledgeQuery::default()
    };
    let found = caller
        .tenant(move |tx, _| {
            actions::reader(tx)?;
            let asked = Asked {
                words: query.words(),
                tag: query.tag(),
                after: after.map(|AfterHit(rank, document, number)| (rank, document, number)),
                ..Asked::default()
            };
            let most = i32::try_from(limit + 1).unwrap_or(i32::MAX);
            Ok(passages::search(tx, &asked, most)?)
        })
        .await?;
    json(200, &Listing::of(found, limit, hit_place, PassageHit::from))
}

fn view(tx: &mut TenantTx<'_>, id: KnowledgeId) -> Result<KnowledgeView, AppError> {
    let reader = actions::reader(tx)?;
    Ok(documents::seen(tx, &reader, id)?.into())
}

async fn show(caller: Caller, id: web::Path<KnowledgeId>) -> Reply {
    caller.require(READ)?;
    let id = *id;
    let view = caller.tenant(move |tx, _| view(tx, id)).await?;
    json(200, &view)
}

/// A page or link to be added.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddKnowledge {
    /// `page` or `link`.
    pub kind: KnowledgeKind,
    /// Of a link what its page calls itself when left out.
    #[serde(default)]
    pub title: String,
    /// `en` or `fr`.
    pub language: String,
    #[serde(default)]
    pub tags: Vec<String>,
    /// A page's Markdown.
    #[serde(default)]
    pub body: String,
    /// A link's address.
    #[serde(default)]
    pub url: String,
}

/// What is kept of an answer: the document itself is read anew.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    id: KnowledgeId,
}

async fn add(caller: Caller, app: web::Data<App>, posted: Json<AddKnowledge>) -> Reply {
    caller.require(WRITE)?;
    let (wanted, key, reach) = (posted.body, posted.key, Reach::of_portal(&app.config.public_url));
    let scope = caller.scope();
    let answer = app.db.once(&scope, key, move |tx| {
        let by = actions::keeper(tx)?;
        if wanted.kind == KnowledgeKind::Pdf {
            return Err(AppError::field("kind", "PDFs are added on the page."));
        }
        let form = KnowledgeForm {
            kind: wanted.kind.as_str().to_owned(),
            title: wanted.title,
            language: wanted.language,
            tags: wanted.tags.join(","),
            body: wanted.body,
            url: wanted.url,
            revision: String::new(),
        };
        let changed = form.parse(wanted.kind, true)?;
        if let Some(Err(why)) = changed.url.as_deref().map(|url| reach.read(url)) {
            return Err(AppError::field("url", why.to_string()));
        }
        let id: KnowledgeId = tx.new_id();
        let content = Content {
            body: changed.body,
            url: changed.url,
            file: None,
        };
        actions::add(tx, &by, (id, wanted.kind), &changed.described, &content)?;
        Answer::json(201, &Kept { id })
    });
    let Kept { id } = answer.await?.content()?;
    let view = caller.tenant(move |tx, _| view(tx, id)).await?;
    json(201, &view)
}

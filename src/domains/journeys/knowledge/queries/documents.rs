//! Documents.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::domains::journeys::knowledge::model::{Described, Document, Filter, KnowledgeKind, ReadingState};
use crate::domains::journeys::knowledge::policy::{Keeping, Reader};
use crate::kernel::ids::KnowledgeId;
use crate::platform::db::schema::knowledge_documents;
use crate::platform::db::{TenantTx, statement};

/// What a new document is made of.
#[derive(Debug, Clone, Default)]
pub struct Content {
    pub body: String,
    pub url: Option<String>,
    /// Name, bytes and key of a file.
    pub file: Option<(String, i64, String)>,
}

/// A page of the list, what was changed last first.
pub fn page(tx: &mut TenantTx<'_>, _: &Reader, filter: &Filter, limit: i64) -> QueryResult<Vec<Document>> {
    let mut list = knowledge_documents::table.into_boxed();
    list = match filter.archived {
        true => list.filter(knowledge_documents::archived_at.is_not_null()),
        false => list.filter(knowledge_documents::archived_at.is_null()),
    };
    if let Some(kind) = filter.kind {
        list = list.filter(knowledge_documents::kind.eq(kind));
    }
    if let Some(tag) = &filter.tag {
        list = list.filter(knowledge_documents::tags.contains(vec![tag.clone()]));
    }
    if let Some((at, id)) = filter.after {
        list = list.filter(
            knowledge_documents::changed_at
                .lt(at)
                .or(knowledge_documents::changed_at
                    .eq(at)
                    .and(knowledge_documents::id.lt(id))),
        );
    }
    list.order((
        knowledge_documents::changed_at.desc(),
        knowledge_documents::id.desc(),
    ))
    .limit(limit)
    .select(Document::as_select())
    .load(tx.conn())
}

/// One document, archived or not.
pub fn seen(tx: &mut TenantTx<'_>, _: &Reader, id: KnowledgeId) -> QueryResult<Document> {
    one(tx, id)
}

/// One document, whoever asks: where a job does.
pub fn one(tx: &mut TenantTx<'_>, id: KnowledgeId) -> QueryResult<Document> {
    Document::query()
        .filter(knowledge_documents::id.eq(id))
        .first(tx.conn())
}

/// One document, held until the end of the transaction.
pub fn held(tx: &mut TenantTx<'_>, id: KnowledgeId) -> QueryResult<Document> {
    knowledge_documents::table
        .filter(knowledge_documents::id.eq(id))
        .select(Document::as_select())
        .for_update()
        .first(tx.conn())
}

/// Writes a document's row. False when it is there already.
pub fn insert(
    tx: &mut TenantTx<'_>,
    by: &Keeping,
    (id, kind, words): (KnowledgeId, KnowledgeKind, &str),
    described: &Described,
    content: &Content,
) -> QueryResult<bool> {
    let now = tx.now();
    let (name, size, key) = match &content.file {
        Some((name, size, key)) => (Some(name), Some(size), Some(key)),
        None => (None, None, None),
    };
    let made = diesel::insert_into(knowledge_documents::table)
        .values((
            knowledge_documents::id.eq(id),
            knowledge_documents::kind.eq(kind),
            knowledge_documents::title.eq(&described.title),
            knowledge_documents::language.eq(&described.language),
            knowledge_documents::tags.eq(&described.tags),
            knowledge_documents::body.eq(&content.body),
            knowledge_documents::url.eq(&content.url),
            knowledge_documents::file_name.eq(name),
            knowledge_documents::size_bytes.eq(size),
            knowledge_documents::storage_key.eq(key),
            knowledge_documents::state.eq(ReadingState::Queued),
            knowledge_documents::words.eq(words),
            knowledge_documents::added_by.eq(by.by()),
            knowledge_documents::added_at.eq(now),
            knowledge_documents::changed_at.eq(now),
        ))
        .on_conflict((knowledge_documents::org_id, knowledge_documents::id))
        .do_nothing()
        .execute(tx.conn())?;
    Ok(made == 1)
}

/// Describes a document anew; a page also says something else, and a link leads elsewhere.
pub fn change(
    tx: &mut TenantTx<'_>,
    _: &Keeping,
    (id, words): (KnowledgeId, &str),
    described: &Described,
    (body, url): (&str, Option<&str>),
) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(knowledge_documents::table.filter(knowledge_documents::id.eq(id)))
        .set((
            knowledge_documents::title.eq(&described.title),
            knowledge_documents::language.eq(&described.language),
            knowledge_documents::tags.eq(&described.tags),
            knowledge_documents::body.eq(body),
            knowledge_documents::url.eq(url),
            knowledge_documents::words.eq(words),
            knowledge_documents::revision.eq(knowledge_documents::revision + 1),
            knowledge_documents::changed_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Calls a document so.
pub fn entitle(tx: &mut TenantTx<'_>, id: KnowledgeId, title: &str, words: &str) -> QueryResult<()> {
    diesel::update(knowledge_documents::table.filter(knowledge_documents::id.eq(id)))
        .set((
            knowledge_documents::title.eq(title),
            knowledge_documents::words.eq(words),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// How far it is read, and why it could not be.
pub fn set_state(
    tx: &mut TenantTx<'_>,
    id: KnowledgeId,
    state: ReadingState,
    failure: &str,
) -> QueryResult<()> {
    diesel::update(knowledge_documents::table.filter(knowledge_documents::id.eq(id)))
        .set((
            knowledge_documents::state.eq(state),
            knowledge_documents::failure.eq(failure),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// It was read now.
pub fn set_read(tx: &mut TenantTx<'_>, id: KnowledgeId, pages: Option<i32>) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(knowledge_documents::table.filter(knowledge_documents::id.eq(id)))
        .set((
            knowledge_documents::state.eq(ReadingState::Ready),
            knowledge_documents::failure.eq(""),
            knowledge_documents::read_at.eq(now),
            knowledge_documents::pages.eq(pages),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Archives a document, or has it found again.
pub fn set_archived(
    tx: &mut TenantTx<'_>,
    _: &Keeping,
    id: KnowledgeId,
    at: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    diesel::update(knowledge_documents::table.filter(knowledge_documents::id.eq(id)))
        .set(knowledge_documents::archived_at.eq(at))
        .execute(tx.conn())
        .map(|_| ())
}

/// Every tag in use, by name.
#[expect(
    clippy::disallowed_methods,
    reason = "the entries of arrays have no typed form"
)]
pub fn tags(tx: &mut TenantTx<'_>) -> QueryResult<Vec<String>> {
    #[derive(QueryableByName)]
    struct Tag {
        #[diesel(sql_type = Text)]
        tag: String,
    }
    let found: Vec<Tag> = statement(
        "SELECT DISTINCT tag FROM knowledge_documents, unnest(tags) AS tag WHERE archived_at IS NULL ORDER BY tag LIMIT 200",
    )
    .load(tx.conn())?;
    Ok(found.into_iter().map(|one| one.tag).collect())
}

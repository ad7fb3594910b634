//! Passages, and the search for them.
#![expect(
    clippy::disallowed_methods,
    reason = "full-text search is reached through SQL functions"
)]

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Float4, Integer, Nullable, Text, Uuid as SqlUuid};

use crate::domains::journeys::knowledge::model::{Hit, PASSAGES, Passage};
use crate::domains::journeys::knowledge::policy::Reader;
use crate::domains::journeys::knowledge::reading;
use crate::kernel::ids::KnowledgeId;
use crate::platform::db::schema::knowledge_passages;
use crate::platform::db::{TenantTx, statement};

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub words: String,
    /// Whether any of the words is enough.
    pub any_word: bool,
    pub tag: Option<String>,
    pub document: Option<KnowledgeId>,
    /// After this hit.
    pub after: Option<(f32, KnowledgeId, i32)>,
}

/// The passages that fit, the best first. Who may ask was decided before.
pub fn search(tx: &mut TenantTx<'_>, asked: &Asked, most: i32) -> QueryResult<Vec<Hit>> {
    let (rank, document, number) = match asked.after {
        Some((rank, document, number)) => (Some(rank), Some(document), Some(number)),
        None => (None, None, None),
    };
    statement("SELECT * FROM app.search_knowledge($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind::<Text, _>(&asked.words)
        .bind::<Bool, _>(asked.any_word)
        .bind::<Nullable<Text>, _>(&asked.tag)
        .bind::<Nullable<SqlUuid>, _>(asked.document)
        .bind::<Nullable<Float4>, _>(rank)
        .bind::<Nullable<SqlUuid>, _>(document)
        .bind::<Nullable<Integer>, _>(number)
        .bind::<Integer, _>(most)
        .load(tx.conn())
}

/// A page of a document.
pub fn page(
    tx: &mut TenantTx<'_>,
    _: &Reader,
    document: KnowledgeId,
    after: i32,
) -> QueryResult<Vec<Passage>> {
    Passage::query()
        .filter(knowledge_passages::document_id.eq(document))
        .filter(knowledge_passages::number.gt(after))
        .order(knowledge_passages::number)
        .limit(i64::from(PASSAGES) + 1)
        .load(tx.conn())
}

/// One passage.
pub fn one(tx: &mut TenantTx<'_>, _: &Reader, document: KnowledgeId, number: i32) -> QueryResult<Passage> {
    Passage::query()
        .filter(knowledge_passages::document_id.eq(document))
        .filter(knowledge_passages::number.eq(number))
        .first(tx.conn())
}

/// How many passages a document has.
pub fn count(tx: &mut TenantTx<'_>, document: KnowledgeId) -> QueryResult<i64> {
    knowledge_passages::table
        .filter(knowledge_passages::document_id.eq(document))
        .count()
        .first(tx.conn())
}

/// Puts these passages in the place of those that were there.
pub fn replace(
    tx: &mut TenantTx<'_>,
    (document, language, title): (KnowledgeId, &str, &str),
    passages: &[reading::Passage],
) -> QueryResult<()> {
    diesel::delete(knowledge_passages::table.filter(knowledge_passages::document_id.eq(document)))
        .execute(tx.conn())?;
    let numbers: Vec<i32> = (1..).take(passages.len()).collect();
    let headings: Vec<&str> = passages.iter().map(|one| one.heading.as_str()).collect();
    let pages: Vec<Option<i32>> = passages.iter().map(|one| one.page).collect();
    let texts: Vec<&str> = passages.iter().map(|one| one.text.as_str()).collect();
    let sources: Vec<&str> = passages.iter().map(|one| one.source.as_str()).collect();
    statement(
        "INSERT INTO knowledge_passages (document_id, number, heading, page, text, source, language, search) \
         SELECT $1, p.number, p.heading, p.page, p.body, p.source, $2, app.knowledge_vector($2, $3, p.heading, p.body) \
         FROM unnest($4::integer[], $5::text[], $6::integer[], $7::text[], $8::text[]) AS p(number, heading, page, body, source)",
    )
    .bind::<SqlUuid, _>(document)
    .bind::<Text, _>(language)
    .bind::<Text, _>(title)
    .bind::<Array<Integer>, _>(numbers)
    .bind::<Array<Text>, _>(headings)
    .bind::<Array<Nullable<Integer>>, _>(pages)
    .bind::<Array<Text>, _>(texts)
    .bind::<Array<Text>, _>(sources)
    .execute(tx.conn())
    .map(|_| ())
}

/// Finds what is there by another title and in another grammar.
pub fn index_anew(
    tx: &mut TenantTx<'_>,
    document: KnowledgeId,
    language: &str,
    title: &str,
) -> QueryResult<()> {
    statement(
        "UPDATE knowledge_passages SET language = $2, search = app.knowledge_vector($2, $3, heading, text) WHERE document_id = $1",
    )
    .bind::<SqlUuid, _>(document)
    .bind::<Text, _>(language)
    .bind::<Text, _>(title)
    .execute(tx.conn())
    .map(|_| ())
}

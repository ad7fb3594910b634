//! What is done with documents. Each is one transaction; bytes are stored before it, and pages out there are fetched between two.

use serde_json::json;

use crate::kernel::error::AppError;
use crate::kernel::ids::KnowledgeId;
use crate::kernel::text::folded;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::jobs::NewJob;

use super::events::{
    KnowledgeAdded, KnowledgeArchived, KnowledgeChanged, KnowledgeFailed, KnowledgeRead, KnowledgeRestored,
};
use super::jobs;
use super::model::{Described, Document, KnowledgeKind, ReadingState};
use super::policy::{self, Keeping, Reader};
use super::queries::documents::Content;
use super::queries::{documents, passages};
use super::reading::{self, Block, Passage};

/// The acting member as a reader.
///
/// # Errors
/// As [`policy::may_read`].
pub fn reader(tx: &TenantTx<'_>) -> Result<Reader, AppError> {
    policy::may_read(tx.actor())
}

/// The acting member as a keeper.
///
/// # Errors
/// As [`policy::may_keep`].
pub fn keeper(tx: &TenantTx<'_>) -> Result<Keeping, AppError> {
    policy::may_keep(tx.actor())
}

/// Adds a document. Pages are read at once, the rest by a job. False when it is there already.
///
/// # Errors
/// [`AppError::Invalid`] at `body` for a page without words.
pub fn add(
    tx: &mut TenantTx<'_>,
    by: &Keeping,
    (id, kind): (KnowledgeId, KnowledgeKind),
    described: &Described,
    content: &Content,
) -> Result<bool, AppError> {
    let file = content.file.as_ref().map(|(name, ..)| name.as_str());
    let words = words(described, content.url.as_deref(), file);
    if !documents::insert(tx, by, (id, kind, &words), described, content)? {
        return Ok(false);
    }
    let what = json!({ "title": described.title, "kind": kind.as_str(), "url": content.url, "file": file });
    tx.audit(Entry::of("journeys.knowledge.added", "knowledge", id).after(what))?;
    tx.emit(&KnowledgeAdded { document: id })?;
    match kind {
        KnowledgeKind::Page => read_page(tx, id, described, &content.body)?,
        KnowledgeKind::Pdf | KnowledgeKind::Link => want_reading(tx, id)?,
    }
    Ok(true)
}

/// What the list is searched by.
fn words(described: &Described, url: Option<&str>, file: Option<&str>) -> String {
    let said = [
        described.title.as_str(),
        &described.tags.join(" "),
        url.unwrap_or_default(),
        file.unwrap_or_default(),
    ];
    folded(&said.join("\n"))
}

fn read_page(
    tx: &mut TenantTx<'_>,
    id: KnowledgeId,
    described: &Described,
    body: &str,
) -> Result<(), AppError> {
    let found = reading::passages(reading::markdown::blocks(body));
    if found.is_empty() {
        return Err(AppError::field(
            "body",
            "There is no text below the headings yet.",
        ));
    }
    keep(tx, id, (&described.language, &described.title), (&found, None))
}

fn keep(
    tx: &mut TenantTx<'_>,
    id: KnowledgeId,
    (language, title): (&str, &str),
    (found, pages): (&[Passage], Option<i32>),
) -> Result<(), AppError> {
    // Many pages begin with their own title as a heading. It is not said twice.
    let below = |mut passage: Passage| {
        let rest = passage.heading.strip_prefix(title);
        let rest = rest.filter(|rest| rest.is_empty() || rest.starts_with(" › "));
        if let Some(rest) = rest.map(|rest| rest.trim_start_matches(" › ").to_owned()) {
            passage.heading = rest;
        }
        passage
    };
    let found: Vec<Passage> = found.iter().cloned().map(below).collect();
    passages::replace(tx, (id, language, title), &found)?;
    documents::set_read(tx, id, pages)?;
    tx.emit(&KnowledgeRead { document: id })?;
    Ok(())
}

fn want_reading(tx: &mut TenantTx<'_>, id: KnowledgeId) -> Result<(), AppError> {
    documents::set_state(tx, id, ReadingState::Queued, "")?;
    tx.enqueue(NewJob::new(jobs::READ, jobs::Reading { document: id }).unique(id.to_string()))?;
    Ok(())
}

/// A document as it was changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    pub described: Described,
    /// A page's Markdown.
    pub body: String,
    /// A link's address.
    pub url: Option<String>,
    /// What the window showed.
    pub revision: i32,
}

/// Changes a document. A page, or a link that leads elsewhere, is read anew.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Invalid`] at `body` when somebody else changed it meanwhile, or nothing is left of a page.
pub fn change(
    tx: &mut TenantTx<'_>,
    by: &Keeping,
    id: KnowledgeId,
    wanted: &Changed,
) -> Result<(), AppError> {
    let before = documents::held(tx, id)?;
    if before.revision != wanted.revision {
        return Err(AppError::field(
            "title",
            "Somebody else changed it meanwhile. Look at theirs in another window; saving again puts yours in its place.",
        ));
    }
    let described = &wanted.described;
    let words = words(described, wanted.url.as_deref(), before.file_name.as_deref());
    documents::change(
        tx,
        by,
        (id, &words),
        described,
        (&wanted.body, wanted.url.as_deref()),
    )?;
    let entry = Entry::of("journeys.knowledge.changed", "knowledge", id);
    tx.audit(
        entry
            .before(json!({ "title": before.title, "url": before.url }))
            .after(json!({ "title": described.title, "url": wanted.url })),
    )?;
    tx.emit(&KnowledgeChanged { document: id })?;
    match before.kind {
        KnowledgeKind::Page => read_page(tx, id, described, &wanted.body),
        KnowledgeKind::Link if before.url != wanted.url => want_reading(tx, id),
        _ => Ok(passages::index_anew(
            tx,
            id,
            &described.language,
            &described.title,
        )?),
    }
}

/// Has a link or a PDF read again. What was read before stays found meanwhile.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Conflict`] for pages.
pub fn read_again(tx: &mut TenantTx<'_>, _: &Keeping, id: KnowledgeId) -> Result<(), AppError> {
    let document = documents::held(tx, id)?;
    if document.kind == KnowledgeKind::Page {
        return Err(AppError::Conflict(
            "Pages are read when they are saved.".to_owned(),
        ));
    }
    tx.audit(Entry::of("journeys.knowledge.reading_asked", "knowledge", id))?;
    want_reading(tx, id)
}

/// The document that an attempt is about to read; none when there is nothing to do any more.
///
/// # Errors
/// When the database fails.
pub fn taken_in_hand(tx: &mut TenantTx<'_>, id: KnowledgeId) -> Result<Option<Document>, AppError> {
    let document = match documents::held(tx, id) {
        Ok(document) => document,
        Err(diesel::result::Error::NotFound) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if !document.state.is_under_way() {
        return Ok(None);
    }
    documents::set_state(tx, id, ReadingState::Reading, "")?;
    Ok(Some(document))
}

/// What was found in a document.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// What it calls itself; may be empty.
    pub title: String,
    pub blocks: Vec<Block>,
    /// Pages of a PDF.
    pub pages: Option<i32>,
}

/// Keeps what an attempt found. Not when the document leads elsewhere by now: another attempt is on its way then.
///
/// # Errors
/// When the database fails.
pub fn read(tx: &mut TenantTx<'_>, of: &Document, found: Result<Found, String>) -> Result<bool, AppError> {
    let document = documents::held(tx, of.id)?;
    if document.url != of.url {
        want_reading(tx, of.id)?;
        return Ok(false);
    }
    let found = found.map(|found| (reading::passages(found.blocks), found.title, found.pages));
    let (passages, title, pages) = match found {
        Ok((passages, ..)) if passages.is_empty() => {
            return fail(tx, of.id, "There are no words on that page.");
        }
        Ok(found) => found,
        Err(why) => return fail(tx, of.id, &why),
    };
    let is_unnamed = of
        .url
        .as_deref()
        .is_some_and(|url| url.chars().take(160).eq(document.title.chars()));
    let title = match is_unnamed && !title.is_empty() {
        true => {
            let title: String = title.chars().take(160).collect();
            let described = Described {
                title: title.clone(),
                tags: document.tags.clone(),
                language: String::new(),
            };
            documents::entitle(tx, of.id, &title, &words(&described, of.url.as_deref(), None))?;
            title
        }
        false => document.title,
    };
    keep(tx, of.id, (&document.language, &title), (&passages, pages))?;
    Ok(true)
}

fn fail(tx: &mut TenantTx<'_>, id: KnowledgeId, why: &str) -> Result<bool, AppError> {
    documents::set_state(tx, id, ReadingState::Failed, why)?;
    tx.emit(&KnowledgeFailed { document: id })?;
    Ok(false)
}

/// Archives a document: it is no longer found.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn archive(tx: &mut TenantTx<'_>, by: &Keeping, id: KnowledgeId) -> Result<(), AppError> {
    if documents::held(tx, id)?.archived_at.is_some() {
        return Ok(());
    }
    let now = tx.now();
    documents::set_archived(tx, by, id, Some(now))?;
    tx.audit(Entry::of("journeys.knowledge.archived", "knowledge", id))?;
    tx.emit(&KnowledgeArchived { document: id })?;
    Ok(())
}

/// Has an archived document found again.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn restore(tx: &mut TenantTx<'_>, by: &Keeping, id: KnowledgeId) -> Result<(), AppError> {
    if documents::held(tx, id)?.archived_at.is_none() {
        return Ok(());
    }
    documents::set_archived(tx, by, id, None)?;
    tx.audit(Entry::of("journeys.knowledge.restored", "knowledge", id))?;
    tx.emit(&KnowledgeRestored { document: id })?;
    Ok(())
}

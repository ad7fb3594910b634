//! The list, and what was found.

use askama::Template;

use crate::domains::journeys::knowledge::forms::{KnowledgeQuery, hit_place, place, read_hit_place};
use crate::domains::journeys::knowledge::model::{
    Document, Hit, KnowledgeKind, ReadingState, part_of, place_of,
};
use crate::domains::journeys::knowledge::queries::documents;
use crate::domains::journeys::knowledge::queries::passages::{self, Asked};
use crate::domains::journeys::knowledge::reading::snippet::{self, Part};
use crate::domains::journeys::knowledge::{actions, citing};
use crate::domains::tenancy;
use crate::kernel::error::AppError;
use crate::kernel::ids::KnowledgeId;
use crate::kernel::time::{ago, machine};
use crate::platform::db::TenantTx;
use crate::platform::files;
use crate::platform::web::{Choice, Shell, address};

/// Documents on a page, and hits.
const PAGE: usize = 30;

/// One document of the list.
pub struct Card {
    pub id: KnowledgeId,
    pub title: String,
    pub icon: &'static str,
    pub note: String,
    pub tags: Vec<String>,
    pub by: String,
    pub when: String,
    pub machine: String,
    /// Empty when all is well, else how far it is read.
    pub state: &'static str,
    pub is_failed: bool,
}

/// A passage that was found.
pub struct HitLine {
    pub document: KnowledgeId,
    pub number: i32,
    pub href: String,
    pub icon: &'static str,
    pub title: String,
    /// Heading and page; may be empty.
    pub part: String,
    pub parts: Vec<Part>,
    /// The whole of where it is from.
    pub source: String,
}

impl HitLine {
    /// A hit as it is shown.
    pub fn of(hit: &Hit) -> Self {
        Self {
            document: hit.document_id,
            number: hit.number,
            href: place_of(hit.document_id, hit.number),
            icon: hit.kind.icon(),
            title: hit.title.clone(),
            part: part_of(&hit.heading, hit.page),
            parts: snippet::around(&hit.body, &hit.marked),
            source: citing::source(&hit.title, &hit.heading, hit.page),
        }
    }
}

/// `/journeys/knowledge`
#[derive(Template)]
#[template(path = "journeys/knowledge/list.html")]
pub struct ListPage {
    pub shell: Shell,
    pub query: KnowledgeQuery,
    pub is_search: bool,
    pub is_filtered: bool,
    pub cards: Vec<Card>,
    pub hits: Vec<HitLine>,
    /// Whether not all words were found together.
    pub any_word: bool,
    pub kinds: Vec<Choice>,
    pub tags: Vec<Choice>,
    pub can_keep: bool,
    pub start: String,
    pub next: String,
}

impl ListPage {
    /// Documents, or with words the passages that fit.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for who does not read it.
    pub fn read(tx: &mut TenantTx<'_>, shell: Shell, query: KnowledgeQuery) -> Result<Self, AppError> {
        let reader = actions::reader(tx)?;
        let is_search = !query.words().is_empty();
        let (mut cards, mut hits, mut any_word, mut next) = (Vec::new(), Vec::new(), false, String::new());
        if is_search {
            let (found, any) = found(tx, &query)?;
            any_word = any;
            let has_more = found.len() > PAGE;
            let shown: Vec<Hit> = found.into_iter().take(PAGE).collect();
            if let Some(last) = shown.last().filter(|_| has_more) {
                let any = if any_word { "any~" } else { "" };
                next = at(&query, &format!("{any}{}", hit_place(last)));
            }
            hits = shown.iter().map(HitLine::of).collect();
        } else {
            let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
            let mut found = documents::page(tx, &reader, &query.filter(), limit)?;
            let has_more = found.len() > PAGE;
            found.truncate(PAGE);
            if let Some(last) = found.last().filter(|_| has_more) {
                next = at(&query, &place(last));
            }
            cards = self::cards(tx, &found)?;
        }
        let kind =
            |kind: &KnowledgeKind| Choice::new(kind.as_str(), kind.label(), query.kind == kind.as_str());
        Ok(Self {
            shell,
            is_search,
            is_filtered: !query.kind.is_empty() || !query.tag.is_empty(),
            cards,
            hits,
            any_word,
            kinds: KnowledgeKind::ALL.iter().map(kind).collect(),
            tags: documents::tags(tx)?
                .into_iter()
                .map(|tag| Choice::new(tag.clone(), tag.clone(), tag == query.tag))
                .collect(),
            can_keep: actions::keeper(tx).is_ok(),
            start: match query.after.is_empty() {
                true => String::new(),
                false => at(&query, ""),
            },
            next,
            query,
        })
    }
}

/// With all words; where nothing has them all, with any.
fn found(tx: &mut TenantTx<'_>, query: &KnowledgeQuery) -> Result<(Vec<Hit>, bool), AppError> {
    let (is_any, after) = match query.after.strip_prefix("any~") {
        Some(after) => (true, after),
        None => (false, query.after.as_str()),
    };
    let mut asked = Asked {
        words: query.words(),
        any_word: is_any,
        tag: query.tag(),
        document: None,
        after: read_hit_place(after),
    };
    let limit = i32::try_from(PAGE + 1).unwrap_or(i32::MAX);
    let found = passages::search(tx, &asked, limit)?;
    if !found.is_empty() || is_any || asked.after.is_some() {
        return Ok((found, is_any));
    }
    asked.any_word = true;
    Ok((passages::search(tx, &asked, limit)?, true))
}

fn at(query: &KnowledgeQuery, after: &str) -> String {
    let filters = [
        ("q", query.q.as_str()),
        ("kind", &query.kind),
        ("tag", &query.tag),
        ("archived", &query.archived),
        ("after", after),
    ];
    address("/journeys/knowledge", &filters)
}

fn cards(tx: &mut TenantTx<'_>, found: &[Document]) -> Result<Vec<Card>, AppError> {
    let authors: Vec<_> = found.iter().map(|one| one.added_by).collect();
    let known = tenancy::member_cards(tx, &authors)?;
    let now = tx.now();
    let card = |one: &Document| Card {
        id: one.id,
        title: one.title.clone(),
        icon: one.kind.icon(),
        note: note(one),
        tags: one.tags.clone(),
        by: known
            .get(&one.added_by)
            .map(|card| card.name.clone())
            .unwrap_or_default(),
        when: ago(one.changed_at, now),
        machine: machine(one.changed_at),
        state: match one.state {
            ReadingState::Ready => "",
            state => state.label(),
        },
        is_failed: one.state == ReadingState::Failed,
    };
    Ok(found.iter().map(card).collect())
}

/// What a document is, in a few words.
pub(super) fn note(document: &Document) -> String {
    match (document.kind, &document.url, &document.file_name) {
        (KnowledgeKind::Link, Some(url), _) => {
            let host = url::Url::parse(url)
                .ok()
                .and_then(|url| url.host_str().map(str::to_owned));
            format!("Link to {}", host.unwrap_or_default())
        }
        (KnowledgeKind::Pdf, _, Some(name)) => {
            let size = files::described(name, document.size_bytes.unwrap_or_default());
            match document.pages {
                Some(1) => format!("{size}, 1 page"),
                Some(pages) => format!("{size}, {pages} pages"),
                None => size,
            }
        }
        _ => "Page".to_owned(),
    }
}

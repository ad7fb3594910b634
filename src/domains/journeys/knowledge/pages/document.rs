//! One document.

use askama::Template;

use crate::domains::journeys::knowledge::actions;
use crate::domains::journeys::knowledge::model::{
    Document, KnowledgeKind, LANGUAGES, PASSAGES, Passage, ReadingState,
};
use crate::domains::journeys::knowledge::queries::{documents, passages};
use crate::domains::journeys::library::PageHtml;
use crate::domains::tenancy;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::KnowledgeId;
use crate::kernel::time::{local_date_time, machine};
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::list::note;

/// A passage as it is shown.
pub struct PassageView {
    pub number: i32,
    /// Empty where it is that of the passage before.
    pub heading: String,
    /// The page, where it begins here.
    pub page: Option<i32>,
    /// Rendered, where it was written here.
    pub html: PageHtml,
    /// Plain, where it came from outside.
    pub paragraphs: Vec<String>,
}

/// `/journeys/knowledge/{document}`
#[derive(Template)]
#[template(path = "journeys/knowledge/document.html")]
pub struct DocumentPage {
    pub shell: Shell,
    pub id: KnowledgeId,
    pub kind: KnowledgeKind,
    pub title: String,
    pub note: String,
    pub language: &'static str,
    pub lang: String,
    pub url: String,
    pub tags: Vec<String>,
    pub by: String,
    pub added: String,
    pub read: String,
    pub read_machine: String,
    pub state: ReadingState,
    pub failure: String,
    pub count: i64,
    pub passages: Vec<PassageView>,
    pub is_archived: bool,
    pub can_keep: bool,
    pub start: String,
    pub next: String,
}

impl DocumentPage {
    /// A document, with the passages after this one.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        id: KnowledgeId,
        after: i32,
    ) -> Result<Self, AppError> {
        let reader = actions::reader(tx)?;
        let document = documents::seen(tx, &reader, id)?;
        let mut found = passages::page(tx, &reader, id, after)?;
        let shown = usize::try_from(PASSAGES).unwrap_or_default();
        let has_more = found.len() > shown;
        found.truncate(shown);
        let next = found.last().filter(|_| has_more).map(|last| last.number);
        let cards = tenancy::member_cards(tx, &[document.added_by])?;
        Ok(Self {
            shell,
            id,
            note: note(&document),
            language: language(&document),
            count: passages::count(tx, id)?,
            passages: views(found),
            can_keep: actions::keeper(tx).is_ok(),
            by: cards
                .get(&document.added_by)
                .map(|card| card.name.clone())
                .unwrap_or_default(),
            added: local_date_time(document.added_at, me.zone),
            read: document
                .read_at
                .map(|at| local_date_time(at, me.zone))
                .unwrap_or_default(),
            read_machine: document.read_at.map(machine).unwrap_or_default(),
            start: match after > 0 {
                true => format!("/journeys/knowledge/{id}"),
                false => String::new(),
            },
            next: next
                .map(|number| format!("/journeys/knowledge/{id}?after={number}"))
                .unwrap_or_default(),
            kind: document.kind,
            title: document.title,
            lang: document.language,
            url: document.url.unwrap_or_default(),
            tags: document.tags,
            state: document.state,
            failure: document.failure,
            is_archived: document.archived_at.is_some(),
        })
    }
}

fn language(document: &Document) -> &'static str {
    let known = LANGUAGES.iter().find(|(code, _)| *code == document.language);
    known.map(|(_, name)| *name).unwrap_or_default()
}

fn views(found: Vec<Passage>) -> Vec<PassageView> {
    let (mut heading, mut page) = (String::new(), None);
    let mut views = Vec::new();
    for passage in found {
        let is_new_page = passage.page != page;
        views.push(PassageView {
            number: passage.number,
            heading: match passage.heading == heading {
                true => String::new(),
                false => passage.heading.clone(),
            },
            page: passage.page.filter(|_| is_new_page),
            html: PageHtml::of(&passage.source),
            paragraphs: passage.text.split("\n\n").map(str::to_owned).collect(),
        });
        heading = passage.heading;
        page = passage.page;
    }
    views
}

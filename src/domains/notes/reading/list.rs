//! All the notes one may read, searched.
//!
//! Texts are sealed and there is no index of their words, since an index would outlive an erasure: searching opens the newest
//! notes and looks.

use std::collections::HashMap;

use askama::Template;
use serde::Deserialize;

use crate::domains::notes::model::{NoteKind, NoteVisibility};
use crate::domains::people::record::pages::{EntryLine, entry_line};
use crate::domains::tenancy;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, NoteId};
use crate::kernel::text;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell, address};

use super::pages::{entries, name_of};
use super::queries::{self, NoteFilter};

/// Notes on a page.
const PAGE: usize = 50;

/// Notes that a search opens at most.
const SEARCHED: usize = 2_000;

/// The filters, as the address has them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NotesQuery {
    pub q: String,
    pub kind: String,
    pub level: String,
    pub before: String,
}

/// A note in the list, with whom it is about.
pub struct NoteLine {
    pub person: String,
    pub record: String,
    pub entry: EntryLine,
}

/// `/notes`
#[derive(Template)]
#[template(path = "notes/index.html")]
pub struct NotesPage {
    pub shell: Shell,
    pub q: String,
    pub kinds: Vec<Choice>,
    pub levels: Vec<Choice>,
    pub notes: Vec<NoteLine>,
    pub is_filtered: bool,
    pub searched: usize,
    pub start: String,
    pub next: String,
}

impl NotesPage {
    /// The notes the acting member reads, under the filters of the address.
    ///
    /// # Errors
    /// When the database fails, or a text does not open.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        keys: &KeyRing,
        query: &NotesQuery,
    ) -> Result<Self, AppError> {
        let filter = NoteFilter {
            kind: query.kind.parse().ok(),
            level: query.level.parse().ok(),
            before: query.before.parse().ok(),
        };
        let words = text::folded(query.q.trim());
        let wanted = if words.is_empty() { PAGE + 1 } else { SEARCHED };
        let found = queries::mine(tx, &filter, i64::try_from(wanted).unwrap_or(i64::MAX))?;
        let searched = if words.is_empty() { 0 } else { found.len() };
        let people: Vec<MemberId> = found.iter().map(|note| note.member_id).collect();
        let cards = tenancy::member_cards(tx, &people)?;
        let about: HashMap<NoteId, MemberId> = found.iter().map(|note| (note.id, note.member_id)).collect();
        let mut lines = Vec::new();
        for (id, entry) in entries(tx, keys, found)? {
            let member = about.get(&id).copied().unwrap_or(MemberId(id.0));
            let person = name_of(&cards, member);
            let has_it = words.is_empty()
                || text::folded(&entry.whole).contains(&words)
                || text::folded(&person).contains(&words);
            if has_it {
                let record = format!("/people/{member}/record");
                lines.push((id, person, record, entry.shown));
            }
            if lines.len() > PAGE {
                break;
            }
        }
        let has_more = lines.len() > PAGE;
        lines.truncate(PAGE);
        let last = lines.last().filter(|_| has_more).map(|line| line.0.to_string());
        let page_at = |before: &str| {
            let filters = [
                ("q", query.q.as_str()),
                ("kind", &query.kind),
                ("level", &query.level),
                ("before", before),
            ];
            address("/notes", &filters)
        };
        Ok(Self {
            shell,
            kinds: choices(
                NoteKind::ALL.iter().map(|one| (one.as_str(), one.label())),
                &query.kind,
            ),
            levels: choices(
                NoteVisibility::ALL.iter().map(|one| (one.as_str(), one.label())),
                &query.level,
            ),
            is_filtered: !words.is_empty() || filter.kind.is_some() || filter.level.is_some(),
            searched: if searched == SEARCHED { SEARCHED } else { 0 },
            start: filter.before.map(|_| page_at("")).unwrap_or_default(),
            next: last.map(|id| page_at(&id)).unwrap_or_default(),
            notes: lines
                .into_iter()
                .map(|(_, person, record, entry)| NoteLine {
                    person,
                    record,
                    entry: entry_line(entry, me),
                })
                .collect(),
            q: query.q.clone(),
        })
    }
}

fn choices<'a>(all: impl Iterator<Item = (&'a str, &'a str)>, chosen: &str) -> Vec<Choice> {
    all.map(|(value, label)| Choice::new(value, label, value == chosen))
        .collect()
}

//! The page on which one chooses.

use std::collections::{HashMap, HashSet};

use askama::Template;

use crate::domains::notes::model::Note;
use crate::domains::notes::reading::pages::{entries, name_of};
use crate::domains::people::record::pages::{EntryLine, entry_line};
use crate::domains::people::stewards::actions as stewards;
use crate::domains::tenancy;
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{MemberId, NoteId};
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::web::{Shell, address};

use super::forms::{HandoverForm, PAGE};
use super::queries;

/// A private note, and whether it can become the team's.
pub struct PrivateLine {
    pub id: NoteId,
    pub person: String,
    /// False where one no longer looks after the person.
    pub can_give: bool,
    pub is_ticked: bool,
    pub entry: EntryLine,
}

/// `/notes/handover`
#[derive(Template)]
#[template(path = "notes/handover.html")]
pub struct HandoverPage {
    pub shell: Shell,
    pub notes: Vec<PrivateLine>,
    /// Whether anything of it can be ticked.
    pub can_give: bool,
    pub form: HandoverForm,
    pub errors: FieldErrors,
    pub start: String,
    pub next: String,
}

impl HandoverPage {
    /// The acting member's private notes, the newest first.
    ///
    /// # Errors
    /// When the database fails, or a text does not open.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        keys: &KeyRing,
        form: HandoverForm,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        let before: Option<NoteId> = form.before.parse().ok();
        let mut found = queries::own_private(tx, before, i64::try_from(PAGE + 1).unwrap_or(i64::MAX))?;
        let has_more = found.len() > PAGE;
        found.truncate(PAGE);
        let last = found.last().filter(|_| has_more).map(|note| note.id.to_string());
        let page_at = |before: &str| address("/notes/handover", &[("before", before)]);
        let notes = lines(tx, me, keys, found, &form)?;
        Ok(Self {
            shell,
            can_give: notes.iter().any(|note| note.can_give),
            notes,
            start: before.map(|_| page_at("")).unwrap_or_default(),
            next: last.map(|id| page_at(&id)).unwrap_or_default(),
            form,
            errors,
        })
    }
}

fn lines(
    tx: &mut TenantTx<'_>,
    me: &Member,
    keys: &KeyRing,
    notes: Vec<Note>,
    form: &HandoverForm,
) -> Result<Vec<PrivateLine>, AppError> {
    let about: HashMap<NoteId, MemberId> = notes.iter().map(|note| (note.id, note.member_id)).collect();
    let people: HashSet<MemberId> = about.values().copied().collect();
    let mut mine = HashSet::new();
    for person in &people {
        if stewards::looks_after(tx, me.member, *person)?.is_some() {
            mine.insert(*person);
        }
    }
    let people: Vec<MemberId> = people.into_iter().collect();
    let cards = tenancy::member_cards(tx, &people)?;
    let line = |(id, entry): (NoteId, crate::domains::notes::reading::pages::Entry)| {
        let person = about.get(&id).copied();
        PrivateLine {
            id,
            person: person.map(|person| name_of(&cards, person)).unwrap_or_default(),
            can_give: person.is_some_and(|person| mine.contains(&person)),
            is_ticked: form.note.contains(&id.to_string()),
            entry: entry_line(entry.shown, me),
        }
    };
    Ok(entries(tx, keys, notes)?.into_iter().map(line).collect())
}

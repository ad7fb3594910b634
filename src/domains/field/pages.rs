//! What the page in the field prints, and the pages of notes that need a person.

use askama::Template;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::domains::notes::model::NoteKind;
use crate::domains::people::mine;
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::NoteId;
use crate::kernel::time::local_date_time;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::web::installable::Installable;
use crate::platform::web::page::render;
use crate::platform::web::{Choice, Shell, assets};

use super::forms::{PlaceForm, UnplacedQuery};
use super::model::{Unplaced, WrittenNote};
use super::{actions, queries};

/// Notes on a page.
const PAGE: usize = 50;
/// Characters of a note shown in the list.
const EXCERPT: usize = 160;
/// People to choose from.
const PEOPLE: i64 = 2_000;

/// What the worker does; which files it keeps is written before it.
const WORKER: &str = include_str!("../../../static/field/sw.js");

/// What the page needs without a network, besides itself.
const FILES: [&str; 5] = [
    "css/app.css",
    "js/outbox.js",
    "js/field.js",
    "icons/sprite.svg",
    "favicon.svg",
];

/// `/field`: the same for everybody, and nothing about anybody.
#[derive(Template)]
#[template(path = "field/shell.html")]
pub struct FieldPage {
    pub kinds: &'static [NoteKind],
}

impl FieldPage {
    /// The page.
    ///
    /// # Errors
    /// When the template fails.
    pub fn text() -> Result<String, AppError> {
        render(&Self { kinds: NoteKind::ALL })
    }
}

/// What tells one text from another, in few characters.
pub fn digest(text: &str) -> String {
    let digest = Sha256::digest(text);
    hex::encode(digest.get(..8).unwrap_or_default())
}

/// The worker's script, with the version of what it keeps.
///
/// # Errors
/// When the template of the page fails.
pub fn worker() -> Result<String, AppError> {
    let files: Vec<&str> = FILES.iter().map(|file| assets::url(file)).collect();
    let version = digest(&FieldPage::text()?);
    let kept = json!({ "version": version, "page": "/field", "files": files, "outbox": assets::url("js/outbox.js") });
    Ok(format!("const KEPT = {kept};\n{WORKER}"))
}

/// What makes the page installable (W3C Web Application Manifest).
pub fn manifest() -> String {
    Installable {
        page: "/field",
        name: "Waymark in the field",
        description: "Notes about conversations, with and without a signal.",
    }
    .manifest()
}

/// A note that needs a person, in the list.
pub struct UnplacedLine {
    pub id: NoteId,
    pub name: String,
    pub at: String,
    pub kind: String,
    pub said: String,
}

/// `/field/unplaced`
#[derive(Template)]
#[template(path = "field/unplaced.html")]
pub struct UnplacedListPage {
    pub shell: Shell,
    pub notes: Vec<UnplacedLine>,
    pub start: String,
    pub next: String,
}

impl UnplacedListPage {
    /// The acting member's notes that need a person.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        keys: &KeyRing,
        query: &UnplacedQuery,
    ) -> Result<Self, AppError> {
        let after = query.after.parse().ok();
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut found = queries::unplaced(tx, after, limit)?;
        let has_more = found.len() > PAGE;
        found.truncate(PAGE);
        let next = match found.last().filter(|_| has_more) {
            Some(last) => format!("/field/unplaced?after={}", last.id),
            None => String::new(),
        };
        let notes = found.iter().map(|note| line(note, me, keys)).collect();
        Ok(Self {
            shell,
            notes,
            start: match after {
                Some(NoteId(_)) => "/field/unplaced".to_owned(),
                None => String::new(),
            },
            next,
        })
    }
}

/// What a note says; one that does not open any more says so, and spoils no list of the others.
fn read(note: &Unplaced, keys: &KeyRing) -> WrittenNote {
    actions::opened(keys, note).unwrap_or_else(|_| WrittenNote {
        name: "A note that can't be read".to_owned(),
        said: "It was sealed under another secret of this portal. Ask whoever runs it, or throw it away."
            .to_owned(),
        ..WrittenNote::default()
    })
}

fn line(note: &Unplaced, me: &Member, keys: &KeyRing) -> UnplacedLine {
    let written = read(note, keys);
    UnplacedLine {
        id: note.id,
        at: local_date_time(note.occurred_at, me.zone),
        kind: kind_of(&written),
        said: excerpt(&written.said),
        name: called(&written),
    }
}

fn excerpt(said: &str) -> String {
    let start: String = said.chars().take(EXCERPT).collect();
    match start.len() < said.len() {
        true => format!("{start}…"),
        false => start,
    }
}

fn kind_of(written: &WrittenNote) -> String {
    let kind: Option<NoteKind> = written.kind.parse().ok();
    kind.map_or("Note", NoteKind::label).to_owned()
}

fn called(written: &WrittenNote) -> String {
    match written.name.trim() {
        "" => "Somebody from your list".to_owned(),
        name => name.to_owned(),
    }
}

/// `/field/unplaced/{note}`
#[derive(Template)]
#[template(path = "field/unplaced_note.html")]
pub struct UnplacedPage {
    pub shell: Shell,
    pub id: NoteId,
    pub name: String,
    pub kind: String,
    pub at: String,
    pub said: String,
    pub follow_up: String,
    pub people: Vec<Choice>,
    pub errors: FieldErrors,
}

impl UnplacedPage {
    /// A note of the acting member's that needs a person, and whom it may be about: those who are called a little like it first.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        keys: &KeyRing,
        id: NoteId,
        form: &PlaceForm,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        let note = queries::one_unplaced(tx, id)?;
        let written = read(&note, keys);
        let mut people = mine::everyone(tx, PEOPLE)?;
        people.sort_by_key(|person| !is_alike(&person.name, &written.name));
        let choice = |person: mine::Named| {
            let id = person.id.to_string();
            let label = match person.worksite.as_str() {
                "" => person.name,
                worksite => format!("{} · {worksite}", person.name),
            };
            let chosen = form.member == id;
            Choice::new(id, label, chosen)
        };
        Ok(Self {
            shell,
            id,
            at: local_date_time(note.occurred_at, me.zone),
            kind: kind_of(&written),
            name: called(&written),
            follow_up: match written.next_step.as_str() {
                "" => written.follow_up,
                step => format!("{step}, {}", written.follow_up),
            },
            said: written.said,
            people: people.into_iter().map(choice).collect(),
            errors,
        })
    }
}

/// Whether two names have a word in common, as people shorten and misspell them.
fn is_alike(name: &str, written: &str) -> bool {
    let words = |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_lowercase).collect() };
    let written = words(written);
    words(name)
        .iter()
        .any(|word| written.iter().any(|other| word.starts_with(other.as_str())))
}

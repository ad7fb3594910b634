//! What the pages that show notes print.

use std::collections::HashMap;

use askama::Template;

use crate::domains::cases::{self, Case};
use crate::domains::notes::model::{Note, NoteKind, NoteText, NoteVisibility, Sentiment};
use crate::domains::notes::{policy, queries as writing, sealing};
use crate::domains::people::record::pages::{TimelineEntry, in_words};
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::{Member, Role};
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, NoteId};
use crate::kernel::time::{local_date_time, machine};
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::queries;
use super::{Opened, open};

/// Characters of a note shown in a timeline; its page has all of it.
const EXCERPT: usize = 400;

/// Readings shown on the page of a note.
const READINGS: i64 = 20;

/// The answers to what somebody was asked to do.
pub const ANSWERS: [(&str, &str); 3] = [("yes", "Yes"), ("maybe", "Maybe"), ("no", "No")];

/// Words for the scale of support, as the organization shows it.
pub fn support_words(one_is_strong: bool) -> [&'static str; 5] {
    match one_is_strong {
        true => ["Leads", "Supports", "Undecided", "Against", "Strongly against"],
        false => ["Strongly against", "Against", "Undecided", "Supports", "Leads"],
    }
}

/// An earlier version as shown.
pub struct RevisionView {
    pub said: String,
    pub shown: String,
    pub visibility: &'static str,
    pub reason: String,
}

/// `/notes/{note}`
#[derive(Template)]
#[template(path = "notes/show.html")]
pub struct NotePage {
    pub shell: Shell,
    pub id: NoteId,
    pub person: MemberCard,
    pub kind: &'static str,
    pub lead: String,
    pub visibility: &'static str,
    pub visibility_tone: &'static str,
    pub text: NoteText,
    pub facts: Vec<(&'static str, String)>,
    pub tags: Vec<String>,
    pub case: Option<Case>,
    pub revisions: Vec<RevisionView>,
    pub readings: Vec<ReadingView>,
    pub can_change: bool,
}

/// One reading as shown to who may read the note too.
pub struct ReadingView {
    pub name: String,
    pub purpose: &'static str,
    pub shown: String,
}

impl NotePage {
    /// A note the acting member may read.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when they may not.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        me: &Member,
        keys: &KeyRing,
        id: NoteId,
    ) -> Result<Self, AppError> {
        let Opened { note, text } = open(tx, keys, id)?;
        let key = sealing::key_of(tx, keys, note.key_holder())?;
        let mut cards = tenancy::member_cards(tx, &[note.member_id, note.author_id])?;
        let author = name_of(&cards, note.author_id);
        let person = cards.remove(&note.member_id).ok_or(AppError::NotFound)?;
        let mut revisions = Vec::new();
        for revision in writing::revisions(tx, id)? {
            revisions.push(RevisionView {
                said: sealing::opened_with(&key, id, &revision.sealed)?.said,
                shown: local_date_time(revision.replaced_at, me.zone),
                visibility: revision.visibility.label(),
                reason: revision.reason,
            });
        }
        let strong = writing::one_is_strong(tx)?;
        Ok(Self {
            shell,
            id,
            kind: note.kind.label(),
            lead: format!(
                "{author} · {}{}",
                local_date_time(note.occurred_at, me.zone),
                arrival(&note)
            ),
            visibility: note.visibility.label(),
            visibility_tone: visibility_tone(note.visibility),
            facts: facts(&note, &text, strong),
            tags: note.tags.clone(),
            can_change: policy::may_change(tx.actor(), &note, None).is_ok(),
            // Who reads it through an opening is not in the team of its case.
            case: note.case_id.and_then(|case| cases::case(tx, case).ok()),
            readings: readings(tx, me, id)?,
            text,
            revisions,
            person,
        })
    }
}

/// How late it came, for what was written without a network.
fn arrival(note: &Note) -> String {
    match (note.received_at - note.occurred_at).num_hours() {
        ..1 => String::new(),
        hours @ 1..48 => format!(" · arrived {hours} h later"),
        hours => format!(" · arrived {} days later", hours / 24),
    }
}

fn readings(tx: &mut TenantTx<'_>, me: &Member, id: NoteId) -> Result<Vec<ReadingView>, AppError> {
    let found = queries::of_note(tx, id, READINGS)?;
    let readers: Vec<MemberId> = found.iter().map(|reading| reading.reader_id).collect();
    let cards = tenancy::member_cards(tx, &readers)?;
    let view = |reading: queries::Reading| ReadingView {
        name: name_of(&cards, reading.reader_id),
        purpose: reading.purpose.label(),
        shown: local_date_time(reading.read_at, me.zone),
    };
    Ok(found.into_iter().map(view).collect())
}

/// The name on a card, when there is one.
pub fn name_of(cards: &HashMap<MemberId, MemberCard>, id: MemberId) -> String {
    cards
        .get(&id)
        .map_or_else(|| "Somebody".to_owned(), |card| card.name.clone())
}

const fn visibility_tone(visibility: NoteVisibility) -> &'static str {
    match visibility {
        NoteVisibility::Team => "",
        _ => "warning",
    }
}

/// What a note says beside its text, in the words of its page.
pub fn facts(note: &Note, text: &NoteText, one_is_strong: bool) -> Vec<(&'static str, String)> {
    let answer = ANSWERS
        .iter()
        .find(|(value, _)| *value == text.answer)
        .map(|(_, label)| (*label).to_owned());
    let support = note.support.and_then(|level| {
        let shown = if one_is_strong { 6 - level } else { level };
        let words = support_words(one_is_strong);
        let word = words.get(usize::try_from(shown - 1).ok()?)?;
        Some(format!("{shown} · {word}"))
    });
    [
        (
            "They answered",
            Some(if note.reached { "Yes" } else { "No, an attempt" }.to_owned()),
        ),
        (
            "Also there",
            Some(text.present.clone()).filter(|present| !present.is_empty()),
        ),
        ("Asked to", Some(text.ask.clone()).filter(|ask| !ask.is_empty())),
        ("Their answer", answer),
        ("How they were", note.sentiment.map(|one| one.label().to_owned())),
        ("Support", support),
        ("Engagement", note.engagement.map(|level| format!("{level} of 5"))),
        ("Follow-up", note.follow_up_on.map(in_words)),
    ]
    .into_iter()
    .filter_map(|(term, value)| Some((term, value?)))
    .collect()
}

/// What notes add to a person's record.
///
/// # Errors
/// When the database fails, or a text does not open.
pub fn timeline(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    member: MemberId,
    limit: i64,
) -> Result<Vec<TimelineEntry>, AppError> {
    let notes = writing::about(tx, member, limit)?;
    Ok(entries(tx, keys, notes)?
        .into_iter()
        .map(|(_, entry)| entry.shown)
        .collect())
}

/// What notes add to the page of a case.
///
/// # Errors
/// As [`timeline`].
pub fn written_in(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    case: &Case,
    limit: i64,
) -> Result<Vec<TimelineEntry>, AppError> {
    let notes = writing::written_in(tx, case.id, limit)?;
    Ok(entries(tx, keys, notes)?
        .into_iter()
        .map(|(_, entry)| entry.shown)
        .collect())
}

/// A note in a list.
pub struct Entry {
    /// What is shown of it.
    pub shown: TimelineEntry,
    /// All of its words that a list may show, for searching.
    pub whole: String,
}

/// Notes as lists show them. What each reading of is noted stays closed in a list.
///
/// # Errors
/// When the database fails, or a text does not open.
pub fn entries(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    notes: Vec<Note>,
) -> Result<Vec<(NoteId, Entry)>, AppError> {
    let ids: Vec<NoteId> = notes.iter().map(|note| note.id).collect();
    // Only privacy officers have openings; everybody else reads all of this in the daily round.
    let unaided = match tx.roles().has(Role::PrivacyOfficer) {
        true => Some(queries::unaided(tx, &ids)?),
        false => None,
    };
    let holders: Vec<MemberId> = notes.iter().map(Note::key_holder).collect();
    let authors: Vec<MemberId> = notes.iter().map(|note| note.author_id).collect();
    let opening = sealing::keys_of(tx, keys, &holders)?;
    let cards = tenancy::member_cards(tx, &authors)?;
    let mut entries = Vec::with_capacity(notes.len());
    for note in notes {
        let is_shown =
            note.is_everyday() && unaided.as_ref().is_none_or(|unaided| unaided.contains(&note.id));
        let text = match (is_shown, opening.get(&note.key_holder())) {
            (true, Some(key)) => Some(sealing::opened_with(key, note.id, &note.sealed)?),
            _ => None,
        };
        entries.push((note.id, entry(&note, text, name_of(&cards, note.author_id))));
    }
    Ok(entries)
}

fn entry(note: &Note, text: Option<NoteText>, by: String) -> Entry {
    let mut badges = Vec::new();
    if !note.reached {
        badges.push(("No answer".to_owned(), ""));
    }
    if note.visibility != NoteVisibility::Team {
        badges.push((
            note.visibility.label().to_owned(),
            visibility_tone(note.visibility),
        ));
    }
    if let Some(sentiment) = note.sentiment.filter(|_| text.is_some()) {
        badges.push((sentiment.label().to_owned(), sentiment_tone(sentiment)));
    }
    let (said, whole) = match text {
        Some(text) => (
            excerpt(&text.said),
            format!(
                "{} {} {} {}",
                text.said,
                text.ask,
                text.present,
                note.tags.join(" ")
            ),
        ),
        None => (
            "Open it to read it. That you did is noted.".to_owned(),
            String::new(),
        ),
    };
    let shown = TimelineEntry {
        at: note.occurred_at,
        icon: icon(note.kind),
        title: note.kind.label().to_owned(),
        href: format!("/notes/{}", note.id),
        by: match note.edited_at {
            Some(edited) => format!("{by}, edited {}", machine(edited).get(..10).unwrap_or_default()),
            None => by,
        },
        text: said,
        badges,
    };
    Entry { shown, whole }
}

fn excerpt(said: &str) -> String {
    let mut beginning: String = said.chars().take(EXCERPT).collect();
    if beginning.len() < said.len() {
        beginning.push('…');
    }
    beginning
}

const fn sentiment_tone(sentiment: Sentiment) -> &'static str {
    match sentiment {
        Sentiment::Positive | Sentiment::Engaged => "positive",
        Sentiment::Neutral => "",
        Sentiment::Concerned => "warning",
        Sentiment::Negative | Sentiment::Disengaged => "danger",
    }
}

const fn icon(kind: NoteKind) -> &'static str {
    match kind {
        NoteKind::Meeting => "users",
        NoteKind::Workplace => "building-2",
        NoteKind::Grievance => "scroll-text",
        NoteKind::Organizing => "target",
        NoteKind::Personal => "lock",
        NoteKind::Contact => "message-circle",
    }
}

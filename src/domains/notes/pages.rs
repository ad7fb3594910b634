//! What the pages about notes print.

use std::collections::HashMap;

use askama::Template;

use crate::domains::people::record;
use crate::domains::people::record::pages::{TimelineEntry, in_words};
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{MemberId, NoteId};
use crate::kernel::time::{local_date_time, machine};
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};

use super::forms::NoteForm;
use super::model::{Note, NoteKind, NoteText, NoteVisibility, Sentiment};
use super::{policy, queries, sealing};

/// Characters of a note shown in a timeline; its page has all of it.
const EXCERPT: usize = 400;

/// `/people/{member}/notes/new`
#[derive(Template)]
#[template(path = "notes/new.html")]
pub struct NewNotePage {
    pub shell: Shell,
    pub card: MemberCard,
    pub kinds: Vec<Choice>,
    pub levels: Vec<Choice>,
    pub sentiments: Vec<Choice>,
    pub support: Vec<Choice>,
    pub engagement: Vec<Choice>,
    pub answers: Vec<Choice>,
    pub form: NoteForm,
    pub errors: FieldErrors,
}

impl NewNotePage {
    /// The form of a note about somebody.
    ///
    /// # Errors
    /// As [`super::actions::expect_writer`].
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        member: MemberId,
        mut form: NoteForm,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        let person = tenancy::person(tx, member)?;
        let seeing = record::seen(tx, &person)?;
        policy::may_write(tx.actor(), &seeing)?;
        if form.id.is_empty() {
            form.id = tx.new_id::<NoteId>().to_string();
        }
        if form.kind.is_empty() {
            NoteKind::Contact.as_str().clone_into(&mut form.kind);
        }
        let strong = queries::one_is_strong(tx)?;
        Ok(Self {
            shell,
            card: person.card.clone(),
            kinds: NoteKind::ALL
                .iter()
                .map(|kind| choice(kind.as_str(), kind.label(), "", &form.kind))
                .collect(),
            levels: levels(&form.visibility, true),
            sentiments: Sentiment::ALL
                .iter()
                .map(|one| choice(one.as_str(), one.label(), "", &form.sentiment))
                .collect(),
            support: scale(support_words(strong), &form.support),
            engagement: scale(
                ["Not at all", "Little", "Some", "Much", "Very much"],
                &form.engagement,
            ),
            answers: ANSWERS
                .iter()
                .map(|(value, label)| choice(value, label, "", &form.answer))
                .collect(),
            form,
            errors,
        })
    }
}

const ANSWERS: [(&str, &str); 3] = [("yes", "Yes"), ("maybe", "Maybe"), ("no", "No")];

fn choice(value: &str, label: &str, hint: &'static str, chosen: &str) -> Choice {
    Choice::new(value, label, value == chosen).hint(hint)
}

fn levels(chosen: &str, with_usual: bool) -> Vec<Choice> {
    let usual = with_usual.then(|| {
        let hint = "Those who look after them; only you for grievances and personal things.";
        choice("", "What is usual for it", hint, chosen)
    });
    let offered = NoteVisibility::OFFERED.iter().map(|level| {
        let hint = match level {
            NoteVisibility::Team => "Stewards whose assignment reaches this person, while it lasts.",
            _ => "Nobody else reads it here, admins included.",
        };
        choice(level.as_str(), level.label(), hint, chosen)
    });
    usual.into_iter().chain(offered).collect()
}

fn support_words(one_is_strong: bool) -> [&'static str; 5] {
    match one_is_strong {
        true => ["Leads", "Supports", "Undecided", "Against", "Strongly against"],
        false => ["Strongly against", "Against", "Undecided", "Supports", "Leads"],
    }
}

fn scale(words: [&'static str; 5], chosen: &str) -> Vec<Choice> {
    words
        .iter()
        .enumerate()
        .map(|(at, word)| {
            let value = (at + 1).to_string();
            choice(&value, &format!("{value} · {word}"), "", chosen)
        })
        .collect()
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
    pub revisions: Vec<RevisionView>,
    pub can_change: bool,
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
        let note = queries::note(tx, id)?;
        let key = sealing::key_of(tx, keys, note.member_id)?;
        let text = sealing::opened_with(&key, id, &note.sealed)?;
        let mut cards = tenancy::member_cards(tx, &[note.member_id, note.author_id])?;
        let author = name_of(&cards, note.author_id);
        let person = cards.remove(&note.member_id).ok_or(AppError::NotFound)?;
        let mut revisions = Vec::new();
        for revision in queries::revisions(tx, id)? {
            revisions.push(RevisionView {
                said: sealing::opened_with(&key, id, &revision.sealed)?.said,
                shown: local_date_time(revision.replaced_at, me.zone),
                visibility: revision.visibility.label(),
                reason: revision.reason,
            });
        }
        let strong = queries::one_is_strong(tx)?;
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

fn name_of(cards: &HashMap<MemberId, MemberCard>, id: MemberId) -> String {
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

fn facts(note: &Note, text: &NoteText, one_is_strong: bool) -> Vec<(&'static str, String)> {
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

/// `/notes/{note}/edit`
#[derive(Template)]
#[template(path = "notes/edit.html")]
pub struct EditNotePage {
    pub shell: Shell,
    pub id: NoteId,
    pub person: MemberCard,
    pub levels: Vec<Choice>,
    pub answers: Vec<Choice>,
    pub form: NoteForm,
    pub errors: FieldErrors,
    pub conflict: String,
}

impl EditNotePage {
    /// The form of one's own note.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the acting member may not read it, [`AppError::Denied`] when it is not theirs.
    pub fn read(
        tx: &mut TenantTx<'_>,
        shell: Shell,
        keys: &KeyRing,
        id: NoteId,
        typed: Option<NoteForm>,
        errors: FieldErrors,
        conflict: String,
    ) -> Result<Self, AppError> {
        let note = queries::note(tx, id)?;
        policy::may_change(tx.actor(), &note, None)?;
        let mut form = match typed {
            Some(typed) => typed,
            None => {
                let text = sealing::opened(tx, keys, &note)?;
                NoteForm {
                    said: text.said,
                    ask: text.ask,
                    answer: text.answer,
                    visibility: note.visibility.as_str().to_owned(),
                    version: note.version.to_string(),
                    ..NoteForm::default()
                }
            }
        };
        if !conflict.is_empty() {
            form.version = note.version.to_string();
        }
        let person = tenancy::member_cards(tx, &[note.member_id])?
            .remove(&note.member_id)
            .ok_or(AppError::NotFound)?;
        Ok(Self {
            shell,
            id,
            person,
            levels: levels(&form.visibility, false),
            answers: ANSWERS
                .iter()
                .map(|(value, label)| choice(value, label, "", &form.answer))
                .collect(),
            form,
            errors,
            conflict,
        })
    }
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
    let notes = queries::about(tx, member, limit)?;
    if notes.is_empty() {
        return Ok(Vec::new());
    }
    let key = sealing::key_of(tx, keys, member)?;
    let authors: Vec<MemberId> = notes.iter().map(|note| note.author_id).collect();
    let cards = tenancy::member_cards(tx, &authors)?;
    let mut entries = Vec::with_capacity(notes.len());
    for note in notes {
        let text = sealing::opened_with(&key, note.id, &note.sealed)?;
        entries.push(entry(&note, &text, name_of(&cards, note.author_id)));
    }
    Ok(entries)
}

fn entry(note: &Note, text: &NoteText, by: String) -> TimelineEntry {
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
    if let Some(sentiment) = note.sentiment {
        let tone = match sentiment {
            Sentiment::Positive | Sentiment::Engaged => "positive",
            Sentiment::Neutral => "",
            Sentiment::Concerned => "warning",
            Sentiment::Negative | Sentiment::Disengaged => "danger",
        };
        badges.push((sentiment.label().to_owned(), tone));
    }
    let mut said: String = text.said.chars().take(EXCERPT).collect();
    if said.len() < text.said.len() {
        said.push('…');
    }
    TimelineEntry {
        at: note.occurred_at,
        icon: match note.kind {
            NoteKind::Meeting => "users",
            NoteKind::Workplace => "building-2",
            NoteKind::Grievance => "scroll-text",
            NoteKind::Organizing => "target",
            NoteKind::Personal => "lock",
            NoteKind::Contact => "message-circle",
        },
        title: note.kind.label().to_owned(),
        href: format!("/notes/{}", note.id),
        by: match note.edited_at {
            Some(edited) => format!("{by}, edited {}", machine(edited).get(..10).unwrap_or_default()),
            None => by,
        },
        text: said,
        badges,
    }
}

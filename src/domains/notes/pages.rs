//! What the pages about notes print.

use askama::Template;

use crate::domains::cases;
use crate::domains::tenancy::{self, MemberCard};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{CaseId, MemberId, NoteId};
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::web::{Choice, Shell};

use super::forms::NoteForm;
use super::model::{NoteKind, NoteVisibility, Sentiment};
use super::reading::pages::{ANSWERS, support_words};
use super::reading::{self, Opened};
use super::{actions, policy, queries};

/// `/people/{member}/notes/new`
#[derive(Template)]
#[template(path = "notes/new.html")]
pub struct NewNotePage {
    pub shell: Shell,
    pub card: MemberCard,
    pub kinds: Vec<Choice>,
    pub levels: Vec<Choice>,
    pub cases: Vec<Choice>,
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
        let case = form.case.parse::<CaseId>().ok();
        actions::expect_writer(tx, member, case)?;
        let person = tenancy::person(tx, member)?;
        let open = cases::open_about(tx, member)?;
        let has_cases = if open.is_empty() { Cases::None } else { Cases::Some };
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
            levels: std::iter::once(usual_level(&form.visibility))
                .chain(levels(&form.visibility, &offered(has_cases)))
                .collect(),
            cases: open
                .into_iter()
                .map(|case| {
                    let words = format!("{} · {}", case.reference, case.title);
                    choice(&case.id.to_string(), &words, "", &form.case)
                })
                .collect(),
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

fn choice(value: &str, label: &str, hint: &'static str, chosen: &str) -> Choice {
    Choice::new(value, label, value == chosen).hint(hint)
}

fn usual_level(chosen: &str) -> Choice {
    let hint = "The case team in a case; else those who look after them, but only you for grievances and personal things.";
    choice("", "What is usual for it", hint, chosen)
}

fn levels(chosen: &str, offered: &[NoteVisibility]) -> Vec<Choice> {
    let level = |level: &NoteVisibility| {
        let hint = match level {
            NoteVisibility::Team => "Stewards whose assignment reaches this person, while it lasts.",
            NoteVisibility::Private => "Nobody else reads it here, admins included.",
            NoteVisibility::Case => "Those who work on the case. Each reading is noted.",
            NoteVisibility::Officers => {
                "Who holds an office. Each reading is noted. Unless you hold one, you will not see it again."
            }
        };
        choice(level.as_str(), level.label(), hint, chosen)
    };
    offered.iter().map(level).collect()
}

/// The levels for a note about this person, in the order of how few read it.
fn offered(has_cases: Cases) -> Vec<NoteVisibility> {
    NoteVisibility::ALL
        .iter()
        .copied()
        .filter(|level| *level != NoteVisibility::Case || has_cases == Cases::Some)
        .collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cases {
    None,
    Some,
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
        let Opened { note, text } = reading::open(tx, keys, id)?;
        policy::may_change(tx.actor(), &note, None)?;
        let has_case = if note.case_id.is_some() {
            Cases::Some
        } else {
            Cases::None
        };
        let mut form = match typed {
            Some(typed) => typed,
            None => NoteForm {
                said: text.said,
                ask: text.ask,
                answer: text.answer,
                present: text.present,
                visibility: note.visibility.as_str().to_owned(),
                version: note.version.to_string(),
                ..NoteForm::default()
            },
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
            levels: levels(&form.visibility, &offered(has_case)),
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

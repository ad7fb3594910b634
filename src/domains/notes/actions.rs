//! Writing and changing notes.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::domains::cases;
use crate::domains::people::stewards::actions as stewards;
use crate::domains::people::{self, mine, record};
use crate::domains::tasks::{self, FollowUp};
use crate::domains::tenancy::{self, Person};
use crate::kernel::error::AppError;
use crate::kernel::ids::{CaseId, MemberId, NoteId};
use crate::platform::audit::Entry;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;

use super::events::{NoteChanged, NoteWritten};
use super::model::{NewNote, Note, NoteChange, NoteVisibility};
use super::policy::Writing;
use super::{policy, queries, sealing};

/// A device's clock may be this far ahead; more than that is set back to now.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// Whether a note was written just now or was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Written.
    Now,
    /// Sent before, word for word.
    Before,
}

/// The proof that the acting member writes about this person, in this case when it is given: asked before a form is read.
///
/// # Errors
/// [`AppError::NotFound`] for who neither sees the record nor works on the case, [`AppError::Denied`] for who sees the record by
/// office; as [`policy::may_write_in`].
pub fn expect_writer(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    case: Option<CaseId>,
) -> Result<Writing, AppError> {
    if let Some(case) = case {
        let case = cases::case(tx, case)?;
        return policy::may_write_in(tx.actor(), &case, member);
    }
    let person = tenancy::person(tx, member)?;
    let seeing = record::seen(tx, &person)?;
    Ok(policy::may_write(tx.actor(), &seeing)?)
}

/// Writes a note, its assessment and its follow-up in one go. The same note sent twice is one note.
///
/// # Errors
/// As [`expect_writer`]; [`AppError::Conflict`] when other words came under the same id before; [`AppError::NotFound`] when the id
/// is somebody else's.
pub fn write(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    member: MemberId,
    new: &NewNote,
) -> Result<Taken, AppError> {
    let me = tx.my_id()?;
    let hash = fingerprint(member, new)?;
    if let Some((author, before)) = queries::take_in(tx, new.id, me, &hash)? {
        return match (author == me, before == hash) {
            (false, _) => Err(AppError::NotFound),
            (true, true) => Ok(Taken::Before),
            (true, false) => Err(AppError::Conflict(
                "This note was already saved with other words. Write what is new in another note.".to_owned(),
            )),
        };
    }
    let person = tenancy::person(tx, member)?;
    let writing = match new.case {
        Some(_) => in_case(tx, member, new)?,
        None => writing(tx, &person, new.occurred_at)?,
    };
    let occurred_at = plausible(new.occurred_at, tx.now());
    let key = sealing::key_of(tx, keys, member)?;
    let sealed = sealing::sealed(&key, new.id, &new.text)?;
    queries::insert(tx, &writing, new, occurred_at, &sealed)?;
    let tells = new.visibility.tells_of_contact();
    if tells {
        queries::note_contact(tx, member, occurred_at, new.reached)?;
    }
    let task = match new.follow_up_on {
        Some(due_on) => Some(tasks::follow_up(
            tx,
            &FollowUp {
                note: new.id,
                is_private: new.visibility != NoteVisibility::Team,
                member,
                title: match new.next_step.is_empty() {
                    true => format!("Speak with {} again", person.card.name),
                    false => new.next_step.clone(),
                },
                due_on,
            },
        )?),
        None => None,
    };
    if new.reached && tells {
        tasks::spoke_with(tx, member, occurred_at, task)?;
    }
    // What it was about stays out of the log, which admins read.
    tx.audit(
        Entry::of("notes.note.written", "note", new.id)
            .after(json!({ "member": member, "visibility": new.visibility })),
    )?;
    tx.emit(&NoteWritten {
        note: new.id,
        member,
        author: me,
        reached: new.reached,
    })?;
    Ok(Taken::Now)
}

/// The proof that the acting member writes in the case of a note. Who is only in its team writes for that team: what others read
/// is theirs to write.
fn in_case(tx: &mut TenantTx<'_>, member: MemberId, new: &NewNote) -> Result<Writing, AppError> {
    let writing = expect_writer(tx, member, new.case)?;
    let is_theirs = stewards::looks_after(tx, writing.author(), member)?.is_some();
    if new.visibility == NoteVisibility::Team && !is_theirs {
        let message = "You do not look after this person, so only the case team can read it.";
        return Err(AppError::field("visibility", message));
    }
    Ok(writing)
}

/// The proof that the acting member writes about this person; or that they wrote while they still looked after them, for what was
/// written without a network and arrives after the assignment has ended. They may not read it back then.
fn writing(tx: &mut TenantTx<'_>, person: &Person, said: Option<DateTime<Utc>>) -> Result<Writing, AppError> {
    let refusal = match record::seen(tx, person) {
        Ok(seeing) => match policy::may_write(tx.actor(), &seeing) {
            Ok(writing) => return Ok(writing),
            Err(denied) => AppError::from(denied),
        },
        Err(refusal) => refusal,
    };
    let member = person.card.id;
    let then = match said.filter(|at| *at < tx.now()) {
        Some(at) => mine::looked_after(tx, member, at)?,
        None => false,
    };
    policy::may_have_written(tx.my_id()?, member, then).ok_or(refusal)
}

/// SHA-256 of everything that was sent.
fn fingerprint(member: MemberId, new: &NewNote) -> Result<Vec<u8>, AppError> {
    let sent = serde_json::to_vec(&(member, new)).map_err(anyhow::Error::from)?;
    Ok(Sha256::digest(sent).to_vec())
}

fn plausible(said: Option<DateTime<Utc>>, now: DateTime<Utc>) -> DateTime<Utc> {
    match said {
        Some(at) if at <= now + AHEAD => at.min(now),
        _ => now,
    }
}

/// Changes the text of one's own note, or who may read it. What it was is kept.
///
/// # Errors
/// [`AppError::NotFound`] for who may not read it; as [`policy::may_change`]; [`AppError::Conflict`] when it was changed meanwhile.
pub fn change(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    id: NoteId,
    change: &NoteChange,
) -> Result<Note, AppError> {
    let note = queries::note(tx, id)?;
    let proof = policy::may_change(tx.actor(), &note, Some(change))?;
    expect_sight_after(tx, &note, change.visibility)?;
    let key = sealing::key_of(tx, keys, note.key_holder())?;
    let sealed = sealing::sealed(&key, id, &change.text)?;
    queries::replace(tx, &proof, change, &sealed)?;
    match change.visibility {
        NoteVisibility::Team if note.visibility != NoteVisibility::Team => tasks::open_with_note(tx, id)?,
        NoteVisibility::Team => {}
        _ => tasks::close_with_note(tx, id)?,
    }
    tx.audit(
        Entry::of("notes.note.changed", "note", id)
            .before(json!({ "visibility": note.visibility, "version": note.version }))
            .after(json!({ "visibility": change.visibility, "version": change.version + 1, "reason": change.reason })),
    )?;
    tx.emit(&NoteChanged {
        note: id,
        member: note.member_id,
    })?;
    Ok(note)
}

/// Lets the team read these private notes of the acting member's; what follows them opens too. Answers how many it could not read
/// before.
///
/// # Errors
/// [`AppError::NotFound`] for who may not read one; as [`change`].
pub fn give_to_team(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    notes: &[NoteId],
    reason: &str,
) -> Result<usize, AppError> {
    let mut given = 0;
    for id in notes {
        let note = queries::note(tx, *id)?;
        policy::may_change(tx.actor(), &note, None)?;
        if note.visibility != NoteVisibility::Private {
            continue;
        }
        let to_team = NoteChange {
            text: sealing::opened(tx, keys, &note)?,
            visibility: NoteVisibility::Team,
            reason: reason.to_owned(),
            version: note.version,
        };
        change(tx, keys, *id, &to_team)?;
        given += 1;
    }
    Ok(given)
}

/// That the author still reads their note when it has this level: the database refuses a change by which one would lose sight in
/// the act, so it is said in words first.
fn expect_sight_after(tx: &mut TenantTx<'_>, note: &Note, level: NoteVisibility) -> Result<(), AppError> {
    let author = note.author_id;
    let refusal = match level {
        _ if level == note.visibility => return Ok(()),
        NoteVisibility::Private => return Ok(()),
        NoteVisibility::Team => match stewards::looks_after(tx, author, note.member_id)? {
            Some(_) => return Ok(()),
            None => "You no longer look after this person, so this note can only stay yours.",
        },
        NoteVisibility::Case => match note.case_id.map(|case| cases::case(tx, case)) {
            Some(Ok(_)) => return Ok(()),
            _ => "This note was not written in a case of yours. Write a new one in the case.",
        },
        NoteVisibility::Officers => match people::is_officer(tx, author)? {
            true => return Ok(()),
            false => {
                "You hold no office, so you could not read it any more. Write a new note for the officers."
            }
        },
    };
    Err(AppError::field("visibility", refusal))
}

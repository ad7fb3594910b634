//! Taking in what devices send.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use crate::domains::notes;
use crate::domains::notes::model::{NewNote, NoteKind, NoteText, NoteVisibility};
use crate::domains::people::mine;
use crate::domains::tasks::model::{Task, TaskStatus};
use crate::domains::tasks::{actions as tasks, queries as task_queries};
use crate::domains::tenancy;
use crate::kernel::actor::Actor;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{Id, MemberId, NoteId};
use crate::kernel::validate::Check;
use crate::platform::audit::Entry;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;

use super::events::{NoteDiscarded, NoteUnplaced};
use super::forms::Opened;
use super::model::{
    Difference, Doing, Intended, Outcome, Receipt, Timing, Unplaced, WrittenIntent, WrittenNote,
};
use super::policy::{self, Sending};
use super::queries;

/// What notes that need a person are sealed under.
pub const UNPLACED: &str = "field-unplaced";
/// What receipts of what was sent are made under.
const RECEIPT: &str = "field-receipt";

/// Takes in a note. A name that is one of the acting member's people's becomes a note about them; any other name waits for a person.
///
/// # Errors
/// [`AppError::NotFound`] for who does not send from the field, for an id that is somebody else's, and when no assignment reached the
/// person at the time; [`AppError::Denied`] when somebody else wrote it; [`AppError::Conflict`] when other words came under the same
/// id before; [`AppError::Gone`] when there is no such person any more; [`AppError::Invalid`] for what no note can be.
pub fn take_note(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    id: NoteId,
    sent: &Opened<WrittenNote>,
) -> Result<Receipt, AppError> {
    let sending = expect_sender(tx, sent)?;
    if let Some(before) = taken_before(tx, keys, &sending, id, sent)? {
        return Ok(before);
    }
    match whom(tx, &sent.written)? {
        Some(member) => {
            write_about(tx, keys, id, member, sent.told, &sent.written)?;
            settled(tx, id, Outcome::Noted)
        }
        None => {
            expect_name(&sent.written)?;
            parsed(tx, id, sent.told, &sent.written)?;
            hold(tx, keys, &sending, id, sent)
        }
    }
}

/// Keeps a note for its writer to say whom it is about: one that could not be taken in as it was. Nothing about its words is refused:
/// the device lets go of it only then.
///
/// # Errors
/// As [`take_note`], but for what is asked about the note.
pub fn hold_note(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    id: NoteId,
    sent: &Opened<WrittenNote>,
) -> Result<Receipt, AppError> {
    let sending = expect_sender(tx, sent)?;
    match taken_before(tx, keys, &sending, id, sent)? {
        Some(before) => Ok(before),
        None => hold(tx, keys, &sending, id, sent),
    }
}

/// Takes in what somebody did about a task, when the task is still the one they saw.
///
/// # Errors
/// As [`take_note`]; [`AppError::NotFound`] for a task they do not see (any more).
pub fn take_intent(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    id: NoteId,
    sent: &Opened<WrittenIntent>,
) -> Result<Intended, AppError> {
    let sending = expect_sender(tx, sent)?;
    if let Some(before) = taken_before(tx, keys, &sending, id, sent)? {
        return Ok(Intended::Taken(before));
    }
    let intent = &sent.written;
    let task = task_queries::task(tx, intent.task)?;
    let is_done_already = task.status == TaskStatus::Completed && intent.outcome == Doing::Done;
    if task.version != intent.if_version && !is_done_already {
        queries::forget(tx, id.uuid())?;
        return Ok(Intended::Differs(difference(&task, intent.outcome)));
    }
    let outcome = match intent.outcome {
        Doing::Done => {
            tasks::set_status(tx, &task, TaskStatus::Completed)?;
            Outcome::Done
        }
        attempt => {
            note_attempt(tx, keys, id, &task, attempt, sent.told)?;
            Outcome::Tried
        }
    };
    settled(tx, id, outcome).map(Intended::Taken)
}

/// Says whom a note is about; it becomes one about them.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such note of the acting member's; as [`take_note`].
pub fn place(tx: &mut TenantTx<'_>, keys: &KeyRing, id: NoteId, member: MemberId) -> Result<(), AppError> {
    let sending = policy::may_send(tx.actor())?;
    let unplaced = queries::one_unplaced(tx, id)?;
    let written = placeable(opened(keys, &unplaced).map_err(|_| {
        AppError::field(
            "member",
            "This note can't be read any more, so it can't be saved.",
        )
    })?);
    write_about(tx, keys, id, member, unplaced.occurred_at, &written).map_err(|error| match error {
        AppError::NotFound | AppError::Gone | AppError::Denied(_) => {
            AppError::field("member", "Choose somebody you look after.")
        }
        other => other,
    })?;
    queries::let_go(tx, &sending, id)?;
    queries::settle(tx, id.uuid(), Outcome::Noted)?;
    Ok(())
}

/// Throws a note away that needs a person.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such note of the acting member's.
pub fn discard(tx: &mut TenantTx<'_>, id: NoteId) -> Result<(), AppError> {
    let sending = policy::may_send(tx.actor())?;
    if queries::let_go(tx, &sending, id)? == 0 {
        return Err(AppError::NotFound);
    }
    tx.audit(Entry::of("field.note.discarded", "note", id))?;
    tx.emit(&NoteDiscarded {
        note: id,
        author: sending.author(),
    })?;
    Ok(())
}

/// The words of a note that needs a person.
///
/// # Errors
/// When it was sealed under another secret, or is no note.
pub fn opened(keys: &KeyRing, unplaced: &Unplaced) -> Result<WrittenNote, AppError> {
    let plain = keys.open(UNPLACED, &unplaced.sealed)?;
    Ok(serde_json::from_slice(&plain).map_err(anyhow::Error::from)?)
}

/// A held note in words that a note can be made of. What it was is a conversation where that is not known.
fn placeable(written: WrittenNote) -> WrittenNote {
    match written.kind.parse::<NoteKind>() {
        Ok(_) => written,
        Err(_) => WrittenNote {
            kind: NoteKind::Contact.as_str().to_owned(),
            ..written
        },
    }
}

fn expect_sender<T>(tx: &TenantTx<'_>, sent: &Opened<T>) -> Result<Sending, AppError> {
    let sending = policy::may_send(tx.actor())?;
    policy::expect_own(&sending, sent.org, sent.author)?;
    Ok(sending)
}

/// What was answered when this was sent before.
fn taken_before<T>(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    sending: &Sending,
    id: NoteId,
    sent: &Opened<T>,
) -> Result<Option<Receipt>, AppError> {
    // Under a key: the same words can't be guessed from it.
    let hash = keys.sign(RECEIPT, &sent.sent);
    let timing = Timing {
        told: sent.told,
        now: tx.now(),
    };
    let Some(known) = queries::take_in(tx, sending, id.uuid(), &hash, timing)? else {
        return Ok(None);
    };
    match (known.author == sending.author(), known.hash == hash) {
        (false, _) => Err(AppError::NotFound),
        (true, false) => Err(AppError::Conflict(
            "Something else was sent under this number before.".to_owned(),
        )),
        (true, true) => Ok(Some(Receipt {
            outcome: known.outcome,
            is_again: true,
        })),
    }
}

fn settled(tx: &mut TenantTx<'_>, id: NoteId, outcome: Outcome) -> Result<Receipt, AppError> {
    queries::settle(tx, id.uuid(), outcome)?;
    Ok(Receipt {
        outcome,
        is_again: false,
    })
}

/// Whom a note is about; nobody yet when its name is nobody's or several people's.
fn whom(tx: &mut TenantTx<'_>, written: &WrittenNote) -> Result<Option<MemberId>, AppError> {
    match (written.member, written.name.trim()) {
        (Some(member), _) => Ok(Some(member)),
        (None, "") => Err(AppError::field("name", "Say whom it is about.")),
        (None, name) => Ok(mine::called(tx, name)?.map(|person| person.id)),
    }
}

/// The note that was meant; days in words count from the day it was written.
fn parsed(
    tx: &mut TenantTx<'_>,
    id: NoteId,
    told: DateTime<Utc>,
    written: &WrittenNote,
) -> Result<NewNote, AppError> {
    let now = tx.now();
    let strong = notes::queries::one_is_strong(tx)?;
    let day = day_of(tx.actor(), Timing { told, now }.happened());
    let mut new = written.as_form(id).parse(day, strong)?;
    new.occurred_at = Some(told);
    Ok(new)
}

fn day_of(actor: &Actor, moment: DateTime<Utc>) -> NaiveDate {
    match actor {
        Actor::Member(me) => moment.with_timezone(&me.zone).date_naive(),
        Actor::Portal(_) => moment.date_naive(),
    }
}

fn write_about(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    id: NoteId,
    member: MemberId,
    told: DateTime<Utc>,
    written: &WrittenNote,
) -> Result<(), AppError> {
    let new = parsed(tx, id, told, written)?;
    tenancy::person(tx, member).map_err(|error| match error {
        AppError::NotFound => AppError::Gone,
        other => other,
    })?;
    notes::actions::write(tx, keys, member, &new)?;
    Ok(())
}

fn hold(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    sending: &Sending,
    id: NoteId,
    sent: &Opened<WrittenNote>,
) -> Result<Receipt, AppError> {
    let plain = serde_json::to_vec(&sent.written).map_err(anyhow::Error::from)?;
    queries::hold(tx, sending, id, sent.told, &keys.seal(UNPLACED, &plain)?)?;
    tx.audit(Entry::of("field.note.unplaced", "note", id))?;
    tx.emit(&NoteUnplaced {
        note: id,
        author: sending.author(),
    })?;
    settled(tx, id, Outcome::Unplaced)
}

/// A name is a name, when a note comes in by itself; what its writer asks to be kept is kept.
fn expect_name(written: &WrittenNote) -> Result<(), FieldErrors> {
    let mut check = Check::default();
    check.line("name", "The name", &written.name, 0, 120);
    check.finish(|| ())
}

/// An attempt at a call that a task asked for, as a note about the person; the task stays open.
fn note_attempt(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    id: NoteId,
    task: &Task,
    attempt: Doing,
    told: DateTime<Utc>,
) -> Result<(), AppError> {
    let member = task
        .member_id
        .ok_or_else(|| AppError::field("outcome", "This task is about nobody who could be called."))?;
    let new = NewNote {
        id,
        kind: NoteKind::Contact,
        visibility: match task.is_private {
            true => NoteVisibility::Private,
            false => NoteVisibility::Team,
        },
        occurred_at: Some(told),
        reached: false,
        text: NoteText {
            said: format!("{}.", attempt.label()),
            ..NoteText::default()
        },
        sentiment: None,
        engagement: None,
        support: None,
        tags: Vec::new(),
        follow_up_on: None,
        next_step: String::new(),
        case: None,
    };
    notes::actions::write(tx, keys, member, &new)?;
    tx.audit(Entry::of("field.task.tried", "task", task.id).after(json!({ "outcome": attempt })))
}

fn difference(task: &Task, outcome: Doing) -> Difference {
    let due = task
        .due_on
        .map(|day| format!(", due {}", day.format("%-d %b")))
        .unwrap_or_default();
    Difference {
        task: task.id,
        version: task.version,
        outcome,
        yours: format!("{}: {}", task.title, outcome.label()),
        theirs: format!("{}: {}{due}", task.title, task.status.label()),
    }
}

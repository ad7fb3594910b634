//! Who writes and changes notes. Pure; writers demand the proofs made here. Who reads one is asked by the database.

use crate::domains::cases::Case;
use crate::domains::people::policy::Seeing;
use crate::kernel::actor::{Actor, Role};
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::MemberId;

use super::model::{Note, NoteChange};

/// That a note about this person may be written by this author.
pub struct Writing {
    member: MemberId,
    author: MemberId,
}

impl Writing {
    /// About whom.
    pub fn member(&self) -> MemberId {
        self.member
    }

    /// By whom.
    pub fn author(&self) -> MemberId {
        self.author
    }
}

/// Whether the actor writes notes about whoever's record they see: while an assignment of theirs reaches the person.
///
/// # Errors
/// [`Denied`] for who sees the record by office.
pub fn may_write(actor: &Actor, seeing: &Seeing<'_>) -> Result<Writing, Denied> {
    match actor.member_id() {
        Some(author) if seeing.by_assignment() => Ok(Writing {
            member: seeing.person().card.id,
            author,
        }),
        _ => Err(Denied::because(
            "Notes are written by those who look after a person. An admin can assign you.",
        )),
    }
}

/// Whether the actor, who works on this case, writes a note about this person in it.
///
/// # Errors
/// [`AppError::NotFound`] when the case is about somebody else; [`AppError::Invalid`] at `case` when it is closed.
pub fn may_write_in(actor: &Actor, case: &Case, member: MemberId) -> Result<Writing, AppError> {
    let author = actor.member_id().ok_or(AppError::NotFound)?;
    if case.member_id != member {
        return Err(AppError::NotFound);
    }
    if case.closed_at.is_some() {
        return Err(AppError::field(
            "case",
            "This case is closed. Open it again first.",
        ));
    }
    Ok(Writing { member, author })
}

/// Whether `author` wrote about somebody while they looked after them, though they do so no longer.
pub fn may_have_written(author: MemberId, member: MemberId, looked_after_then: bool) -> Option<Writing> {
    looked_after_then.then_some(Writing { member, author })
}

/// That this note may be changed so.
pub struct Changing<'a>(&'a Note);

impl Changing<'_> {
    /// Which.
    pub fn note(&self) -> &Note {
        self.0
    }
}

/// Whether the actor may change a note: its author. Letting more people read it wants a reason.
///
/// # Errors
/// [`Denied`] for others; [`AppError::Invalid`] at `reason`.
pub fn may_change<'a>(
    actor: &Actor,
    note: &'a Note,
    change: Option<&NoteChange>,
) -> Result<Changing<'a>, AppError> {
    if actor.member_id() != Some(note.author_id) {
        return Err(Denied::because("A note is changed by who wrote it.").into());
    }
    if let Some(change) = change
        && change.visibility.strictness() < note.visibility.strictness()
        && change.reason.is_empty()
    {
        return Err(AppError::field(
            "reason",
            "Say why more people may read it from now on.",
        ));
    }
    Ok(Changing(note))
}

/// That the log of readings may be read.
pub struct LogReading(());

/// Whether the actor reads who read what: privacy officers, not admins.
///
/// # Errors
/// [`Denied`] for everyone else.
pub fn may_read_log(actor: &Actor) -> Result<LogReading, Denied> {
    match actor.roles().has(Role::PrivacyOfficer) {
        true => Ok(LogReading(())),
        false => Err(Denied::because("Readings are looked at by privacy officers.")),
    }
}

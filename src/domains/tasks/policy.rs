//! Who makes and changes tasks. Pure; writers demand the proofs made here. Who sees one is asked by the database.

use crate::kernel::actor::{Actor, Role};
use crate::kernel::error::Denied;
use crate::kernel::ids::MemberId;

use super::model::Task;

/// That a task for this assignee may be made.
pub struct Making(MemberId);

impl Making {
    /// Whose it will be.
    pub fn assignee(&self) -> MemberId {
        self.0
    }
}

/// Whether the actor may make a task for `assignee`: for oneself everybody, for others who organises.
///
/// # Errors
/// [`Denied`] for plain members and sponsors who mean somebody else.
pub fn may_make(actor: &Actor, assignee: MemberId) -> Result<Making, Denied> {
    let organises = actor.roles().any(&[
        Role::Steward,
        Role::Coach,
        Role::TeamLeader,
        Role::Communicator,
        Role::Admin,
    ]);
    if organises || actor.member_id() == Some(assignee) {
        return Ok(Making(assignee));
    }
    Err(Denied::because(
        "You can make tasks for yourself. Stewards, coaches and leaders make them for others.",
    ))
}

/// That this task may be changed.
pub struct Changing<'a>(&'a Task);

impl Changing<'_> {
    /// Which.
    pub fn task(&self) -> &Task {
        self.0
    }
}

/// Whether the actor, who sees the task, may change it: whoever sees it does. A task about a person is seen by those who look
/// after the person; any of them may do what is to be done.
///
/// # Errors
/// [`Denied`] for the portal itself.
pub fn may_change<'a>(actor: &Actor, task: &'a Task) -> Result<Changing<'a>, Denied> {
    match actor.member_id() {
        Some(_) => Ok(Changing(task)),
        None => Err(Denied::because("Only people change tasks.")),
    }
}

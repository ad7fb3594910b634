//! Who makes and changes tasks. Pure; writers demand the proofs made here. Who sees one is asked by the database.

use crate::kernel::actor::{Actor, Role, Roles};
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

/// Whether somebody with these roles makes tasks for others.
pub fn gives_to_others(roles: Roles) -> bool {
    roles.any(&[
        Role::Steward,
        Role::Coach,
        Role::TeamLeader,
        Role::Communicator,
        Role::Admin,
    ])
}

/// Whether the actor may make a task for `assignee`: for oneself everybody, for others who organises.
///
/// # Errors
/// [`Denied`] for plain members and sponsors who mean somebody else.
pub fn may_make(actor: &Actor, assignee: MemberId) -> Result<Making, Denied> {
    if gives_to_others(actor.roles()) || actor.member_id() == Some(assignee) {
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

/// That this member may put something of theirs on this task: a step, a comment, time, that they watch it.
pub struct Adding<'a> {
    task: &'a Task,
    member: MemberId,
}

impl Adding<'_> {
    /// On which.
    pub fn task(&self) -> &Task {
        self.task
    }

    /// Who.
    pub fn member(&self) -> MemberId {
        self.member
    }
}

/// Whether the actor, who sees the task, may put something of theirs on it: whoever sees it may.
///
/// # Errors
/// [`Denied`] for the portal itself.
pub fn may_add<'a>(actor: &Actor, task: &'a Task) -> Result<Adding<'a>, Denied> {
    match actor.member_id() {
        Some(member) => Ok(Adding { task, member }),
        None => Err(Denied::because("Only people write on tasks.")),
    }
}

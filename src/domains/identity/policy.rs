//! Who may look after sign-in for others. Pure; writers demand the proof.

use crate::kernel::actor::{Member, Role};
use crate::kernel::error::Denied;

/// Proof that someone administers their organization. Only this file can make one.
#[derive(Debug, Clone, Copy)]
pub struct Administering(());

/// Admins invite people and set the organization's sign-in rules.
///
/// # Errors
/// [`Denied`] for everyone else.
pub fn may_administer(me: &Member) -> Result<Administering, Denied> {
    match me.roles.has(Role::Admin) {
        true => Ok(Administering(())),
        false => Err(Denied::because("Only admins can do that.")),
    }
}

/// Proof that requiring a second factor locks nobody out who requires it.
#[derive(Debug, Clone, Copy)]
pub struct Requirable(());

/// Someone who does not use a second factor themselves cannot ask others for one.
///
/// # Errors
/// [`Denied`] with what to do first.
pub fn may_require_second_factor(_: Administering, asker: HasFactor) -> Result<Requirable, Denied> {
    match asker {
        HasFactor::Yes => Ok(Requirable(())),
        HasFactor::No => Err(Denied::because(
            "Set up your own second factor first, under Security.",
        )),
    }
}

/// Whether someone signs in with a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HasFactor {
    /// They do.
    Yes,
    /// They do not.
    No,
}

//! Who oversees what. Pure; queries demand the proofs made here.

use crate::kernel::actor::{Actor, Role};
use crate::kernel::error::Denied;

/// Roles that read the audit log.
pub const READERS: &[Role] = &[Role::Admin, Role::PrivacyOfficer];

/// That the actor may read the audit log.
pub struct AuditReading(());

/// That the actor may look after the bus.
pub struct BusCare(());

/// Whether the actor may read the audit log.
///
/// # Errors
/// [`Denied`] for others than admins and privacy officers.
pub fn may_read_audit(actor: &Actor) -> Result<AuditReading, Denied> {
    match actor.roles().any(READERS) {
        true => Ok(AuditReading(())),
        false => Err(Denied::because(
            "The audit log is for admins and privacy officers.",
        )),
    }
}

/// Whether the actor may look after the bus.
///
/// # Errors
/// [`Denied`] for others than admins.
pub fn may_look_after_bus(actor: &Actor) -> Result<BusCare, Denied> {
    match actor.roles().has(Role::Admin) {
        true => Ok(BusCare(())),
        false => Err(Denied::because("The module bus is for admins.")),
    }
}

//! What is known about a person beside what everybody sees: where they work, how they are reached, how far they are with the
//! organization, and words put on them.

pub mod actions;
pub mod form_page;
pub mod forms;
pub mod pages;
pub mod queries;
pub mod routes;

use crate::domains::people::policy::{self, Seeing};
use crate::domains::people::stewards::queries as stewards;
use crate::domains::tenancy::Person;
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;

/// The proof that the acting member sees this person's record.
///
/// # Errors
/// [`AppError::NotFound`] as [`policy::may_see`].
pub fn seen<'a>(tx: &mut TenantTx<'_>, person: &'a Person) -> Result<Seeing<'a>, AppError> {
    let me = tx.my_id()?;
    let assigned = stewards::looks_after(tx, me, person.card.id)?;
    policy::may_see(tx.actor(), person, assigned)
}

//! A journey worth walking in each sample organization, brought in from its file as anybody would and published.

use crate::demo::plan::{Person, Plan};
use crate::domains::journeys::building::policy;
use crate::domains::journeys::building::publishing::actions as publishing;
use crate::domains::journeys::building::transfer::book::Book;
use crate::domains::journeys::building::transfer::intake;
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;

use super::Written;

/// The files, by the key of the organization they are for.
const FILES: [(&str, &str); 2] = [
    (
        "local-1199-northside",
        include_str!("../corpus/journey_steward.toml"),
    ),
    (
        "summit-sales-academy",
        include_str!("../corpus/journey_coaching.toml"),
    ),
];

/// Writes it, in the name of whoever coaches there; nothing where nobody does.
///
/// # Errors
/// When the file contradicts itself, or the database refuses.
pub fn write(tx: &mut TenantTx<'_>, plan: &Plan, written: &Written) -> Result<(), AppError> {
    let file = FILES.iter().find(|(key, _)| *key == plan.organization.key);
    let coaches = |person: &&Person| person.roles.iter().any(|role| role.as_str() == "coach");
    let by = plan.people.iter().find(coaches).or_else(|| {
        let is_admin = |person: &&Person| person.roles.iter().any(|role| role.as_str() == "admin");
        plan.people.iter().find(is_admin)
    });
    let (Some((_, text)), Some(by)) = (file, by) else {
        return Ok(());
    };
    let by = written.member(&by.key)?;
    let book: Book = toml::from_str(text).map_err(|cause| AppError::Unexpected(cause.into()))?;
    let id = intake::bring_in_sample(tx, by, &book)?;
    publishing::publish(tx, &policy::sample(id, by), "The first edition.")?;
    Ok(())
}

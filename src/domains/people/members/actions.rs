//! Keeping filters.

use serde_json::json;

use crate::domains::people::policy;
use crate::kernel::actor::Role;
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::FilterId;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::forms::MembersQuery;
use super::queries::{self, SavedFilter};

/// Keeps a filter, for oneself or for everybody with a role.
///
/// # Errors
/// What the policy refuses.
pub fn keep(
    tx: &mut TenantTx<'_>,
    name: &str,
    shared_with: Option<Role>,
    rule: &MembersQuery,
) -> Result<FilterId, AppError> {
    let listing = policy::may_list(tx.actor())?;
    let id = queries::insert_filter(tx, listing, name, shared_with, rule)?;
    tx.audit(Entry::of("people.filter.kept", "filter", id).after(json!({ "shared_with": shared_with })))?;
    Ok(id)
}

/// A filter the acting member may forget: their own; an admin also those shared with them.
///
/// # Errors
/// [`AppError::NotFound`] when they do not find it; [`AppError::Denied`] when it is another's.
pub fn forgettable(tx: &mut TenantTx<'_>, id: FilterId) -> Result<SavedFilter, AppError> {
    policy::may_list(tx.actor()).map_err(|_| AppError::NotFound)?;
    let filter = queries::filter(tx, id)?;
    match tx.actor().member_id() == Some(filter.owner_id) || tx.roles().has(Role::Admin) {
        true => Ok(filter),
        false => Err(Denied::because("Only who made a filter, or an admin, removes it.").into()),
    }
}

/// Forgets it.
///
/// # Errors
/// As [`forgettable`].
pub fn forget(tx: &mut TenantTx<'_>, id: FilterId) -> Result<(), AppError> {
    let filter = forgettable(tx, id)?;
    queries::delete_filter(tx, id)?;
    tx.audit(
        Entry::of("people.filter.forgotten", "filter", id)
            .before(json!({ "shared_with": filter.shared_with })),
    )
}

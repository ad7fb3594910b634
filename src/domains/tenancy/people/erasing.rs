//! Taking away who somebody is. Their row stays, without a name, so that what others wrote and the audit log keep an author.

use crate::app::App;
use crate::domains::tenancy::events::MemberLeft;
use crate::domains::tenancy::model::MemberState;
use crate::kernel::error::AppError;
use crate::kernel::ids::UserId;
use crate::platform::db::TenantTx;

use super::actions::{access_changed, end_membership};
use super::policy::Erasing;
use super::queries;

/// Takes name, handle, address, roles and belonging away from a member; answers the login they had.
///
/// # Errors
/// [`AppError::Conflict`] for the last admin.
pub fn erase(tx: &mut TenantTx<'_>, app: &App, erasing: &Erasing) -> Result<Option<UserId>, AppError> {
    let member = erasing.member();
    queries::lock_standing(tx)?;
    if erasing.is_admin() && queries::other_admins(tx, member)? == 0 {
        return Err(AppError::Conflict(
            "They are the only admin. Make somebody else an admin first.".to_owned(),
        ));
    }
    end_membership(tx, member)?;
    let user = queries::anonymise(tx, erasing)?;
    if erasing.state() != MemberState::Left {
        tx.emit(&MemberLeft { member })?;
    }
    access_changed(tx, app, user)?;
    Ok(user)
}

//! What admins do about people.

use serde_json::json;

use crate::app::App;
use crate::domains::MEMBERSHIP_ENDED;
use crate::domains::tenancy::contexts;
use crate::domains::tenancy::events::{MemberLeft, MemberRestored, MemberSuspended, RolesChanged};
use crate::domains::tenancy::model::{MemberState, Person};
use crate::kernel::actor::{Role, Roles};
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, UserId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::forms::RolesWanted;
use super::policy::{self, Standing, StandingChange};
use super::queries;

/// Gives a member exactly the wanted roles.
///
/// # Errors
/// What the policy refuses; [`AppError::Conflict`] when the roles are no longer those the form was made from.
pub fn change_roles(
    tx: &mut TenantTx<'_>,
    app: &App,
    member: MemberId,
    wanted: &RolesWanted,
) -> Result<Person, AppError> {
    policy::may_administer(tx.actor()).map_err(|denied| hide_or_deny(tx, member, denied.into()))?;
    queries::lock_standing(tx)?;
    let person = queries::person(tx, member)?;
    if person.roles != wanted.instead_of {
        return Err(AppError::Conflict(
            "Somebody changed these roles while you had them open. Check them and save again.".to_owned(),
        ));
    }
    let change = policy::may_change_roles(
        tx.actor(),
        &person,
        wanted.roles,
        queries::other_admins(tx, member)?,
    )?;
    queries::set_roles(tx, &change)?;
    note_roles(tx, &person, wanted.roles)?;
    access_changed(tx, app, person.user)?;
    Ok(person)
}

/// Suspends or restores a member, or notes that they have left.
///
/// # Errors
/// What the policy refuses.
pub fn change_standing(
    tx: &mut TenantTx<'_>,
    app: &App,
    member: MemberId,
    standing: Standing,
) -> Result<Person, AppError> {
    policy::may_administer(tx.actor()).map_err(|denied| hide_or_deny(tx, member, denied.into()))?;
    queries::lock_standing(tx)?;
    let person = queries::person(tx, member)?;
    let change =
        policy::may_change_standing(tx.actor(), &person, standing, queries::other_admins(tx, member)?)?;
    queries::set_state(tx, &change)?;
    tx.audit(
        Entry::of("tenancy.member.standing_changed", "member", member)
            .before(json!({ "state": person.card.state }))
            .after(json!({ "state": standing.state() })),
    )?;
    match standing {
        Standing::Suspend => tx.emit(&MemberSuspended { member })?,
        Standing::Restore => tx.emit(&MemberRestored { member })?,
        Standing::Leave => {
            take_out_of_everything(tx, &change)?;
            tx.emit(&MemberLeft { member })?
        }
    };
    access_changed(tx, app, person.user)?;
    Ok(person)
}

/// Somebody who left belongs to nothing, and a return does not bring powers back by itself.
fn take_out_of_everything(tx: &mut TenantTx<'_>, leaving: &StandingChange<'_>) -> Result<(), AppError> {
    let person = leaving.person();
    end_membership(tx, person.card.id)?;
    let stripped = policy::stripped(leaving);
    if person.roles == stripped.roles() {
        return Ok(());
    }
    queries::set_roles(tx, &stripped)?;
    note_roles(tx, person, stripped.roles())
}

/// Ends what belongs to a membership: contexts, and whatever other domains say.
///
/// # Errors
/// When the database fails.
pub fn end_membership(tx: &mut TenantTx<'_>, member: MemberId) -> Result<(), AppError> {
    contexts::actions::leave_all(tx, member)?;
    for end in MEMBERSHIP_ENDED {
        end(tx, member)?;
    }
    Ok(())
}

fn note_roles(tx: &mut TenantTx<'_>, person: &Person, roles: Roles) -> Result<(), AppError> {
    let words = |roles: Roles| roles.iter().map(Role::as_str).collect::<Vec<_>>();
    tx.audit(
        Entry::of("tenancy.member.roles_changed", "member", person.card.id)
            .before(json!({ "roles": words(person.roles) }))
            .after(json!({ "roles": words(roles) })),
    )?;
    tx.emit(&RolesChanged {
        member: person.card.id,
    })?;
    Ok(())
}

/// Makes every process forget what this login may do: others by the noted change, this one after the commit.
///
/// # Errors
/// When the change cannot be noted.
pub fn access_changed(tx: &mut TenantTx<'_>, app: &App, user: Option<UserId>) -> Result<(), AppError> {
    let Some(user) = user else { return Ok(()) };
    queries::note_access_change(tx, user)?;
    let (directory, sessions) = (app.directory.clone(), app.sessions.clone());
    tx.after_commit(move || {
        directory.forget_all();
        sessions.forget_all();
    });
    Ok(())
}

/// A person one may not know of is not found; one that is visible may not be changed.
fn hide_or_deny(tx: &mut TenantTx<'_>, member: MemberId, denied: AppError) -> AppError {
    match queries::person(tx, member) {
        Ok(_) => denied,
        Err(error) => error.into(),
    }
}

/// A person whose roles or standing the actor may look after.
///
/// # Errors
/// [`AppError::NotFound`] for people nobody may know of, [`AppError::Denied`] for others than admins.
pub fn administered(tx: &mut TenantTx<'_>, member: MemberId) -> Result<Person, AppError> {
    let person = queries::person(tx, member)?;
    policy::may_administer(tx.actor())?;
    Ok(person)
}

impl Person {
    /// The ways this person's standing can change now, as an admin other than themselves sees them.
    pub fn open_changes(&self) -> &'static [Standing] {
        match self.card.state {
            MemberState::Active => &[Standing::Suspend, Standing::Leave],
            MemberState::Suspended => &[Standing::Restore, Standing::Leave],
            MemberState::Left => &[Standing::Restore],
        }
    }
}

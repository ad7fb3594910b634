//! Making an organization and its first admin.

use crate::domains::tenancy::events::{MemberJoined, RolesChanged};
use crate::kernel::actor::Role;
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, OrgId, UserId};
use crate::kernel::validate::{Check, handle_from};
use crate::platform::audit::Entry;
use crate::platform::crypto::hash_now;
use crate::platform::db::{SystemTx, TenantTx};

use super::super::passwords::rules;
use super::super::queries::{self as logins, NewMember, NewUser};
use super::queries;

/// An organization to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewOrganization<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its short name in commands; a number is added when it is taken.
    pub slug: &'a str,
    /// IANA time zone.
    pub time_zone: &'a str,
    /// `en` or `fr`.
    pub locale: &'a str,
}

/// Its first admin.
#[derive(Debug, Clone, Copy)]
pub struct NewAdmin<'a> {
    /// Address to sign in with.
    pub email: &'a str,
    /// The name others see.
    pub name: &'a str,
    /// Argon2id hash of the password.
    pub password_hash: &'a str,
}

/// What was made.
#[derive(Debug, Clone, Copy)]
pub struct Founded {
    /// The organization.
    pub org: OrgId,
    /// The admin's login.
    pub user: UserId,
    /// The admin's member.
    pub member: MemberId,
    /// Whether the member was made just now.
    pub is_new_member: bool,
}

/// Makes an organization with its first admin, who is a member and a steward too. A login that has the address already
/// becomes the admin and keeps its password.
///
/// # Errors
/// When the rows cannot be written.
pub fn create_organization_with_admin(
    tx: &mut SystemTx<'_>,
    organization: &NewOrganization<'_>,
    admin: &NewAdmin<'_>,
) -> Result<Founded, AppError> {
    let org = queries::add_organization(tx, organization)?;
    let user = user_of(tx, admin, organization.locale)?;
    let member = add_admin(tx, org, user, admin, organization.time_zone, organization.locale)?;
    Ok(Founded {
        org,
        user,
        member,
        is_new_member: true,
    })
}

/// For the command line: makes `email` an admin of the organization called `slug`, with a login when there is none yet.
/// `password` is only used for a new login.
///
/// # Errors
/// [`AppError::Invalid`] naming what is wrong with address, name or password; [`AppError::NotFound`] for an unknown slug.
pub fn create_admin(
    tx: &mut SystemTx<'_>,
    email: &str,
    name: &str,
    slug: &str,
    password: &str,
) -> Result<Founded, AppError> {
    let mut check = Check::default();
    let (email, name) = (
        check.email("email", email),
        check.line("name", "Name", name, 1, 120),
    );
    let (org, org_name, time_zone, locale) =
        queries::organization_by_slug(tx, slug)?.ok_or(AppError::NotFound)?;
    rules::check(&mut check, "password", password, &[&email, &name, &org_name]);
    check.finish(|| ())?;
    let password_hash = hash_now(password)?;
    let admin = NewAdmin {
        email: &email,
        name: &name,
        password_hash: &password_hash,
    };
    let user = user_of(tx, &admin, &locale)?;
    let known = queries::member_of(tx, user, org)?;
    let member = match known {
        Some(member) => {
            queries::grant(tx, org, member, Role::Admin)?;
            logins::tell_access_changed(tx, user)?;
            member
        }
        None => add_admin(tx, org, user, &admin, &time_zone, &locale)?,
    };
    Ok(Founded {
        org,
        user,
        member,
        is_new_member: known.is_none(),
    })
}

/// Tells the organization what [`create_admin`] did there. The operator has no member, so the portal is who acts.
///
/// # Errors
/// When it cannot be written.
pub fn tell_admin_created(tx: &mut TenantTx<'_>, founded: Founded) -> Result<(), AppError> {
    let member = founded.member;
    tx.audit(
        Entry::of("identity.admin.created", "member", member)
            .after(serde_json::json!({ "new_member": founded.is_new_member })),
    )?;
    match founded.is_new_member {
        true => tx.emit(&MemberJoined { member })?,
        false => tx.emit(&RolesChanged { member })?,
    };
    Ok(())
}

fn user_of(tx: &mut SystemTx<'_>, admin: &NewAdmin<'_>, locale: &str) -> Result<UserId, AppError> {
    let new = NewUser {
        email: admin.email,
        password_hash: admin.password_hash,
        locale,
    };
    match logins::add_user(tx, &new)? {
        Some(user) => Ok(user),
        None => Ok(logins::credentials_by_email(tx, admin.email)?
            .ok_or(AppError::NotFound)?
            .id),
    }
}

fn add_admin(
    tx: &mut SystemTx<'_>,
    org: OrgId,
    user: UserId,
    admin: &NewAdmin<'_>,
    time_zone: &str,
    locale: &str,
) -> Result<MemberId, AppError> {
    let (id, now) = (tx.new_id::<MemberId>(), tx.now());
    let handle = logins::free_handle(tx.conn(), org, &handle_from(admin.name))?;
    let member = NewMember {
        org_id: org,
        id,
        user_id: user,
        display_name: admin.name,
        handle: &handle,
        email: admin.email,
        time_zone,
        locale,
        created_at: now,
        last_active_at: Some(now),
    };
    logins::add_member(tx.conn(), &member, &[Role::Member, Role::Steward, Role::Admin])?;
    Ok(id)
}

//! Logins and their members, as the system role: what sign-in and every request's first question read.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domains::tenancy::model::MemberState;
use crate::kernel::actor::{Member, Role, zone_or_utc};
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, OrgId, UserId};
use crate::platform::db::schema::{
    access_changes, member_roles, members, onboarding_dismissals, one_time_links, organizations,
    outbox_mails, recovery_codes, sessions, users,
};
use crate::platform::db::{SystemTx, TenantTx};
use crate::platform::web::shell::OrganizationChoice;

use super::directory::Known;

mod joining;

pub use joining::{NewMember, NewUser, add_member, add_user, free_handle, handle_is_free};

diesel::define_sql_function! {
    /// Waits until no other transaction holds the lock of `key`; released at the end of this one.
    fn pg_advisory_xact_lock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Bool;
}

/// Keys of the advisory locks that identity takes.
pub mod locks {
    /// One first organization.
    pub const SET_UP: i64 = 0x77_61_79_01;
}

/// Takes an advisory lock until the end of the transaction.
pub fn lock(tx: &mut SystemTx<'_>, key: i64) -> QueryResult<()> {
    diesel::select(pg_advisory_xact_lock(key))
        .execute(tx.conn())
        .map(|_| ())
}

/// What is stored about a login that wants to sign in.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = users)]
pub struct Credentials {
    /// The login.
    pub id: UserId,
    /// Its address.
    pub email: String,
    /// Argon2id hash; none until a password was chosen.
    pub password_hash: Option<String>,
    /// Sealed TOTP secret; in use once confirmed.
    pub totp_secret: Option<Vec<u8>>,
    /// When the second factor was confirmed.
    pub totp_confirmed_at: Option<DateTime<Utc>>,
    /// Sessions and cached copies of other epochs are void.
    pub auth_epoch: i32,
    /// Language of its mail.
    pub locale: String,
}

pub fn credentials_by_email(tx: &mut SystemTx<'_>, email: &str) -> QueryResult<Option<Credentials>> {
    Credentials::query()
        .filter(users::email.eq(email))
        .first(tx.conn())
        .optional()
}

pub fn credentials(tx: &mut SystemTx<'_>, user: UserId) -> QueryResult<Option<Credentials>> {
    Credentials::query()
        .filter(users::id.eq(user))
        .first(tx.conn())
        .optional()
}

pub fn has_organization(tx: &mut SystemTx<'_>) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        organizations::table.select(organizations::id),
    ))
    .get_result(tx.conn())
}

pub fn store_password(tx: &mut SystemTx<'_>, user: UserId, hash: &str) -> QueryResult<()> {
    diesel::update(users::table.find(user))
        .set(users::password_hash.eq(hash))
        .execute(tx.conn())
        .map(|_| ())
}

/// Voids every session of a login and tells every process; answers the new epoch.
pub fn move_epoch(tx: &mut SystemTx<'_>, user: UserId) -> QueryResult<i32> {
    use crate::platform::db::schema::sessions;
    diesel::delete(sessions::table.filter(sessions::user_id.eq(user))).execute(tx.conn())?;
    tell_access_changed(tx, user)?;
    diesel::update(users::table.find(user))
        .set(users::auth_epoch.eq(users::auth_epoch + 1))
        .returning(users::auth_epoch)
        .get_result(tx.conn())
}

/// Tells every process that what a login may do has changed.
pub fn tell_access_changed(tx: &mut SystemTx<'_>, user: UserId) -> QueryResult<()> {
    let now = tx.now();
    diesel::insert_into(access_changes::table)
        .values((access_changes::user_id.eq(user), access_changes::at.eq(now)))
        .execute(tx.conn())
        .map(|_| ())
}

/// Tells every process that what the acting member's login, or others' through it, may do has changed.
pub fn tell_my_access_changed(tx: &mut TenantTx<'_>) -> Result<(), AppError> {
    let (user, now) = (tx.me()?.user, tx.now());
    let row = (access_changes::user_id.eq(user), access_changes::at.eq(now));
    diesel::insert_into(access_changes::table)
        .values(row)
        .execute(tx.conn())?;
    Ok(())
}

type MemberRow = (
    MemberId,
    String,
    String,
    String,
    String,
    String,
    i32,
    String,
    Option<DateTime<Utc>>,
    bool,
);

/// The member row of a login in an organization, with roles and the login's organizations.
pub fn known(tx: &mut SystemTx<'_>, user: UserId, org: OrgId) -> QueryResult<Option<Known>> {
    let row: Option<MemberRow> = members::table
        .inner_join(organizations::table)
        .inner_join(users::table)
        .filter(members::user_id.eq(user))
        .filter(members::org_id.eq(org))
        .filter(members::state.eq(MemberState::Active))
        .select((
            members::id,
            members::display_name,
            members::handle,
            members::time_zone,
            members::locale,
            organizations::name,
            users::auth_epoch,
            users::email,
            users::totp_confirmed_at,
            organizations::second_factor_required,
        ))
        .first(tx.conn())
        .optional()?;
    let Some((member, name, handle, zone, locale, org_name, auth_epoch, email, confirmed_at, is_required)) =
        row
    else {
        return Ok(None);
    };
    let roles: Vec<Role> = member_roles::table
        .filter(member_roles::org_id.eq(org))
        .filter(member_roles::member_id.eq(member))
        .select(member_roles::role)
        .load(tx.conn())?;
    let organizations = organizations_of(tx, user)?
        .into_iter()
        .map(|place| place.choice(org))
        .collect();
    let member = Member {
        org,
        org_name,
        member,
        user,
        name,
        handle,
        roles: roles.into_iter().collect(),
        zone: zone_or_utc(&zone),
        locale,
        auth_epoch,
    };
    let has_second_factor = confirmed_at.is_some();
    let must_enrol =
        is_required && !has_second_factor && member.roles.any(&[Role::Admin, Role::PrivacyOfficer]);
    Ok(Some(Known {
        member,
        organizations,
        email,
        has_second_factor,
        must_enrol,
    }))
}

/// A login's members in all its organizations.
pub fn known_everywhere(tx: &mut SystemTx<'_>, user: UserId) -> QueryResult<Vec<Known>> {
    let places = organizations_of(tx, user)?;
    let known = places
        .into_iter()
        .filter_map(|place| known(tx, user, place.org).transpose());
    known.collect()
}

/// An organization a login can go to.
#[derive(Debug, Clone, Queryable)]
pub struct Place {
    /// The organization.
    pub org: OrgId,
    /// Its name.
    pub name: String,
    /// When this login was last there.
    pub last_active_at: Option<DateTime<Utc>>,
}

impl Place {
    /// As the switcher shows it.
    pub fn choice(self, current: OrgId) -> OrganizationChoice {
        OrganizationChoice {
            id: self.org.to_string(),
            current: self.org == current,
            name: self.name,
        }
    }
}

/// Where a login has an active member, by name.
pub fn organizations_of(tx: &mut SystemTx<'_>, user: UserId) -> QueryResult<Vec<Place>> {
    members::table
        .inner_join(organizations::table)
        .filter(members::user_id.eq(user))
        .filter(members::state.eq(MemberState::Active))
        .order((organizations::name, organizations::id))
        .select((organizations::id, organizations::name, members::last_active_at))
        .load(tx.conn())
}

/// Remembers that a login went to an organization.
pub fn went_to(tx: &mut SystemTx<'_>, user: UserId, org: OrgId) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(
        members::table
            .filter(members::user_id.eq(user))
            .filter(members::org_id.eq(org)),
    )
    .set(members::last_active_at.eq(now))
    .execute(tx.conn())
    .map(|_| ())
}

/// Onboarding steps the acting member does not want to see.
pub fn dismissed_steps(tx: &mut TenantTx<'_>) -> Result<Vec<String>, AppError> {
    let me = tx.my_id()?;
    let mine = onboarding_dismissals::table.filter(onboarding_dismissals::member_id.eq(me));
    Ok(mine.select(onboarding_dismissals::step).load(tx.conn())?)
}

/// Hides a step from the acting member.
pub fn dismiss_step(tx: &mut TenantTx<'_>, step: &str) -> Result<(), AppError> {
    let (me, now) = (tx.my_id()?, tx.now());
    let row = (
        onboarding_dismissals::member_id.eq(me),
        onboarding_dismissals::step.eq(step),
        onboarding_dismissals::dismissed_at.eq(now),
    );
    diesel::insert_into(onboarding_dismissals::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(())
}

/// Whether the acting member has said what they do.
pub fn has_headline(tx: &mut TenantTx<'_>) -> Result<bool, AppError> {
    let me = tx.my_id()?;
    let headline: String = members::table
        .filter(members::id.eq(me))
        .select(members::headline)
        .first(tx.conn())?;
    Ok(!headline.is_empty())
}

/// Takes away a login that no member uses; whether it was so.
pub fn forget_login(tx: &mut SystemTx<'_>, user: UserId) -> QueryResult<bool> {
    let used = members::table.filter(members::user_id.eq(user));
    if diesel::select(diesel::dsl::exists(used)).get_result(tx.conn())? {
        return Ok(false);
    }
    let address: Option<String> = users::table
        .find(user)
        .select(users::email)
        .first(tx.conn())
        .optional()?;
    let Some(address) = address else { return Ok(false) };
    diesel::delete(outbox_mails::table.filter(outbox_mails::recipient.eq(address))).execute(tx.conn())?;
    diesel::delete(sessions::table.filter(sessions::user_id.eq(user))).execute(tx.conn())?;
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user))).execute(tx.conn())?;
    diesel::delete(one_time_links::table.filter(one_time_links::user_id.eq(user))).execute(tx.conn())?;
    diesel::update(users::table.find(user))
        .set((
            // RFC 2606 keeps `invalid` free of anybody's mail.
            users::email.eq(format!("{user}@erased.invalid")),
            users::password_hash.eq(None::<String>),
            users::totp_secret.eq(None::<Vec<u8>>),
            users::totp_confirmed_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(tx.conn())
        .map(|_| true)
}

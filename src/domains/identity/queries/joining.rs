//! Making logins and members.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use diesel::prelude::*;

use crate::domains::identity::model::RESERVED_HANDLES;
use crate::kernel::actor::Role;
use crate::kernel::ids::{MemberId, OrgId, UserId};
use crate::platform::db::SystemTx;
use crate::platform::db::schema::{member_roles, members, users};

/// A login to be made.
pub struct NewUser<'a> {
    /// Lower-cased address.
    pub email: &'a str,
    /// Argon2id hash.
    pub password_hash: &'a str,
    /// Language of its mail.
    pub locale: &'a str,
}

/// Makes a login; `None` when the address has one already.
pub fn add_user(tx: &mut SystemTx<'_>, user: &NewUser<'_>) -> QueryResult<Option<UserId>> {
    let (id, now) = (tx.new_id::<UserId>(), tx.now());
    let row = (
        users::id.eq(id),
        users::email.eq(user.email),
        users::password_hash.eq(user.password_hash),
        users::locale.eq(user.locale),
        users::created_at.eq(now),
    );
    let added = diesel::insert_into(users::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok((added == 1).then_some(id))
}

/// A member to be made for a login.
#[derive(Insertable)]
#[diesel(table_name = members)]
pub struct NewMember<'a> {
    /// The organization.
    pub org_id: OrgId,
    /// The member's id.
    pub id: MemberId,
    /// The login.
    pub user_id: UserId,
    /// The name others see.
    pub display_name: &'a str,
    /// What others mention them by.
    pub handle: &'a str,
    /// Address.
    pub email: &'a str,
    /// IANA time zone.
    pub time_zone: &'a str,
    /// Language.
    pub locale: &'a str,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When they were last here.
    pub last_active_at: Option<DateTime<Utc>>,
}

/// Whether no other member of the organization has this handle.
pub fn handle_is_free(
    conn: &mut PgConnection,
    org: OrgId,
    handle: &str,
    except: MemberId,
) -> QueryResult<bool> {
    let other = members::table
        .filter(members::org_id.eq(org))
        .filter(members::handle.eq(handle))
        .filter(members::id.ne(except));
    diesel::select(diesel::dsl::exists(other.select(members::id)))
        .get_result(conn)
        .map(|taken: bool| !taken)
}

/// Writes a member and its roles.
pub fn add_member(conn: &mut PgConnection, member: &NewMember<'_>, roles: &[Role]) -> QueryResult<()> {
    diesel::insert_into(members::table).values(member).execute(conn)?;
    let rows: Vec<_> = roles
        .iter()
        .map(|role| {
            (
                member_roles::org_id.eq(member.org_id),
                member_roles::member_id.eq(member.id),
                member_roles::role.eq(*role),
                member_roles::granted_at.eq(member.created_at),
            )
        })
        .collect();
    diesel::insert_into(member_roles::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(conn)
        .map(|_| ())
}

/// A handle nobody in the organization has: `base`, else `base2`, `base3` … The unique constraint has the last word.
pub fn free_handle(conn: &mut PgConnection, org: OrgId, base: &str) -> QueryResult<String> {
    let stem: String = base.chars().take(27).collect();
    let pattern = format!("{}%", stem.replace('_', "\\_"));
    let similar = members::table
        .filter(members::org_id.eq(org))
        .filter(members::handle.like(pattern));
    let mut taken: HashSet<String> = similar.select(members::handle).load(conn)?.into_iter().collect();
    taken.extend(RESERVED_HANDLES.iter().map(|handle| (*handle).to_owned()));
    if !taken.contains(base) {
        return Ok(base.to_owned());
    }
    let numbered = (2..)
        .map(|number: u32| format!("{stem}{number}"))
        .find(|handle| !taken.contains(handle));
    Ok(numbered.unwrap_or(stem))
}

//! Making organizations, as the system role.

use diesel::prelude::*;

use crate::kernel::actor::Role;
use crate::kernel::ids::{MemberId, OrgId, UserId};
use crate::platform::db::SystemTx;
use crate::platform::db::schema::{member_roles, members, organizations};

use super::NewOrganization;

pub fn add_organization(tx: &mut SystemTx<'_>, organization: &NewOrganization<'_>) -> QueryResult<OrgId> {
    let (id, now) = (tx.new_id::<OrgId>(), tx.now());
    let slug = free_slug(tx, organization.slug)?;
    diesel::insert_into(organizations::table)
        .values((
            organizations::id.eq(id),
            organizations::name.eq(organization.name),
            organizations::slug.eq(slug),
            organizations::time_zone.eq(organization.time_zone),
            organizations::locale.eq(organization.locale),
            organizations::created_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

fn free_slug(tx: &mut SystemTx<'_>, base: &str) -> QueryResult<String> {
    let taken: Vec<String> = organizations::table
        .filter(organizations::slug.like(format!("{}%", base.replace('_', "\\_"))))
        .select(organizations::slug)
        .load(tx.conn())?;
    let candidates =
        std::iter::once(base.to_owned()).chain((2..1000).map(|number| format!("{base}-{number}")));
    Ok(candidates
        .into_iter()
        .find(|slug| !taken.contains(slug))
        .unwrap_or_else(|| base.to_owned()))
}

/// An organization by its slug: id, name, time zone, language.
pub fn organization_by_slug(
    tx: &mut SystemTx<'_>,
    slug: &str,
) -> QueryResult<Option<(OrgId, String, String, String)>> {
    organizations::table
        .filter(organizations::slug.eq(slug))
        .select((
            organizations::id,
            organizations::name,
            organizations::time_zone,
            organizations::locale,
        ))
        .first(tx.conn())
        .optional()
}

/// The member of a login in an organization.
pub fn member_of(tx: &mut SystemTx<'_>, user: UserId, org: OrgId) -> QueryResult<Option<MemberId>> {
    members::table
        .filter(members::user_id.eq(user))
        .filter(members::org_id.eq(org))
        .select(members::id)
        .first(tx.conn())
        .optional()
}

pub fn grant(tx: &mut SystemTx<'_>, org: OrgId, member: MemberId, role: Role) -> QueryResult<()> {
    let row = (
        member_roles::org_id.eq(org),
        member_roles::member_id.eq(member),
        member_roles::role.eq(role),
        member_roles::granted_at.eq(tx.now()),
    );
    diesel::insert_into(member_roles::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .map(|_| ())
}

//! Members behind logins, remembered for a few seconds: every request asks, few of them should reach the database.

use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use moka::sync::Cache;

use crate::domains::tenancy::model::MemberState;
use crate::kernel::actor::{Member, Role, zone_or_utc};
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, OrgId, UserId};
use crate::platform::db::schema::{member_roles, members, organizations, users};
use crate::platform::db::{Db, SystemTask, SystemTx};
use crate::platform::web::shell::OrganizationChoice;

/// How long what was read is believed when nobody says that it changed.
const BELIEVED: Duration = Duration::from_secs(10);

/// A login's member in one organization and where else it could go.
#[derive(Debug, Clone)]
pub struct Known {
    /// The acting member.
    pub member: Member,
    /// Every organization of this login.
    pub organizations: Vec<OrganizationChoice>,
}

/// The directory.
pub struct Directory {
    db: Db,
    known: Cache<(UserId, OrgId), Option<Arc<Known>>>,
}

impl Directory {
    /// An empty directory over `db`.
    pub fn new(db: Db) -> Self {
        Self { db, known: Cache::builder().max_capacity(100_000).time_to_live(BELIEVED).build() }
    }

    /// The active member of `user` in `org`; `None` when there is none (any more).
    ///
    /// # Errors
    /// When the database is away.
    pub async fn look_up(&self, user: UserId, org: OrgId) -> Result<Option<Arc<Known>>, AppError> {
        if let Some(known) = self.known.get(&(user, org)) {
            return Ok(known);
        }
        let found = self.db.system(SystemTask::SignIn, move |tx| Ok(read(tx, user, org)?)).await?.map(Arc::new);
        self.known.insert((user, org), found.clone());
        Ok(found)
    }

    /// Forgets everything, because what someone may do has changed.
    pub fn forget_all(&self) {
        self.known.invalidate_all();
    }
}

type MemberRow = (MemberId, String, String, String, String, String, i32);

/// The member row of a login in an organization, with roles and the login's organizations.
pub(super) fn read(tx: &mut SystemTx<'_>, user: UserId, org: OrgId) -> QueryResult<Option<Known>> {
    let row: Option<MemberRow> = members::table
        .inner_join(organizations::table)
        .inner_join(users::table)
        .filter(members::user_id.eq(user))
        .filter(members::org_id.eq(org))
        .filter(members::state.eq(MemberState::Active))
        .select((members::id, members::display_name, members::handle, members::time_zone, members::locale, organizations::name, users::auth_epoch))
        .first(tx.conn())
        .optional()?;
    let Some((member, name, handle, zone, locale, org_name, auth_epoch)) = row else { return Ok(None) };
    let roles: Vec<Role> = member_roles::table
        .filter(member_roles::org_id.eq(org))
        .filter(member_roles::member_id.eq(member))
        .select(member_roles::role)
        .load(tx.conn())?;
    let organizations = choices(tx, user, org)?;
    let zone = zone_or_utc(&zone);
    let member = Member { org, org_name, member, user, name, handle, roles: roles.into_iter().collect(), zone, locale, auth_epoch };
    Ok(Some(Known { member, organizations }))
}

fn choices(tx: &mut SystemTx<'_>, user: UserId, current: OrgId) -> QueryResult<Vec<OrganizationChoice>> {
    let rows: Vec<(OrgId, String)> = members::table
        .inner_join(organizations::table)
        .filter(members::user_id.eq(user))
        .filter(members::state.eq(MemberState::Active))
        .order(organizations::name)
        .select((organizations::id, organizations::name))
        .load(tx.conn())?;
    Ok(rows.into_iter().map(|(id, name)| OrganizationChoice { id: id.to_string(), name, current: id == current }).collect())
}

//! Invitations in the database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domains::identity::model::InvitationId;
use crate::domains::identity::policy::Administering;
use crate::domains::tenancy::model::{ContextKind, MemberState};
use crate::kernel::actor::Role;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ContextId, MemberId, OrgId, UserId};
use crate::platform::db::schema::{
    context_members, contexts, invitations, member_roles, members, organizations,
};
use crate::platform::db::{SystemTx, TenantTx};

use super::forms::NewInvitation;

/// What is known about an invitation by its link, before anyone is a member.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The organization.
    pub org: OrgId,
    /// Its name.
    pub org_name: String,
    /// Time zone of new members.
    pub time_zone: String,
    /// Language of new members.
    pub locale: String,
    /// Who invites.
    pub inviter: String,
    /// The invitation.
    pub invitation: Invitation,
}

/// A stored invitation.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = invitations)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The address it went to.
    pub email: String,
    /// The name the admin gave, perhaps none.
    pub display_name: String,
    /// What they will hold.
    pub roles: Vec<Role>,
    /// The team they will join.
    pub team_id: Option<ContextId>,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
    /// When it was accepted.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// How an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It can be accepted.
    Open,
    /// Somebody did.
    Accepted,
    /// It was taken back.
    Revoked,
    /// It was not used in time.
    Expired,
}

impl Invitation {
    /// How it stands at `now`.
    pub fn standing(&self, now: DateTime<Utc>) -> Standing {
        match (self.accepted_at, self.revoked_at) {
            (Some(_), _) => Standing::Accepted,
            (None, Some(_)) => Standing::Revoked,
            (None, None) if self.expires_at <= now => Standing::Expired,
            (None, None) => Standing::Open,
        }
    }
}

/// The invitation behind a link.
pub fn offer(tx: &mut SystemTx<'_>, token_hash: &[u8]) -> QueryResult<Option<Offer>> {
    type Row = (OrgId, String, String, String, String, Invitation);
    let row: Option<Row> = invitations::table
        .inner_join(organizations::table)
        .inner_join(
            members::table.on(members::org_id
                .eq(invitations::org_id)
                .and(members::id.eq(invitations::invited_by))),
        )
        .filter(invitations::token_hash.eq(token_hash))
        .select((
            organizations::id,
            organizations::name,
            organizations::time_zone,
            organizations::locale,
            members::display_name,
            Invitation::as_select(),
        ))
        .first(tx.conn())
        .optional()?;
    Ok(
        row.map(|(org, org_name, time_zone, locale, inviter, invitation)| Offer {
            org,
            org_name,
            time_zone,
            locale,
            inviter,
            invitation,
        }),
    )
}

/// The invitation, locked until the end of the transaction.
pub fn locked(tx: &mut TenantTx<'_>, id: InvitationId) -> QueryResult<Invitation> {
    Invitation::query()
        .filter(invitations::id.eq(id))
        .for_update()
        .first(tx.conn())
}

pub fn add(
    tx: &mut TenantTx<'_>,
    _: Administering,
    id: InvitationId,
    new: &NewInvitation,
    token_hash: &[u8],
    expires_at: DateTime<Utc>,
) -> Result<(), AppError> {
    let (me, now) = (tx.my_id()?, tx.now());
    diesel::insert_into(invitations::table)
        .values((
            invitations::id.eq(id),
            invitations::token_hash.eq(token_hash),
            invitations::email.eq(&new.email),
            invitations::display_name.eq(&new.display_name),
            invitations::roles.eq(&new.roles),
            invitations::team_id.eq(new.team),
            invitations::invited_by.eq(me),
            invitations::created_at.eq(now),
            invitations::expires_at.eq(expires_at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Gives an invitation a new link and time; the old link is dead.
pub fn renew(
    tx: &mut TenantTx<'_>,
    _: Administering,
    id: InvitationId,
    token_hash: &[u8],
    expires_at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(invitations::table.filter(invitations::id.eq(id)))
        .set((
            invitations::token_hash.eq(token_hash),
            invitations::expires_at.eq(expires_at),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

pub fn revoke(tx: &mut TenantTx<'_>, _: Administering, id: InvitationId) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(invitations::table.filter(invitations::id.eq(id)))
        .set(invitations::revoked_at.eq(now))
        .execute(tx.conn())
        .map(|_| ())
}

pub fn mark_accepted(tx: &mut TenantTx<'_>, id: InvitationId) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(invitations::table.filter(invitations::id.eq(id)))
        .set(invitations::accepted_at.eq(now))
        .execute(tx.conn())
        .map(|_| ())
}

/// Whether an active member who can sign in has this address. Who was only written down, in an import for example, can be invited.
pub fn is_member(tx: &mut TenantTx<'_>, email: &str) -> QueryResult<bool> {
    let active = members::table
        .filter(members::email.eq(email))
        .filter(members::user_id.is_not_null())
        .filter(members::state.eq(MemberState::Active));
    diesel::select(diesel::dsl::exists(active.select(members::id))).get_result(tx.conn())
}

/// Whether an invitation to this address can still be accepted.
pub fn is_invited(tx: &mut TenantTx<'_>, email: &str) -> QueryResult<bool> {
    let now = tx.now();
    let open = invitations::table
        .filter(invitations::email.eq(email))
        .filter(invitations::accepted_at.is_null())
        .filter(invitations::revoked_at.is_null())
        .filter(invitations::expires_at.gt(now));
    diesel::select(diesel::dsl::exists(open.select(invitations::id))).get_result(tx.conn())
}

/// Whether anyone was ever invited.
pub fn has_any(tx: &mut TenantTx<'_>) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(invitations::table.select(invitations::id))).get_result(tx.conn())
}

/// A page of invitations, newest first, before `before` when given, with the names of their teams.
pub fn page(
    tx: &mut TenantTx<'_>,
    before: Option<InvitationId>,
    limit: i64,
) -> QueryResult<Vec<(Invitation, Option<String>)>> {
    let mut rows = invitations::table
        .left_join(
            contexts::table.on(contexts::org_id
                .eq(invitations::org_id)
                .and(contexts::id.nullable().eq(invitations::team_id))),
        )
        .order(invitations::id.desc())
        .limit(limit)
        .select((Invitation::as_select(), contexts::name.nullable()))
        .into_boxed();
    if let Some(before) = before {
        rows = rows.filter(invitations::id.lt(before));
    }
    rows.load(tx.conn())
}

/// Open teams by name, to choose from. An organization has tens of them.
pub fn teams(tx: &mut TenantTx<'_>) -> QueryResult<Vec<(ContextId, String)>> {
    contexts::table
        .filter(contexts::kind.eq(ContextKind::Team))
        .filter(contexts::archived_at.is_null())
        .order((contexts::name, contexts::id))
        .limit(500)
        .select((contexts::id, contexts::name))
        .load(tx.conn())
}

pub fn is_open_team(tx: &mut TenantTx<'_>, team: ContextId) -> QueryResult<bool> {
    let open = contexts::table
        .filter(contexts::id.eq(team))
        .filter(contexts::kind.eq(ContextKind::Team))
        .filter(contexts::archived_at.is_null());
    diesel::select(diesel::dsl::exists(open.select(contexts::id))).get_result(tx.conn())
}

/// Name, time zone and language of the organization.
pub fn organization(tx: &mut TenantTx<'_>) -> QueryResult<(String, String, String)> {
    organizations::table
        .select((
            organizations::name,
            organizations::time_zone,
            organizations::locale,
        ))
        .first(tx.conn())
}

/// The member a login has in this organization, in whatever state.
pub fn member_of(tx: &mut TenantTx<'_>, user: UserId) -> QueryResult<Option<(MemberId, MemberState)>> {
    members::table
        .filter(members::user_id.eq(user))
        .select((members::id, members::state))
        .first(tx.conn())
        .optional()
}

/// The same, asked before anyone is a member.
pub fn member_id_of(tx: &mut SystemTx<'_>, org: OrgId, user: UserId) -> QueryResult<Option<MemberId>> {
    members::table
        .filter(members::org_id.eq(org))
        .filter(members::user_id.eq(user))
        .select(members::id)
        .first(tx.conn())
        .optional()
}

/// Who is known by this address and has no login: whom the invitation makes one for. None when nobody is, or several are.
pub fn written_down(tx: &mut SystemTx<'_>, org: OrgId, email: &str) -> QueryResult<Option<MemberId>> {
    let mut found: Vec<MemberId> = members::table
        .filter(members::org_id.eq(org))
        .filter(members::email.eq(email))
        .filter(members::user_id.is_null())
        .filter(members::state.eq(MemberState::Active))
        .order(members::id)
        .limit(2)
        .select(members::id)
        .load(tx.conn())?;
    Ok(match found.len() {
        1 => found.pop(),
        _ => None,
    })
}

/// Gives somebody who was only written down their login, and the name they go by; false when they are no longer there so.
pub fn give_login(tx: &mut TenantTx<'_>, member: MemberId, user: UserId, name: &str) -> QueryResult<bool> {
    let now = tx.now();
    let row = members::table
        .filter(members::id.eq(member))
        .filter(members::state.eq(MemberState::Active))
        .filter(members::user_id.is_null());
    diesel::update(row)
        .set((
            members::user_id.eq(user),
            members::display_name.eq(name),
            members::last_active_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|changed| changed == 1)
}

/// Someone who had left comes back.
pub fn welcome_back(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(members::table.filter(members::id.eq(member)))
        .set((
            members::state.eq(MemberState::Active),
            members::last_active_at.eq(now),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

pub fn grant(tx: &mut TenantTx<'_>, member: MemberId, roles: &[Role]) -> QueryResult<()> {
    let now = tx.now();
    let rows: Vec<_> = roles
        .iter()
        .map(|role| {
            (
                member_roles::member_id.eq(member),
                member_roles::role.eq(*role),
                member_roles::granted_at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(member_roles::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .map(|_| ())
}

/// Puts a member into a team; false when they are in it already.
pub fn join_team(tx: &mut TenantTx<'_>, team: ContextId, member: MemberId) -> QueryResult<bool> {
    let now = tx.now();
    let row = (
        context_members::context_id.eq(team),
        context_members::member_id.eq(member),
        context_members::joined_at.eq(now),
    );
    diesel::insert_into(context_members::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .map(|added| added == 1)
}

//! Audiences in SQL.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Timestamptz, Uuid as SqlUuid};

use crate::domains::channels::broadcasts::policy::Due;
use crate::domains::channels::model::{Channel, ChannelType};
use crate::domains::tenancy::{self, ContextKind};
use crate::kernel::actor::{Role, Roles};
use crate::kernel::error::AppError;
use crate::kernel::ids::{ChannelId, ContextId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{
    broadcast_recipients, broadcasts, channel_memberships, channels, context_members, contexts, member_roles,
    members, people_filters,
};

use super::model::{Audience, ChannelChoice, ContextChoice, FilterId, PeopleRule, SavedFilter};

/// Choices in one list; more do not help anyone choose.
const MOST_CHOICES: i64 = 500;

/// A channel people write in that is not archived.
pub fn open_channel(tx: &mut TenantTx<'_>, id: ChannelId) -> QueryResult<Channel> {
    Channel::query()
        .filter(channels::id.eq(id))
        .filter(channels::archived_at.is_null())
        .first(tx.conn())
}

/// Channels bound to a context; only those of `contexts` when given.
pub fn open_channels(
    tx: &mut TenantTx<'_>,
    bound_to: Option<Vec<ContextId>>,
) -> QueryResult<Vec<ChannelChoice>> {
    let mut open = channels::table
        .filter(channels::archived_at.is_null())
        .filter(channels::type_.ne(ChannelType::Direct))
        .order((channels::title, channels::id))
        .limit(MOST_CHOICES)
        .select((channels::id, channels::title, channels::type_))
        .into_boxed();
    if let Some(contexts) = bound_to {
        open = open.filter(channels::context_id.eq_any(contexts.into_iter().map(Some).collect::<Vec<_>>()));
    }
    let rows: Vec<(ChannelId, String, ChannelType)> = open.load(tx.conn())?;
    Ok(rows
        .into_iter()
        .map(|(id, title, kind)| ChannelChoice { id, title, kind })
        .collect())
}

/// Contexts that are not archived.
pub fn open_contexts(tx: &mut TenantTx<'_>) -> QueryResult<Vec<ContextChoice>> {
    let rows: Vec<(ContextId, String, ContextKind)> = contexts::table
        .filter(contexts::archived_at.is_null())
        .order((contexts::kind, contexts::name, contexts::id))
        .limit(MOST_CHOICES)
        .select((contexts::id, contexts::name, contexts::kind))
        .load(tx.conn())?;
    Ok(rows
        .into_iter()
        .map(|(id, name, kind)| ContextChoice { id, name, kind })
        .collect())
}

/// The people of an audience: active, known to the actor, and not `without`. The one description of who that is, used to
/// count, to show and to send.
fn people(tx: &TenantTx<'_>, audience: &Audience, without: MemberId) -> members::BoxedQuery<'static, Pg> {
    let all = tenancy::visible_people(tx).filter(members::id.ne(without));
    match audience {
        Audience::Channel(id) => all.filter(members::id.eq_any(inside(*id))),
        Audience::ChannelAnd(id, rule) => all.filter(
            members::id
                .eq_any(inside(*id))
                .or(members::handle.eq_any(rule.handles.clone())),
        ),
        Audience::Team(id) => all.filter(members::id.eq_any(belonging_to(*id))),
        Audience::Role(role) => all.filter(members::id.eq_any(holding(*role))),
        Audience::Everyone => all,
        Audience::Filter(rule) => meeting(all, rule),
        // A saved filter is resolved before; unresolved it is nobody.
        Audience::Saved(_) => all.filter(members::id.eq_any(Vec::<MemberId>::new())),
    }
}

fn meeting(all: members::BoxedQuery<'static, Pg>, rule: &PeopleRule) -> members::BoxedQuery<'static, Pg> {
    let mut people = all;
    if let Some(role) = rule.role {
        people = people.filter(members::id.eq_any(holding(role)));
    }
    if let Some(context) = rule.context {
        people = people.filter(members::id.eq_any(belonging_to(context)));
    }
    if !rule.handles.is_empty() {
        people = people.filter(members::handle.eq_any(rule.handles.clone()));
    }
    people
}

#[diesel::dsl::auto_type(no_type_alias)]
fn inside(channel: ChannelId) -> _ {
    channel_memberships::table
        .filter(channel_memberships::channel_id.eq(channel))
        .select(channel_memberships::member_id)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn belonging_to(context: ContextId) -> _ {
    context_members::table
        .filter(context_members::context_id.eq(context))
        .select(context_members::member_id)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn holding(role: Role) -> _ {
    member_roles::table
        .filter(member_roles::role.eq(role))
        .select(member_roles::member_id)
}

/// How many people an audience has.
pub fn count(tx: &mut TenantTx<'_>, audience: &Audience, without: MemberId) -> QueryResult<i64> {
    people(tx, audience, without).count().get_result(tx.conn())
}

/// The first people of an audience, in the order of names.
pub fn sample(
    tx: &mut TenantTx<'_>,
    audience: &Audience,
    without: MemberId,
    limit: i64,
) -> QueryResult<Vec<MemberId>> {
    people(tx, audience, without)
        .order((members::sort_name, members::id))
        .limit(limit)
        .select(members::id)
        .load(tx.conn())
}

/// How many of an audience were sent a broadcast since `moment`.
pub fn reached_since(
    tx: &mut TenantTx<'_>,
    audience: &Audience,
    without: MemberId,
    moment: DateTime<Utc>,
) -> QueryResult<i64> {
    let recent = broadcasts::table
        .filter(broadcasts::sent_at.ge(moment))
        .select(broadcasts::id);
    let reached = broadcast_recipients::table
        .filter(broadcast_recipients::broadcast_id.eq_any(recent))
        .select(broadcast_recipients::member_id);
    people(tx, audience, without)
        .filter(members::id.eq_any(reached))
        .count()
        .get_result(tx.conn())
}

/// Writes a row for everyone in the audience, in one statement; answers how many those are.
pub fn deliver(tx: &mut TenantTx<'_>, proof: &Due<'_>, audience: &Audience) -> QueryResult<usize> {
    let (broadcast, now) = (proof.broadcast(), tx.now());
    let moment = now.into_sql::<Timestamptz>();
    let rows = people(tx, audience, broadcast.author_id).select((
        broadcast.id.into_sql::<SqlUuid>(),
        members::id,
        moment,
        moment,
    ));
    diesel::insert_into(broadcast_recipients::table)
        .values(rows)
        .into_columns((
            broadcast_recipients::broadcast_id,
            broadcast_recipients::member_id,
            broadcast_recipients::delivered_at,
            broadcast_recipients::surfaced_at,
        ))
        .execute(tx.conn())
}

type FilterRow = (FilterId, String, Role, serde_json::Value, MemberId);

fn filter_from(row: FilterRow) -> SavedFilter {
    let (id, name, shared_with, rule, created_by) = row;
    SavedFilter {
        id,
        name,
        shared_with,
        rule: serde_json::from_value(rule).unwrap_or_default(),
        created_by,
    }
}

const FILTER_COLUMNS: (
    people_filters::id,
    people_filters::name,
    people_filters::shared_with,
    people_filters::rule,
    people_filters::created_by,
) = (
    people_filters::id,
    people_filters::name,
    people_filters::shared_with,
    people_filters::rule,
    people_filters::created_by,
);

/// The saved filters of these roles, by name; all of them for admins.
pub fn saved_for(tx: &mut TenantTx<'_>, roles: Roles) -> QueryResult<Vec<SavedFilter>> {
    let shared = people_filters::table.filter(people_filters::shared_with.eq_any(reading(roles)));
    let rows: Vec<FilterRow> = shared
        .order((people_filters::name, people_filters::id))
        .limit(MOST_CHOICES)
        .select(FILTER_COLUMNS)
        .load(tx.conn())?;
    Ok(rows.into_iter().map(filter_from).collect())
}

/// One saved filter of these roles.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub fn saved(tx: &mut TenantTx<'_>, id: FilterId, roles: Roles) -> Result<SavedFilter, AppError> {
    let shared = people_filters::table.filter(people_filters::shared_with.eq_any(reading(roles)));
    let row: FilterRow = shared
        .filter(people_filters::id.eq(id))
        .select(FILTER_COLUMNS)
        .first(tx.conn())?;
    Ok(filter_from(row))
}

fn reading(roles: Roles) -> Vec<Role> {
    if roles.has(Role::Admin) {
        Role::ALL.to_vec()
    } else {
        roles.iter().collect()
    }
}

/// Saves a rule; `None` when its name is taken.
pub fn save(
    tx: &mut TenantTx<'_>,
    shared_with: Role,
    name: &str,
    rule: &PeopleRule,
) -> Result<Option<FilterId>, AppError> {
    let (id, me, now): (FilterId, _, _) = (tx.new_id(), tx.my_id()?, tx.now());
    let inserted = diesel::insert_into(people_filters::table)
        .values((
            people_filters::id.eq(id),
            people_filters::name.eq(name),
            people_filters::shared_with.eq(shared_with),
            people_filters::rule.eq(serde_json::to_value(rule).unwrap_or_default()),
            people_filters::created_by.eq(me),
            people_filters::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok((inserted == 1).then_some(id))
}

/// Deletes a saved filter.
pub fn forget(tx: &mut TenantTx<'_>, id: FilterId) -> QueryResult<()> {
    diesel::delete(people_filters::table.filter(people_filters::id.eq(id)))
        .execute(tx.conn())
        .map(|_| ())
}

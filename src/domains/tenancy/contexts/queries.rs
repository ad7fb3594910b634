//! Contexts and belonging in SQL.

use std::collections::HashMap;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};

use crate::domains::tenancy::model::{Belonging, Context, ContextKind, ContextMember};
use crate::domains::tenancy::people::queries::search_fold;
use crate::kernel::actor::Actor;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ContextId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{context_members, contexts};

use super::forms::{ContextWords, JoinAs};
use super::policy::{Archiving, Creation, Editing, Leadership, Membership};

/// The contexts the acting member may know of: all of them, for sponsors those they belong to.
pub fn visible_contexts(tx: &TenantTx<'_>) -> contexts::BoxedQuery<'static, Pg> {
    let all = contexts::table.into_boxed();
    match tx.actor() {
        Actor::Member(me) if me.roles.sponsor_only() => all.filter(contexts::id.eq_any(joined_by(me.member))),
        _ => all,
    }
}

#[diesel::dsl::auto_type(no_type_alias)]
fn joined_by(member: MemberId) -> _ {
    context_members::table
        .filter(context_members::member_id.eq(member))
        .select(context_members::context_id)
}

/// A context the acting member may know of.
pub fn context(tx: &mut TenantTx<'_>, id: ContextId) -> QueryResult<Context> {
    visible_contexts(tx)
        .filter(contexts::id.eq(id))
        .select(Context::as_select())
        .first(tx.conn())
}

/// Which contexts are listed.
#[derive(Debug, Clone, Copy)]
pub struct ContextFilter {
    /// Of this kind.
    pub kind: ContextKind,
    /// Those that are archived instead of those that are open.
    pub archived: Archived,
    /// After this one in the order of names.
    pub after: Option<ContextId>,
}

/// Open contexts or archived ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Archived {
    /// Those that are open.
    No,
    /// Those that are archived.
    Yes,
}

/// A page of visible contexts by name.
pub fn page(tx: &mut TenantTx<'_>, filter: ContextFilter, limit: i64) -> QueryResult<Vec<Context>> {
    let mut query = visible_contexts(tx).filter(contexts::kind.eq(filter.kind));
    query = match filter.archived {
        Archived::No => query.filter(contexts::archived_at.is_null()),
        Archived::Yes => query.filter(contexts::archived_at.is_not_null()),
    };
    if let Some(after) = filter.after {
        let before: Option<String> = contexts::table
            .filter(contexts::id.eq(after))
            .select(search_fold(contexts::name))
            .first(tx.conn())
            .optional()?;
        if let Some(name) = before {
            let same = search_fold(contexts::name)
                .eq(name.clone())
                .and(contexts::id.gt(after));
            query = query.filter(search_fold(contexts::name).gt(name).or(same));
        }
    }
    query
        .order((search_fold(contexts::name), contexts::id))
        .limit(limit)
        .select(Context::as_select())
        .load(tx.conn())
}

/// Open visible contexts of a kind, or of every kind, by name.
pub fn open(tx: &mut TenantTx<'_>, kind: Option<ContextKind>, limit: i64) -> QueryResult<Vec<Context>> {
    let mut query = visible_contexts(tx).filter(contexts::archived_at.is_null());
    if let Some(kind) = kind {
        query = query.filter(contexts::kind.eq(kind));
    }
    query
        .order((search_fold(contexts::name), contexts::id))
        .limit(limit)
        .select(Context::as_select())
        .load(tx.conn())
}

/// How many people belong to each of these contexts.
pub fn sizes(tx: &mut TenantTx<'_>, ids: &[ContextId]) -> QueryResult<HashMap<ContextId, i64>> {
    let rows: Vec<(ContextId, i64)> = context_members::table
        .filter(context_members::context_id.eq_any(ids))
        .group_by(context_members::context_id)
        .select((context_members::context_id, diesel::dsl::count_star()))
        .load(tx.conn())?;
    Ok(rows.into_iter().collect())
}

/// The open contexts a member belongs to, by name.
pub fn of_member(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Belonging>> {
    let led: HashMap<ContextId, bool> = context_members::table
        .filter(context_members::member_id.eq(member))
        .select((context_members::context_id, context_members::is_leader))
        .load::<(ContextId, bool)>(tx.conn())?
        .into_iter()
        .collect();
    let ids: Vec<ContextId> = led.keys().copied().collect();
    let found: Vec<Context> = Context::query()
        .filter(contexts::id.eq_any(ids))
        .filter(contexts::archived_at.is_null())
        .order((search_fold(contexts::name), contexts::id))
        .load(tx.conn())?;
    let is_leader = |id: &ContextId| led.get(id).copied().unwrap_or_default();
    Ok(found
        .into_iter()
        .map(|context| Belonging {
            is_leader: is_leader(&context.id),
            context,
        })
        .collect())
}

/// As [`of_member`], without those the acting member may not know of.
pub fn visible_of_member(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Belonging>> {
    let mut all = of_member(tx, member)?;
    let ids: Vec<ContextId> = all.iter().map(|belonging| belonging.context.id).collect();
    let visible: Vec<ContextId> = visible_contexts(tx)
        .filter(contexts::id.eq_any(ids))
        .select(contexts::id)
        .load(tx.conn())?;
    all.retain(|belonging| visible.contains(&belonging.context.id));
    Ok(all)
}

/// Everyone who belongs to a context, leaders first.
pub fn members_of(tx: &mut TenantTx<'_>, context: ContextId) -> QueryResult<Vec<ContextMember>> {
    context_members::table
        .filter(context_members::context_id.eq(context))
        .order((
            context_members::is_leader.desc(),
            context_members::joined_at,
            context_members::member_id,
        ))
        .select((context_members::member_id, context_members::is_leader))
        .load(tx.conn())
}

/// The leaders of a context.
pub fn leaders_of(tx: &mut TenantTx<'_>, context: ContextId) -> QueryResult<Vec<MemberId>> {
    context_members::table
        .filter(context_members::context_id.eq(context))
        .filter(context_members::is_leader)
        .select(context_members::member_id)
        .load(tx.conn())
}

/// Those of `ids` who belong to a context.
pub fn belonging_among(
    tx: &mut TenantTx<'_>,
    context: ContextId,
    ids: &[MemberId],
) -> QueryResult<Vec<MemberId>> {
    context_members::table
        .filter(context_members::context_id.eq(context))
        .filter(context_members::member_id.eq_any(ids))
        .select(context_members::member_id)
        .load(tx.conn())
}

/// Whether a member leads a context.
pub fn leads(tx: &mut TenantTx<'_>, member: MemberId, context: ContextId) -> QueryResult<bool> {
    let leadership = context_members::table
        .filter(context_members::context_id.eq(context))
        .filter(context_members::member_id.eq(member))
        .filter(context_members::is_leader);
    diesel::select(diesel::dsl::exists(leadership)).get_result(tx.conn())
}

/// How the acting member stands to a context.
pub fn my_leadership(tx: &mut TenantTx<'_>, context: ContextId) -> Result<Leadership, AppError> {
    match tx.actor().member_id() {
        Some(me) => Ok(leads(tx, me, context)?.into()),
        None => Ok(Leadership::Follows),
    }
}

/// Writes a new context.
pub fn create(
    tx: &mut TenantTx<'_>,
    creation: &Creation,
    words: &ContextWords,
) -> Result<ContextId, AppError> {
    let id: ContextId = tx.new_id();
    let (creator, now) = (tx.actor().member_id(), tx.now());
    let row = (
        contexts::id.eq(id),
        contexts::kind.eq(creation.kind()),
        contexts::name.eq(&words.name),
        contexts::description.eq(&words.description),
        contexts::starts_on.eq(words.starts_on),
        contexts::ends_on.eq(words.ends_on),
        contexts::created_by.eq(creator),
        contexts::created_at.eq(now),
    );
    diesel::insert_into(contexts::table)
        .values(row)
        .execute(tx.conn())
        .map_err(|error| name_taken(error, creation.kind()))?;
    Ok(id)
}

/// Changes name, description and dates when nobody has since `version`; false when somebody has.
pub fn update(
    tx: &mut TenantTx<'_>,
    editing: &Editing<'_>,
    words: &ContextWords,
    version: i32,
) -> Result<bool, AppError> {
    let context = editing.context();
    let unchanged = contexts::table
        .filter(contexts::id.eq(context.id))
        .filter(contexts::version.eq(version));
    let changed = diesel::update(unchanged)
        .set((
            contexts::name.eq(&words.name),
            contexts::description.eq(&words.description),
            contexts::starts_on.eq(words.starts_on),
            contexts::ends_on.eq(words.ends_on),
            contexts::version.eq(contexts::version + 1),
        ))
        .execute(tx.conn())
        .map_err(|error| name_taken(error, context.kind))?;
    Ok(changed == 1)
}

/// Archives a context or opens it again.
pub fn set_archived(
    tx: &mut TenantTx<'_>,
    archiving: &Archiving<'_>,
    archived: Archived,
) -> Result<(), AppError> {
    let context = archiving.context();
    let since = (archived == Archived::Yes).then(|| tx.now());
    diesel::update(contexts::table.filter(contexts::id.eq(context.id)))
        .set((
            contexts::archived_at.eq(since),
            contexts::version.eq(contexts::version + 1),
        ))
        .execute(tx.conn())
        .map_err(|error| name_taken(error, context.kind))?;
    Ok(())
}

fn name_taken(error: Error, kind: ContextKind) -> AppError {
    match error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => AppError::field(
            "name",
            format!("There is already an open {} with this name.", kind.noun()),
        ),
        other => other.into(),
    }
}

/// Adds people; answers those who did not belong before.
pub fn add(
    tx: &mut TenantTx<'_>,
    membership: &Membership<'_>,
    ids: &[MemberId],
    join_as: JoinAs,
) -> QueryResult<Vec<MemberId>> {
    insert(tx, membership.context().id, ids, join_as)
}

/// The creator of a context joins it as its leader.
pub fn add_founder(
    tx: &mut TenantTx<'_>,
    _: &Creation,
    context: ContextId,
    founder: MemberId,
) -> QueryResult<()> {
    insert(tx, context, &[founder], JoinAs::Leader).map(|_| ())
}

fn insert(
    tx: &mut TenantTx<'_>,
    context: ContextId,
    ids: &[MemberId],
    join_as: JoinAs,
) -> QueryResult<Vec<MemberId>> {
    let now = tx.now();
    let rows: Vec<_> = ids
        .iter()
        .map(|member| {
            (
                context_members::context_id.eq(context),
                context_members::member_id.eq(*member),
                context_members::is_leader.eq(join_as == JoinAs::Leader),
                context_members::joined_at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(context_members::table)
        .values(rows)
        .on_conflict_do_nothing()
        .returning(context_members::member_id)
        .get_results(tx.conn())
}

/// Takes somebody out; false when they did not belong.
pub fn remove(tx: &mut TenantTx<'_>, membership: &Membership<'_>, member: MemberId) -> QueryResult<bool> {
    let belonging = context_members::table
        .filter(context_members::context_id.eq(membership.context().id))
        .filter(context_members::member_id.eq(member));
    Ok(diesel::delete(belonging).execute(tx.conn())? == 1)
}

/// Makes somebody a leader or a plain member; false when they do not belong or are it already.
pub fn set_leader(
    tx: &mut TenantTx<'_>,
    membership: &Membership<'_>,
    member: MemberId,
    join_as: JoinAs,
) -> QueryResult<bool> {
    let is_leader = join_as == JoinAs::Leader;
    let other = context_members::table
        .filter(context_members::context_id.eq(membership.context().id))
        .filter(context_members::member_id.eq(member))
        .filter(context_members::is_leader.ne(is_leader));
    Ok(diesel::update(other)
        .set(context_members::is_leader.eq(is_leader))
        .execute(tx.conn())?
        == 1)
}

/// Takes somebody out of every context; answers which.
pub fn remove_everywhere(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<ContextId>> {
    diesel::delete(context_members::table.filter(context_members::member_id.eq(member)))
        .returning(context_members::context_id)
        .get_results(tx.conn())
}

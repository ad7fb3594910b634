//! Contexts and belonging in SQL.

use diesel::pg::Pg;
use diesel::prelude::*;

use crate::domains::tenancy::model::{Belonging, Context, ContextMember};
use crate::kernel::actor::Actor;
use crate::kernel::ids::{ContextId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{context_members, contexts};

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

/// The contexts a member belongs to, open ones by name.
pub fn of_member(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<Belonging>> {
    let rows: Vec<(Context, bool)> = context_members::table
        .inner_join(
            contexts::table.on(contexts::id
                .eq(context_members::context_id)
                .and(contexts::org_id.eq(context_members::org_id))),
        )
        .filter(context_members::member_id.eq(member))
        .filter(contexts::archived_at.is_null())
        .order((contexts::name, contexts::id))
        .select((Context::as_select(), context_members::is_leader))
        .load(tx.conn())?;
    Ok(rows
        .into_iter()
        .map(|(context, is_leader)| Belonging { context, is_leader })
        .collect())
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

/// Whether a member leads a context.
pub fn leads(tx: &mut TenantTx<'_>, member: MemberId, context: ContextId) -> QueryResult<bool> {
    let leadership = context_members::table
        .filter(context_members::context_id.eq(context))
        .filter(context_members::member_id.eq(member))
        .filter(context_members::is_leader);
    diesel::select(diesel::dsl::exists(leadership)).get_result(tx.conn())
}

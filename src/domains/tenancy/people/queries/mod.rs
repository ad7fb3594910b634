//! People in SQL. Under row-level security an index serves only comparisons of text and uuid, not those of enums or
//! functions, so people are found by stored words and ordered by a stored name.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::domains::tenancy::model::{CardRow, MemberCard, MemberState, Person};
use crate::kernel::actor::{Actor, Role, Roles};
use crate::kernel::ids::{MemberId, OrgId, UserId};
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{access_changes, member_roles, members, organizations};

use super::policy::{Erasing, RolesChange, StandingChange};

mod finding;

pub use finding::{PeopleFilter, page, search_fold};

diesel::table! {
    /// The view of who shares a context or a channel with whom.
    acquaintances (viewer_id, member_id) {
        viewer_id -> Uuid,
        member_id -> Uuid,
    }
}

diesel::allow_tables_to_appear_in_same_query!(acquaintances, members);

/// The one rule of who sees whom: `None` when everyone sees everyone, or the sponsor who sees only the people of the
/// contexts and channels they are in.
fn sees_only_acquaintances(tx: &TenantTx<'_>) -> Option<MemberId> {
    match tx.actor() {
        Actor::Member(me) if me.roles.sponsor_only() => Some(me.member),
        _ => None,
    }
}

/// The active people the acting member may know of. Every list and search of people starts here.
pub fn visible_people(tx: &TenantTx<'_>) -> members::BoxedQuery<'static, Pg> {
    visible_in_state(tx, MemberState::Active)
}

fn visible_in_state(tx: &TenantTx<'_>, state: MemberState) -> members::BoxedQuery<'static, Pg> {
    let mut people = members::table.filter(members::state.eq(state)).into_boxed();
    if state != MemberState::Active {
        people = people.filter(members::state.ne(MemberState::Active));
    }
    if let Some(me) = sees_only_acquaintances(tx) {
        let acquainted = acquaintances::table
            .filter(acquaintances::viewer_id.eq(me))
            .select(acquaintances::member_id);
        people = people.filter(members::id.eq(me).or(members::id.eq_any(acquainted)));
    }
    people
}

/// The cards of these people, whatever their state: what they wrote stays readable with their name.
pub fn cards(tx: &mut TenantTx<'_>, ids: &[MemberId]) -> QueryResult<HashMap<MemberId, MemberCard>> {
    let rows: Vec<CardRow> = CardRow::query().filter(members::id.eq_any(ids)).load(tx.conn())?;
    Ok(rows.into_iter().map(|row| (row.id, row.into())).collect())
}

/// The visible people behind these handles.
pub fn by_handles(tx: &mut TenantTx<'_>, handles: &[String]) -> QueryResult<Vec<MemberCard>> {
    let rows: Vec<CardRow> = visible_people(tx)
        .filter(members::handle.eq_any(handles.to_vec()))
        .select(CardRow::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(MemberCard::from).collect())
}

/// Whoever has this handle.
pub fn by_handle_in_any_state(tx: &mut TenantTx<'_>, handle: &str) -> QueryResult<Option<MemberCard>> {
    let row: Option<CardRow> = CardRow::query()
        .filter(members::handle.eq(handle))
        .first(tx.conn())
        .optional()?;
    Ok(row.map(MemberCard::from))
}

/// Those of `ids` the acting member may know of.
pub fn visible_among(tx: &mut TenantTx<'_>, ids: &[MemberId]) -> QueryResult<Vec<MemberId>> {
    visible_people(tx)
        .filter(members::id.eq_any(ids.to_vec()))
        .select(members::id)
        .load(tx.conn())
}

type PersonRow = (
    CardRow,
    Option<UserId>,
    Option<String>,
    chrono::DateTime<chrono::Utc>,
    Option<chrono::DateTime<chrono::Utc>>,
);

/// A visible person; for admins in any state.
pub fn person(tx: &mut TenantTx<'_>, id: MemberId) -> QueryResult<Person> {
    let people = match tx.roles().has(Role::Admin) {
        true => members::table.into_boxed(),
        false => visible_people(tx),
    };
    let columns = (
        CardRow::as_select(),
        members::user_id,
        members::email,
        members::created_at,
        members::last_active_at,
    );
    let (card, user, email, since, last_active): PersonRow = people
        .filter(members::id.eq(id))
        .select(columns)
        .first(tx.conn())?;
    let roles = roles_of(tx, &[id])?.remove(&id).unwrap_or_default();
    Ok(Person {
        card: card.into(),
        user,
        email,
        since,
        last_active,
        roles,
    })
}

/// What each of these people may do.
pub fn roles_of(tx: &mut TenantTx<'_>, ids: &[MemberId]) -> QueryResult<HashMap<MemberId, Roles>> {
    let rows: Vec<(MemberId, Role)> = member_roles::table
        .filter(member_roles::member_id.eq_any(ids))
        .select((member_roles::member_id, member_roles::role))
        .load(tx.conn())?;
    let mut grouped: HashMap<MemberId, Vec<Role>> = HashMap::new();
    for (member, role) in rows {
        grouped.entry(member).or_default().push(role);
    }
    Ok(grouped
        .into_iter()
        .map(|(member, roles)| (member, roles.into_iter().collect()))
        .collect())
}

/// Waits until nobody else changes the roles or standing of anyone in this organization, so that two admins cannot
/// remove each other at the same moment.
pub fn lock_standing(tx: &mut TenantTx<'_>) -> QueryResult<()> {
    let org = tx.org();
    organizations::table
        .find(org)
        .select(organizations::id)
        .for_update()
        .first::<OrgId>(tx.conn())
        .map(|_| ())
}

/// How many other people can act as admins: active, with a login and the role.
pub fn other_admins(tx: &mut TenantTx<'_>, than: MemberId) -> QueryResult<i64> {
    // The second condition is what lets the index of roles beyond `member` serve this.
    let admins = member_roles::table
        .filter(member_roles::role.eq(Role::Admin))
        .filter(member_roles::role.ne(Role::Member))
        .select(member_roles::member_id);
    members::table
        .filter(members::id.eq_any(admins))
        .filter(members::id.ne(than))
        .filter(members::state.eq(MemberState::Active))
        .filter(members::user_id.is_not_null())
        .count()
        .get_result(tx.conn())
}

/// Gives exactly these roles.
pub fn set_roles(tx: &mut TenantTx<'_>, change: &RolesChange<'_>) -> QueryResult<()> {
    let (member, wanted, now) = (change.person().card.id, change.roles(), tx.now());
    let kept: Vec<Role> = wanted.iter().collect();
    let dropped = member_roles::table
        .filter(member_roles::member_id.eq(member))
        .filter(member_roles::role.ne_all(&kept));
    diesel::delete(dropped).execute(tx.conn())?;
    let rows: Vec<_> = kept
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
        .execute(tx.conn())?;
    Ok(())
}

/// Moves a member into another state.
pub fn set_state(tx: &mut TenantTx<'_>, change: &StandingChange<'_>) -> QueryResult<()> {
    let member = members::table.filter(members::id.eq(change.person().card.id));
    diesel::update(member)
        .set(members::state.eq(change.state()))
        .execute(tx.conn())
        .map(|_| ())
}

/// Tells every process to forget what this login may do.
pub fn note_access_change(tx: &mut TenantTx<'_>, user: UserId) -> QueryResult<()> {
    let row = (access_changes::user_id.eq(user), access_changes::at.eq(tx.now()));
    diesel::insert_into(access_changes::table)
        .values(row)
        .execute(tx.conn())
        .map(|_| ())
}

/// A member whom the acting privacy officer may erase, whether or not they are active: their card and their roles.
pub fn erasable(tx: &mut TenantTx<'_>, id: MemberId) -> QueryResult<(MemberCard, Roles)> {
    let card: CardRow = members::table
        .filter(members::id.eq(id))
        .select(CardRow::as_select())
        .first(tx.conn())?;
    let roles = roles_of(tx, &[id])?.remove(&id).unwrap_or_default();
    Ok((card.into(), roles))
}

/// Takes away who somebody is; answers the login they had.
pub fn anonymise(tx: &mut TenantTx<'_>, erasing: &Erasing) -> QueryResult<Option<UserId>> {
    let id = erasing.member();
    let user: Option<UserId> = members::table
        .filter(members::id.eq(id))
        .select(members::user_id)
        .first(tx.conn())?;
    diesel::delete(member_roles::table.filter(member_roles::member_id.eq(id))).execute(tx.conn())?;
    diesel::update(members::table.filter(members::id.eq(id)))
        .set((
            members::display_name.eq("Erased person"),
            members::handle.eq(format!(
                "erased-{}",
                &id.0.simple().to_string().get(12..).unwrap_or_default()
            )),
            members::email.eq(None::<String>),
            members::headline.eq(""),
            members::user_id.eq(None::<UserId>),
            members::state.eq(MemberState::Left),
            members::last_active_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(tx.conn())?;
    Ok(user)
}

/// The addresses and languages of these people, as far as they are active and have an address.
pub fn mailboxes(tx: &mut TenantTx<'_>, ids: &[MemberId]) -> QueryResult<Vec<(String, String, String)>> {
    let rows: Vec<(String, Option<String>, String)> = members::table
        .filter(members::id.eq_any(ids))
        .filter(members::state.eq(MemberState::Active))
        .filter(members::email.is_not_null())
        .select((members::display_name, members::email, members::locale))
        .load(tx.conn())?;
    Ok(rows
        .into_iter()
        .filter_map(|(name, email, locale)| Some((name, email?, locale)))
        .collect())
}

/// The active people who hold a role.
pub fn with_role(tx: &mut TenantTx<'_>, role: Role) -> QueryResult<Vec<MemberId>> {
    members::table
        .inner_join(
            member_roles::table.on(member_roles::org_id
                .eq(members::org_id)
                .and(member_roles::member_id.eq(members::id))),
        )
        .filter(member_roles::role.eq(role))
        .filter(members::state.eq(MemberState::Active))
        .select(members::id)
        .limit(1_000)
        .load(tx.conn())
}

#[derive(QueryableByName)]
struct Nameless {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    place: i64,
}

/// The places (from 1) of those texts in which no word is part of the name or the handle of anybody here.
#[expect(
    clippy::disallowed_methods,
    reason = "words of a text, by a function of the database"
)]
pub fn nameless(tx: &mut TenantTx<'_>, texts: &[String]) -> QueryResult<Vec<i64>> {
    let found: Vec<Nameless> = crate::platform::db::statement(
        "SELECT t.place FROM unnest($1::text[]) WITH ORDINALITY t (body, place) WHERE NOT EXISTS ( \
           SELECT 1 FROM app.words(t.body) x JOIN member_words w ON w.org_id = app.current_org() AND w.word = x \
           JOIN members m ON m.org_id = w.org_id AND m.id = w.member_id \
           WHERE char_length(x) > 1 AND x IN (SELECT app.words(concat_ws(' ', m.display_name, m.handle))))",
    )
    .bind::<diesel::sql_types::Array<Text>, _>(texts.to_vec())
    .load(tx.conn())?;
    Ok(found.into_iter().map(|found| found.place).collect())
}

/// Who stopped being a member before this moment.
pub fn departed(tx: &mut TenantTx<'_>, before: DateTime<Utc>) -> QueryResult<Vec<MemberId>> {
    members::table
        .filter(members::state.eq(MemberState::Left))
        .filter(members::left_at.lt(before))
        .select(members::id)
        .load(tx.conn())
}

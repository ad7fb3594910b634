//! Finding people page by page, by name and by words.

use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::domains::tenancy::model::{CardRow, MemberCard, MemberState};
use crate::kernel::actor::Role;
use crate::kernel::ids::{ContextId, MemberId};
use crate::kernel::text::words_apart;
use crate::platform::db::TenantTx;
use crate::platform::db::schema::{context_members, member_roles, member_words, members};

use super::{acquaintances, sees_only_acquaintances, visible_in_state};

diesel::allow_tables_to_appear_in_same_query!(acquaintances, member_words);
diesel::allow_tables_to_appear_in_same_query!(members, member_words);
diesel::allow_tables_to_appear_in_same_query!(member_roles, member_words);
diesel::allow_tables_to_appear_in_same_query!(context_members, member_words);

// The words table a second time, for the second word and those after it.
diesel::alias!(member_words as other_words: OtherWords);

#[diesel::declare_sql_function]
extern "SQL" {
    /// Case and common Latin accents folded, as words and names to sort by are stored.
    #[sql_name = "app.search_fold"]
    fn search_fold(text: Text) -> Text;

    /// Without the spaces at its ends that folding puts around letters that are words by themselves.
    fn btrim(text: Text) -> Text;
}

/// Sorts after every character a word can hold.
const AFTER_ALL: &str = "\u{10ffff}";
/// A role held by more people than this is looked up while walking the names instead of before.
const FEW: usize = 2_000;

/// Which people are wanted.
#[derive(Debug, Clone)]
pub struct PeopleFilter {
    /// Each word must begin a word of their name, handle or headline.
    pub words: Vec<String>,
    /// Holding this role.
    pub role: Option<Role>,
    /// Belonging to this context.
    pub context: Option<ContextId>,
    /// In this state.
    pub state: MemberState,
    /// After this person in the order of names.
    pub after: Option<MemberId>,
}

impl PeopleFilter {
    /// Active people matching a search; every one when it is empty. At most four words of it count.
    pub fn search(text: &str) -> Self {
        let apart = words_apart(text);
        let words = apart
            .split(|c: char| c.is_whitespace() || c.is_ascii_punctuation())
            .filter(|word| !word.is_empty());
        let mut words: Vec<String> = words
            .take(4)
            .map(|word| word.chars().take(64).collect())
            .collect();
        words.sort_by_key(|word: &String| std::cmp::Reverse(word.len()));
        Self {
            words,
            role: None,
            context: None,
            state: MemberState::Active,
            after: None,
        }
    }
}

/// One page of people in the order of names.
pub fn page(tx: &mut TenantTx<'_>, filter: &PeopleFilter, limit: i64) -> QueryResult<Vec<MemberCard>> {
    let known = Known {
        few: few_with_role(tx, filter)?,
        after: sort_key(tx, filter.after)?,
    };
    let ids = match filter.words.is_empty() {
        true => ids_by_name(tx, filter, known, limit)?,
        false => ids_by_words(tx, filter, known, limit)?,
    };
    let rows: Vec<CardRow> = CardRow::query()
        .filter(members::id.eq_any(ids))
        .order((members::sort_name, members::id))
        .load(tx.conn())?;
    Ok(rows.into_iter().map(MemberCard::from).collect())
}

/// What was read before the page itself.
struct Known {
    /// The holders of a rare role that is asked for.
    few: Option<Vec<MemberId>>,
    after: SortKey,
}

/// Where a page continues. Somebody who is gone meanwhile is nobody to continue after: the list begins anew.
type SortKey = Option<(String, MemberId)>;

fn sort_key(tx: &mut TenantTx<'_>, member: Option<MemberId>) -> QueryResult<SortKey> {
    let Some(member) = member else { return Ok(None) };
    let people = members::table.filter(members::id.eq(member));
    people
        .select((members::sort_name, members::id))
        .first(tx.conn())
        .optional()
}

/// The holders of a rare role, read first; `None` when no role is asked for or too many hold it.
fn few_with_role(tx: &mut TenantTx<'_>, filter: &PeopleFilter) -> QueryResult<Option<Vec<MemberId>>> {
    let Some(role) = filter.role.filter(|role| *role != Role::Member) else {
        return Ok(None);
    };
    // The second condition is what lets the index of roles beyond `member` serve this.
    let holders = member_roles::table
        .filter(member_roles::role.eq(role))
        .filter(member_roles::role.ne(Role::Member));
    let holders: Vec<MemberId> = holders
        .select(member_roles::member_id)
        .limit(i64::try_from(FEW + 1).unwrap_or(i64::MAX))
        .load(tx.conn())?;
    Ok((holders.len() <= FEW).then_some(holders))
}

fn ids_by_name(
    tx: &mut TenantTx<'_>,
    filter: &PeopleFilter,
    known: Known,
    limit: i64,
) -> QueryResult<Vec<MemberId>> {
    let mut people = visible_in_state(tx, filter.state).filter(members::in_directory.eq(true));
    if let Some(context) = filter.context {
        people = people.filter(members::id.eq_any(in_context(context)));
    }
    match (known.few, filter.role) {
        (Some(holders), _) => people = people.filter(members::id.eq_any(holders)),
        (None, Some(role)) => people = people.filter(members::id.eq_any(holding(role))),
        (None, None) => {}
    }
    if let Some((name, id)) = known.after {
        let later = members::sort_name.gt(name.clone()).or(members::id.gt(id));
        people = people.filter(members::sort_name.ge(name)).filter(later);
    }
    people
        .order((members::sort_name, members::id))
        .limit(limit)
        .select(members::id)
        .load(tx.conn())
}

fn ids_by_words(
    tx: &mut TenantTx<'_>,
    filter: &PeopleFilter,
    known: Known,
    limit: i64,
) -> QueryResult<Vec<MemberId>> {
    let mut hits = member_words::table.into_boxed();
    let mut words = filter.words.iter();
    if let Some(longest) = words.next() {
        let range = member_words::word.ge(btrim(search_fold(longest.clone())));
        hits = hits
            .filter(range.and(member_words::word.lt(btrim(search_fold(longest.clone())).concat(AFTER_ALL))));
    }
    for word in words {
        let field = other_words.field(member_words::word);
        let range = field
            .ge(btrim(search_fold(word.clone())))
            .and(field.lt(btrim(search_fold(word.clone())).concat(AFTER_ALL)));
        hits = hits.filter(
            member_words::member_id.eq_any(
                other_words
                    .filter(range)
                    .select(other_words.field(member_words::member_id)),
            ),
        );
    }
    hits = match filter.state {
        MemberState::Active => hits.filter(diesel::dsl::not(member_words::member_id.eq_any(not_active()))),
        state => hits.filter(member_words::member_id.eq_any(not_active().filter(members::state.eq(state)))),
    };
    hits = hits.filter(diesel::dsl::not(
        member_words::member_id.eq_any(beside_the_directory()),
    ));
    if let Some(me) = sees_only_acquaintances(tx) {
        let acquainted = acquaintances::table
            .filter(acquaintances::viewer_id.eq(me))
            .select(acquaintances::member_id);
        hits = hits.filter(
            member_words::member_id
                .eq(me)
                .or(member_words::member_id.eq_any(acquainted)),
        );
    }
    if let Some(context) = filter.context {
        hits = hits.filter(member_words::member_id.eq_any(in_context(context)));
    }
    match (known.few, filter.role) {
        (Some(holders), _) => hits = hits.filter(member_words::member_id.eq_any(holders)),
        (None, Some(role)) => hits = hits.filter(member_words::member_id.eq_any(holding(role))),
        (None, None) => {}
    }
    if let Some((name, id)) = known.after {
        let later = member_words::sort_name
            .gt(name.clone())
            .or(member_words::member_id.gt(id));
        hits = hits.filter(member_words::sort_name.ge(name)).filter(later);
    }
    let found: Vec<(String, MemberId)> = hits
        .select((member_words::sort_name, member_words::member_id))
        .distinct()
        .order((member_words::sort_name, member_words::member_id))
        .limit(limit)
        .load(tx.conn())?;
    Ok(found.into_iter().map(|(_, id)| id).collect())
}

#[diesel::dsl::auto_type(no_type_alias)]
fn not_active() -> _ {
    let active: MemberState = MemberState::Active;
    members::table
        .filter(members::state.ne(active))
        .select(members::id)
}

/// People who work where the organization organises and have not joined: their records are for who looks after them.
#[diesel::dsl::auto_type(no_type_alias)]
fn beside_the_directory() -> _ {
    members::table
        .filter(members::in_directory.eq(false))
        .select(members::id)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn in_context(context: ContextId) -> _ {
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

//! Finding people in SQL. A condition that is not asked for is not written, so that each question gets a plan of its own.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use serde_json::Value;

use crate::domains::people::model::Stage;
use crate::domains::people::policy::Listing;
use crate::kernel::actor::Role;
use crate::kernel::ids::{FilterId, MemberId};
use crate::kernel::sql_types;
use crate::platform::db::schema::{member_filters, tags};
use crate::platform::db::{Statement, TenantTx, statement};

use super::forms::{Alone, Contact, Learning, MembersFilter, MembersQuery, Words};

/// Sorts after every character a word can hold.
const AFTER_ALL: &str = "\u{10ffff}";

/// Somebody who was found.
#[derive(QueryableByName, Debug, Clone)]
pub struct Found {
    #[diesel(sql_type = SqlUuid)]
    pub id: MemberId,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = sql_types::MemberStage)]
    pub stage: Stage,
    #[diesel(sql_type = Text)]
    pub place: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub reached: Option<DateTime<Utc>>,
}

/// The people a viewer may see, under some conditions: everything up to `ORDER BY`. Parameters are those of [`bound`].
fn from_where(listing: Listing, filter: &MembersFilter) -> String {
    let (mut sql, mut conditions) = match listing {
        Listing::Everybody(_) => ("members m".to_owned(), vec!["m.id <> $1"]),
        Listing::Own(_) => (
            "app.people_of($1, app.moment()) p JOIN members m ON m.org_id = (SELECT app.current_org()) AND m.id = p.member_id"
                .to_owned(),
            vec![],
        ),
    };
    conditions.push("m.state <> 'left'");
    match &filter.words {
        Words::None => {}
        Words::Digits(_) => {
            conditions.push(BY_CONTACT);
            // Who is still learning sees no numbers, and so finds nobody by one.
            if matches!(listing, Listing::Own(_)) {
                conditions.push("p.kind <> 'training'");
            }
        }
        Words::Address(_) => conditions.push(BY_CONTACT),
        Words::Names(words) => {
            for condition in WORD_CONDITIONS.iter().take(words.len()) {
                conditions.push(condition);
            }
        }
    }
    for (is_asked, condition) in [
        (filter.worksite.is_some(), "m.worksite_id = $2"),
        (filter.department.is_some(), "m.department_id = $3"),
        (filter.shift.is_some(), "m.shift_id = $4"),
        (filter.stage.is_some(), "m.stage = $5::member_stage"),
        (
            filter.tag.is_some(),
            "m.id IN (SELECT g.member_id FROM member_tags g WHERE g.org_id = (SELECT app.current_org()) AND g.tag_id = $6 AND (g.expires_on IS NULL OR g.expires_on >= $15))",
        ),
        (filter.alone == Alone::Only, ALONE),
        (
            filter.contact == Contact::Quiet,
            "NOT EXISTS (SELECT 1 FROM member_contacts c WHERE c.org_id = m.org_id AND c.member_id = m.id \
               AND c.last_reached_at > (SELECT app.moment()) - interval '90 days')",
        ),
        (filter.picked.is_some(), "m.id = ANY($14)"),
        (
            filter.learning == Learning::LeftOut && matches!(listing, Listing::Own(_)),
            "p.kind <> 'training'",
        ),
        (
            filter.after.is_some(),
            "m.sort_name >= (SELECT a.sort_name FROM members a WHERE a.id = $7) AND (m.sort_name, m.id) > (SELECT a.sort_name, a.id FROM members a WHERE a.id = $7)",
        ),
    ] {
        if is_asked {
            conditions.push(condition);
        }
    }
    sql.push_str(" WHERE ");
    sql.push_str(&conditions.join(" AND "));
    sql
}

/// A number of theirs has these digits in it, or a part of an address of theirs begins so: both are kept as words.
const BY_CONTACT: &str =
    "m.id IN (SELECT w.member_id FROM contact_words w WHERE w.word >= $9 AND w.word < $9 || $16)";

/// One for each word of a name.
const WORD_CONDITIONS: [&str; 4] = [
    "m.id IN (SELECT w.member_id FROM member_words w WHERE w.word >= btrim(app.search_fold($10)) AND w.word < btrim(app.search_fold($10)) || $16)",
    "m.id IN (SELECT w.member_id FROM member_words w WHERE w.word >= btrim(app.search_fold($11)) AND w.word < btrim(app.search_fold($11)) || $16)",
    "m.id IN (SELECT w.member_id FROM member_words w WHERE w.word >= btrim(app.search_fold($12)) AND w.word < btrim(app.search_fold($12)) || $16)",
    "m.id IN (SELECT w.member_id FROM member_words w WHERE w.word >= btrim(app.search_fold($13)) AND w.word < btrim(app.search_fold($13)) || $16)",
];

/// Nobody is somebody's steward: what `app.steward_of` answers with nothing, asked of many at once. Assignments in force by
/// somebody who is here, holds the role and is not kept apart from them reach neither the person nor their cell.
const ALONE: &str = "NOT EXISTS (SELECT 1 FROM steward_assignments a WHERE a.org_id = m.org_id AND a.member_id = m.id AND a.kind <> 'training' \
     AND a.effective_from <= (SELECT app.moment()) AND (a.effective_to IS NULL OR a.effective_to > (SELECT app.moment())) AND a.steward_id IN (SELECT h.id FROM hands h) \
     AND NOT EXISTS (SELECT 1 FROM steward_blocks b WHERE b.org_id = a.org_id AND b.steward_id = a.steward_id AND b.member_id = m.id)) \
   AND NOT EXISTS (SELECT 1 FROM steward_assignments a WHERE a.org_id = m.org_id AND a.worksite_id = m.worksite_id AND a.kind <> 'training' AND a.steward_id <> m.id \
     AND (a.department_id IS NULL OR a.department_id = m.department_id) AND (a.shift_id IS NULL OR a.shift_id = m.shift_id) \
     AND a.effective_from <= (SELECT app.moment()) AND (a.effective_to IS NULL OR a.effective_to > (SELECT app.moment())) AND a.steward_id IN (SELECT h.id FROM hands h) \
     AND NOT EXISTS (SELECT 1 FROM steward_blocks b WHERE b.org_id = a.org_id AND b.steward_id = a.steward_id AND b.member_id = m.id))";

/// Everybody who looks after people and is not away.
const HANDS: &str = "hands AS MATERIALIZED (SELECT h.id FROM app.hands h)";

/// `WITH hands …, ` where the conditions ask for it, else `WITH `.
fn with(filter: &MembersFilter) -> String {
    match filter.alone {
        Alone::Only => format!("WITH {HANDS}, "),
        Alone::Any => "WITH ".to_owned(),
    }
}

/// Binds every parameter a condition may name.
#[expect(
    clippy::disallowed_methods,
    reason = "conditions are put together by what is asked"
)]
fn bound(
    sql: String,
    listing: Listing,
    filter: &MembersFilter,
    limit: i64,
    today: NaiveDate,
) -> Statement<'static> {
    let (text, names) = match &filter.words {
        Words::None => (String::new(), Vec::new()),
        Words::Digits(text) | Words::Address(text) => (text.clone(), Vec::new()),
        Words::Names(names) => (String::new(), names.clone()),
    };
    let mut names = names.into_iter().chain(std::iter::repeat(String::new()));
    let mut name = || names.next().unwrap_or_default();
    statement(sql)
        .bind::<SqlUuid, _>(listing.viewer())
        .bind::<Nullable<SqlUuid>, _>(filter.worksite)
        .bind::<Nullable<SqlUuid>, _>(filter.department)
        .bind::<Nullable<SqlUuid>, _>(filter.shift)
        .bind::<Nullable<Text>, _>(filter.stage.map(|stage| stage.as_str()))
        .bind::<Nullable<SqlUuid>, _>(filter.tag)
        .bind::<Nullable<SqlUuid>, _>(filter.after)
        .bind::<BigInt, _>(limit)
        .bind::<Text, _>(text)
        .bind::<Text, _>(name())
        .bind::<Text, _>(name())
        .bind::<Text, _>(name())
        .bind::<Text, _>(name())
        .bind::<Array<SqlUuid>, _>(filter.picked.clone().unwrap_or_default())
        .bind::<Date, _>(today)
        .bind::<Text, _>(AFTER_ALL)
}

/// A page of people the viewer may see, in the order of names.
pub fn page(
    tx: &mut TenantTx<'_>,
    listing: Listing,
    filter: &MembersFilter,
    today: NaiveDate,
    limit: i64,
) -> QueryResult<Vec<Found>> {
    let sql = format!(
        "{}f AS MATERIALIZED (SELECT m.id, m.sort_name, m.display_name, m.stage, m.worksite_id, m.department_id, m.shift_id FROM {} \
           ORDER BY m.sort_name, m.id LIMIT $8) \
         SELECT f.id, f.display_name AS name, f.stage, concat_ws(' · ', w.name, d.name, h.name) AS place, c.last_reached_at AS reached \
         FROM f LEFT JOIN worksites w ON w.org_id = (SELECT app.current_org()) AND w.id = f.worksite_id \
         LEFT JOIN departments d ON d.org_id = (SELECT app.current_org()) AND d.id = f.department_id \
         LEFT JOIN shifts h ON h.org_id = (SELECT app.current_org()) AND h.id = f.shift_id \
         LEFT JOIN member_contacts c ON c.org_id = (SELECT app.current_org()) AND c.member_id = f.id ORDER BY f.sort_name, f.id",
        with(filter),
        from_where(listing, filter)
    );
    bound(sql, listing, filter, limit, today).load(tx.conn())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many people a filter finds for the viewer.
pub fn count(
    tx: &mut TenantTx<'_>,
    listing: Listing,
    filter: &MembersFilter,
    today: NaiveDate,
) -> QueryResult<i64> {
    let filter = MembersFilter {
        after: None,
        ..filter.clone()
    };
    let sql = format!(
        "{}f AS (SELECT m.id FROM {}) SELECT count(*) AS count FROM f",
        with(&filter),
        from_where(listing, &filter)
    );
    let found: Count = bound(sql, listing, &filter, 0, today).get_result(tx.conn())?;
    Ok(found.count)
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: MemberId,
}

/// The people a filter finds for the viewer, at most so many.
pub fn ids(
    tx: &mut TenantTx<'_>,
    listing: Listing,
    filter: &MembersFilter,
    today: NaiveDate,
    limit: i64,
) -> QueryResult<Vec<MemberId>> {
    let filter = MembersFilter {
        after: None,
        ..filter.clone()
    };
    let sql = format!(
        "{}f AS (SELECT m.id, m.sort_name FROM {} ORDER BY m.sort_name, m.id LIMIT $8) SELECT f.id FROM f ORDER BY f.sort_name, f.id",
        with(&filter),
        from_where(listing, &filter)
    );
    let found: Vec<Id> = bound(sql, listing, &filter, limit, today).load(tx.conn())?;
    Ok(found.into_iter().map(|one| one.id).collect())
}

/// Every tag by name, for choosing one.
pub fn all_tags(tx: &mut TenantTx<'_>) -> QueryResult<Vec<(crate::kernel::ids::TagId, String)>> {
    tags::table
        .order(tags::name)
        .limit(500)
        .select((tags::id, tags::name))
        .load(tx.conn())
}

/// A filter somebody keeps.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = member_filters)]
pub struct SavedFilter {
    pub id: FilterId,
    pub name: String,
    pub rule: Value,
    pub owner_id: MemberId,
    pub shared_with: Option<Role>,
}

impl SavedFilter {
    /// What it filters by.
    pub fn asks(&self) -> MembersQuery {
        serde_json::from_value(self.rule.clone()).unwrap_or_default()
    }
}

/// The filters of the acting member and those shared with one of their roles, by name.
pub fn filters(tx: &mut TenantTx<'_>, limit: i64) -> QueryResult<Vec<SavedFilter>> {
    let (me, roles) = (tx.actor().member_id(), tx.roles());
    let roles: Vec<Role> = roles.iter().collect();
    SavedFilter::query()
        .filter(
            member_filters::owner_id
                .nullable()
                .eq(me)
                .or(member_filters::shared_with.eq_any(roles)),
        )
        .order((member_filters::name, member_filters::id))
        .limit(limit)
        .load(tx.conn())
}

/// One of them.
pub fn filter(tx: &mut TenantTx<'_>, id: FilterId) -> QueryResult<SavedFilter> {
    let (me, roles) = (tx.actor().member_id(), tx.roles());
    let roles: Vec<Role> = roles.iter().collect();
    SavedFilter::query()
        .filter(member_filters::id.eq(id))
        .filter(
            member_filters::owner_id
                .nullable()
                .eq(me)
                .or(member_filters::shared_with.eq_any(roles)),
        )
        .first(tx.conn())
}

/// Keeps a filter.
pub fn insert_filter(
    tx: &mut TenantTx<'_>,
    listing: Listing,
    name: &str,
    shared_with: Option<Role>,
    rule: &MembersQuery,
) -> QueryResult<FilterId> {
    let (id, now) = (tx.new_id::<FilterId>(), tx.now());
    diesel::insert_into(member_filters::table)
        .values((
            member_filters::id.eq(id),
            member_filters::name.eq(name),
            member_filters::rule.eq(serde_json::json!(rule)),
            member_filters::owner_id.eq(listing.viewer()),
            member_filters::shared_with.eq(shared_with),
            member_filters::created_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

/// Forgets a filter.
pub fn delete_filter(tx: &mut TenantTx<'_>, id: FilterId) -> QueryResult<()> {
    diesel::delete(member_filters::table.filter(member_filters::id.eq(id)))
        .execute(tx.conn())
        .map(|_| ())
}

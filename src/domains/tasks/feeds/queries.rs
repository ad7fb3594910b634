//! Feeds in SQL.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;

use crate::kernel::ids::{MemberId, OrgId, TaskFeedId, UserId};
use crate::platform::db::schema::{members, task_feeds};
use crate::platform::db::{SystemTx, TenantTx, statement};

/// How exactly "last used" is known.
const USED_STEP: TimeDelta = TimeDelta::minutes(1);
/// Feeds a member can have at once.
pub const MOST: i64 = 10;
/// Feeds listed: all there can be, and those that two made at once before they were counted one after the other.
const SHOWN: i64 = 50;

diesel::allow_tables_to_appear_in_same_query!(task_feeds, members);

/// A feed as its owner sees it.
#[derive(HasQuery, Debug, Clone)]
#[diesel(table_name = task_feeds)]
pub struct Feed {
    pub id: TaskFeedId,
    pub name: String,
    pub shows_titles: bool,
    pub created_at: DateTime<Utc>,
    /// To a minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// Keeps two who make a feed of the same member from counting at the same time. Held until commit.
#[expect(clippy::disallowed_methods, reason = "advisory locks have no typed form")]
pub fn hold(tx: &mut TenantTx<'_>, me: MemberId) -> QueryResult<()> {
    statement("SELECT pg_advisory_xact_lock(hashtextextended('task feeds of ' || $1::text, 0))")
        .bind::<SqlUuid, _>(me)
        .execute(tx.conn())
        .map(|_| ())
}

/// How many feeds of a member work.
pub fn count(tx: &mut TenantTx<'_>, me: MemberId) -> QueryResult<i64> {
    task_feeds::table
        .filter(task_feeds::member_id.eq(me))
        .filter(task_feeds::revoked_at.is_null())
        .count()
        .get_result(tx.conn())
}

/// Whether a member's feed with this digest works.
pub fn works(tx: &mut TenantTx<'_>, me: MemberId, digest: &[u8]) -> QueryResult<bool> {
    let working = task_feeds::table
        .filter(task_feeds::member_id.eq(me))
        .filter(task_feeds::token_hash.eq(digest))
        .filter(task_feeds::revoked_at.is_null());
    diesel::select(diesel::dsl::exists(working)).get_result(tx.conn())
}

/// A member's feeds that work, the newest first.
pub fn of_member(tx: &mut TenantTx<'_>, me: MemberId) -> QueryResult<Vec<Feed>> {
    Feed::query()
        .filter(task_feeds::member_id.eq(me))
        .filter(task_feeds::revoked_at.is_null())
        .order(task_feeds::id.desc())
        .limit(SHOWN)
        .load(tx.conn())
}

/// Stores the digest of a new feed's secret; answers whether it is new.
pub fn insert(
    tx: &mut TenantTx<'_>,
    id: TaskFeedId,
    me: MemberId,
    digest: &[u8],
    name: &str,
    shows: &super::actions::Titles,
) -> QueryResult<bool> {
    let now = tx.now();
    diesel::insert_into(task_feeds::table)
        .values((
            task_feeds::id.eq(id),
            task_feeds::member_id.eq(me),
            task_feeds::token_hash.eq(digest),
            task_feeds::name.eq(name),
            task_feeds::shows_titles.eq(*shows == super::actions::Titles::OfOwnMatters),
            task_feeds::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .map(|made| made == 1)
}

/// Ends one of a member's feeds; answers how many that were.
pub fn revoke(tx: &mut TenantTx<'_>, id: TaskFeedId, me: MemberId) -> QueryResult<usize> {
    let now = tx.now();
    let own = task_feeds::table
        .filter(task_feeds::id.eq(id))
        .filter(task_feeds::member_id.eq(me))
        .filter(task_feeds::revoked_at.is_null());
    diesel::update(own)
        .set(task_feeds::revoked_at.eq(Some(now)))
        .execute(tx.conn())
}

/// Whose tasks a secret shows.
#[derive(Debug, Clone)]
pub struct Holder {
    pub org: OrgId,
    pub user: UserId,
    pub name: String,
    pub shows_titles: bool,
}

type HolderRow = (
    OrgId,
    TaskFeedId,
    Option<UserId>,
    String,
    bool,
    Option<DateTime<Utc>>,
);

/// The owner of a feed that was not revoked, by the digest of its secret; notes the use, at most once a minute.
pub fn holder(tx: &mut SystemTx<'_>, digest: &[u8]) -> QueryResult<Option<Holder>> {
    let now = tx.now();
    let row: Option<HolderRow> = task_feeds::table
        .inner_join(
            members::table.on(members::org_id
                .eq(task_feeds::org_id)
                .and(members::id.eq(task_feeds::member_id))),
        )
        .filter(task_feeds::token_hash.eq(digest))
        .filter(task_feeds::revoked_at.is_null())
        .select((
            task_feeds::org_id,
            task_feeds::id,
            members::user_id,
            task_feeds::name,
            task_feeds::shows_titles,
            task_feeds::last_used_at,
        ))
        .first(tx.conn())
        .optional()?;
    let Some((org, id, Some(user), name, shows_titles, last_used_at)) = row else {
        return Ok(None);
    };
    if last_used_at.is_none_or(|at| now - at >= USED_STEP) {
        diesel::update(task_feeds::table.find((org, id)))
            .set(task_feeds::last_used_at.eq(Some(now)))
            .execute(tx.conn())?;
    }
    Ok(Some(Holder {
        org,
        user,
        name,
        shows_titles,
    }))
}

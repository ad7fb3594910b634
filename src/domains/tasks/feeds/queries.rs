//! Feeds in SQL.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use crate::kernel::ids::{MemberId, OrgId, TaskFeedId, UserId};
use crate::platform::db::schema::{members, task_feeds};
use crate::platform::db::{SystemTx, TenantTx};

/// How exactly "last used" is known.
const USED_STEP: TimeDelta = TimeDelta::minutes(1);
/// Feeds a member can have at once.
pub const MOST: i64 = 10;

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

/// A member's feeds that work, the newest first.
pub fn of_member(tx: &mut TenantTx<'_>, me: MemberId) -> QueryResult<Vec<Feed>> {
    Feed::query()
        .filter(task_feeds::member_id.eq(me))
        .filter(task_feeds::revoked_at.is_null())
        .order(task_feeds::id.desc())
        .limit(MOST)
        .load(tx.conn())
}

/// Stores the digest of a new feed's secret.
pub fn insert(
    tx: &mut TenantTx<'_>,
    id: TaskFeedId,
    me: MemberId,
    digest: &[u8],
    name: &str,
    shows: &super::actions::Titles,
) -> QueryResult<()> {
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
        .execute(tx.conn())
        .map(|_| ())
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

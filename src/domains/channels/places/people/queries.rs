//! People of a channel in SQL. They are found by their stored words and ordered by their stored name; under row-level
//! security an index serves only such comparisons.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Text, Uuid as SqlUuid};

use crate::domains::channels::model::ChannelRole;
use crate::domains::channels::queries as channel_queries;
use crate::kernel::ids::{ChannelId, MemberId};
use crate::kernel::sql_types;
use crate::platform::db::{TenantTx, statement};

/// People on one page of the list.
pub const PAGE: i64 = 50;
/// Newest messages whose authors are offered first.
const RECENT: i64 = 200;
/// In a channel of up to so many people everyone's words are looked at; in larger ones the words of the organization are
/// walked until enough people of the channel turned up.
const SMALL: i64 = 2_000;

/// A person in a channel.
#[derive(QueryableByName, Debug, Clone)]
pub struct Inside {
    /// Who.
    #[diesel(sql_type = SqlUuid)]
    pub id: MemberId,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Their handle.
    #[diesel(sql_type = Text)]
    pub handle: String,
    /// A line about them.
    #[diesel(sql_type = Text)]
    pub headline: String,
    /// What they are sorted by.
    #[diesel(sql_type = Text)]
    pub sort_name: String,
    /// Whether they can use the portal.
    #[diesel(sql_type = Bool)]
    pub active: bool,
    /// What they are in the channel.
    #[diesel(sql_type = sql_types::ChannelRole)]
    pub role: ChannelRole,
    /// Whether they are in it with its context.
    #[diesel(sql_type = Bool)]
    pub follows_context: bool,
}

macro_rules! inside {
    ($rest:literal) => {
        concat!(
            "SELECT m.id, m.display_name AS name, m.handle, m.headline, m.sort_name, m.state = 'active' AS active, p.role, p.follows_context \
             FROM channel_memberships p JOIN members m ON m.org_id = p.org_id AND m.id = p.member_id WHERE p.channel_id = $1 ",
            $rest
        )
    };
}

/// Where a page of the list begins: after this name and person.
#[derive(Debug, Clone, Default)]
pub struct After {
    /// The name.
    pub name: String,
    /// The person.
    pub id: Option<MemberId>,
}

/// People of a channel by name. One more than a page when there is more.
#[expect(
    clippy::disallowed_methods,
    reason = "row comparison for the keyset has no typed form"
)]
pub fn page(tx: &mut TenantTx<'_>, channel: ChannelId, after: &After) -> QueryResult<Vec<Inside>> {
    statement(inside!(
        "AND (m.sort_name, m.id) > ($2, $3) ORDER BY m.sort_name, m.id LIMIT $4"
    ))
    .bind::<SqlUuid, _>(channel)
    .bind::<Text, _>(&after.name)
    .bind::<SqlUuid, _>(after.id.unwrap_or(MemberId(uuid::Uuid::nil())))
    .bind::<BigInt, _>(PAGE + 1)
    .load(tx.conn())
}

/// Who looks after a channel: owners, then moderators, by name.
#[expect(clippy::disallowed_methods, reason = "shares its columns with the list")]
pub fn looking_after(tx: &mut TenantTx<'_>, channel: ChannelId) -> QueryResult<Vec<Inside>> {
    statement(inside!(
        "AND p.role <> 'member' ORDER BY p.role DESC, m.sort_name, m.id LIMIT 50"
    ))
    .bind::<SqlUuid, _>(channel)
    .load(tx.conn())
}

/// These people of a channel, in no order.
#[expect(clippy::disallowed_methods, reason = "shares its columns with the list")]
pub fn these(tx: &mut TenantTx<'_>, channel: ChannelId, members: &[MemberId]) -> QueryResult<Vec<Inside>> {
    statement(inside!("AND p.member_id = ANY($2)"))
        .bind::<SqlUuid, _>(channel)
        .bind::<Array<SqlUuid>, _>(members)
        .load(tx.conn())
}

#[derive(QueryableByName)]
struct Hit {
    #[diesel(sql_type = SqlUuid)]
    member_id: MemberId,
}

/// The words after the first must each begin one of the person's words, too.
macro_rules! every_other_word {
    () => {
        "NOT EXISTS (SELECT 1 FROM unnest($3::text[]) AS o(word) WHERE NOT EXISTS (SELECT 1 FROM member_words x \
           WHERE x.org_id = w.org_id AND x.member_id = w.member_id AND x.word >= app.search_fold(o.word) \
             AND x.word < app.search_fold(o.word) || chr(1114111)))"
    };
}

/// People of a channel in whose name, handle or headline every one of `words` begins a word, in the order of the first;
/// at most `limit`. Without words: nobody.
#[expect(
    clippy::disallowed_methods,
    reason = "prefix ranges over a function of the word have no typed form"
)]
pub fn matching(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    words: &[String],
    limit: i64,
) -> QueryResult<Vec<MemberId>> {
    let Some((first, others)) = words.split_first() else {
        return Ok(Vec::new());
    };
    let text = match channel_queries::member_count(tx, channel)? <= SMALL {
        true => concat!(
            "SELECT w.member_id FROM (SELECT p.org_id, p.member_id FROM channel_memberships p WHERE p.channel_id = $1 OFFSET 0) p \
             JOIN member_words w ON w.org_id = p.org_id AND w.member_id = p.member_id AND w.word >= app.search_fold($2) \
               AND w.word < app.search_fold($2) || chr(1114111) WHERE ",
            every_other_word!(),
            " ORDER BY w.word, w.sort_name, w.member_id LIMIT $4"
        ),
        false => concat!(
            "SELECT w.member_id FROM member_words w WHERE w.word >= app.search_fold($2) AND w.word < app.search_fold($2) || chr(1114111) \
               AND EXISTS (SELECT 1 FROM channel_memberships p WHERE p.org_id = w.org_id AND p.member_id = w.member_id AND p.channel_id = $1) AND ",
            every_other_word!(),
            " ORDER BY w.word, w.sort_name, w.member_id LIMIT $4"
        ),
    };
    let hits: Vec<Hit> = statement(text)
        .bind::<SqlUuid, _>(channel)
        .bind::<Text, _>(first)
        .bind::<Array<Text>, _>(others.to_vec())
        .bind::<BigInt, _>(limit)
        .load(tx.conn())?;
    Ok(hits.into_iter().map(|hit| hit.member_id).collect())
}

/// Those of `members` in whose name, handle or headline every one of `words` begins a word, in the order given.
#[expect(
    clippy::disallowed_methods,
    reason = "prefix ranges over a function of the word have no typed form"
)]
pub fn matching_among(
    tx: &mut TenantTx<'_>,
    members: &[MemberId],
    words: &[String],
) -> QueryResult<Vec<MemberId>> {
    let Some((first, others)) = words.split_first() else {
        return Ok(Vec::new());
    };
    let hits: Vec<Hit> = statement(concat!(
        "SELECT DISTINCT w.member_id FROM member_words w WHERE w.member_id = ANY($1) AND w.word >= app.search_fold($2) \
           AND w.word < app.search_fold($2) || chr(1114111) AND ",
        every_other_word!()
    ))
    .bind::<Array<SqlUuid>, _>(members)
    .bind::<Text, _>(first)
    .bind::<Array<Text>, _>(others.to_vec())
    .load(tx.conn())?;
    let hits: Vec<MemberId> = hits.into_iter().map(|hit| hit.member_id).collect();
    Ok(members
        .iter()
        .filter(|member| hits.contains(member))
        .copied()
        .collect())
}

/// Who wrote the newest messages of a channel, the latest first.
#[expect(
    clippy::disallowed_methods,
    reason = "grouping a bounded range has no typed form"
)]
pub fn recent_authors(tx: &mut TenantTx<'_>, channel: ChannelId) -> QueryResult<Vec<MemberId>> {
    let hits: Vec<Hit> = statement(
        "SELECT s.author_id AS member_id FROM messages s JOIN channels c ON c.org_id = s.org_id AND c.id = s.channel_id \
         WHERE s.channel_id = $1 AND s.seq > c.last_seq - $2 AND s.deleted_at IS NULL GROUP BY s.author_id ORDER BY max(s.seq) DESC LIMIT 50",
    )
    .bind::<SqlUuid, _>(channel)
    .bind::<BigInt, _>(RECENT)
    .load(tx.conn())?;
    Ok(hits.into_iter().map(|hit| hit.member_id).collect())
}

/// Those of `members` whose name or handle, not only their headline, has a word that begins with `prefix`.
#[expect(
    clippy::disallowed_methods,
    reason = "the folding functions exist in SQL only"
)]
pub fn called(tx: &mut TenantTx<'_>, members: &[MemberId], prefix: &str) -> QueryResult<Vec<MemberId>> {
    let rows: Vec<Hit> = statement(
        "SELECT m.id AS member_id FROM members m WHERE m.id = ANY($1) \
         AND EXISTS (SELECT 1 FROM app.words(concat_ws(' ', m.display_name, m.handle)) AS word WHERE word ^@ app.search_fold($2))",
    )
    .bind::<Array<SqlUuid>, _>(members)
    .bind::<Text, _>(prefix)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|hit| hit.member_id).collect())
}

//! Making channels, letting people in and out, and finding places, in SQL.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::channels::model::{Channel, ChannelRole, ChannelType, JoinRule, Membership, NotifyLevel};
use crate::kernel::ids::{ChannelId, ContextId, MemberId};
use crate::platform::db::schema::{channel_memberships, channels};
use crate::platform::db::{TenantTx, statement};

use super::model::{Newcomer, Settings};
use super::policy::{Admission, AppointedBy, Appointment, Creatable, Managed, Removal};

/// Places on one page of a list.
pub const PAGE: i64 = 50;

/// A channel as lists of channels show it.
#[derive(Queryable, Selectable, Debug, Clone)]
#[diesel(table_name = channels)]
pub struct Listed {
    /// Which.
    pub id: ChannelId,
    /// Its kind.
    #[diesel(column_name = type_)]
    pub kind: ChannelType,
    /// Its name; empty for direct conversations without one.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// How people come in.
    pub join_rule: JoinRule,
    /// How many are in it.
    pub member_count: i32,
    /// When the newest message was written.
    pub last_message_at: Option<DateTime<Utc>>,
    /// Since when it is archived.
    pub archived_at: Option<DateTime<Utc>>,
}

/// Keeps two transactions that decide who of a context is in its channels from overlapping. Held until commit.
#[expect(clippy::disallowed_methods, reason = "advisory locks have no typed form")]
pub fn lock_context(tx: &mut TenantTx<'_>, context: ContextId) -> QueryResult<()> {
    statement("SELECT pg_advisory_xact_lock(hashtextextended('channels of ' || $1::text, 0))")
        .bind::<SqlUuid, _>(context)
        .execute(tx.conn())
        .map(|_| ())
}

/// A channel, whoever is in it. What a person may know of it is for [`super::policy`] to say.
pub fn channel(tx: &mut TenantTx<'_>, id: ChannelId) -> QueryResult<Channel> {
    Channel::query().filter(channels::id.eq(id)).first(tx.conn())
}

/// Writes a channel.
pub fn insert_channel(
    tx: &mut TenantTx<'_>,
    proof: &Creatable<'_>,
    id: ChannelId,
    kind: ChannelType,
    settings: &Settings,
    creator: Option<MemberId>,
) -> QueryResult<Channel> {
    let now = tx.now();
    diesel::insert_into(channels::table)
        .values((
            channels::id.eq(id),
            channels::type_.eq(kind),
            channels::context_id.eq(proof.context().id),
            channels::title.eq(&settings.title),
            channels::description.eq(&settings.description),
            channels::post_policy.eq(settings.post_policy),
            channels::join_rule.eq(settings.join_rule),
            channels::history_rule.eq(settings.history_rule),
            channels::created_by.eq(creator),
            (channels::created_at.eq(now), channels::changed_at.eq(now)),
        ))
        .returning(Channel::as_returning())
        .get_result(tx.conn())
}

/// Lets people in where they are not yet; answers who is new. They have read all there is, and see as much of it as the
/// channel's rule gives newcomers. The channel's row must be locked.
#[expect(
    clippy::disallowed_methods,
    reason = "INSERT … SELECT from unnest has no typed form"
)]
pub fn admit(tx: &mut TenantTx<'_>, proof: &Admission<'_>) -> QueryResult<Vec<MemberId>> {
    let (members, roles, follows) = columns(proof.newcomers());
    let now = tx.now();
    let new: Vec<Person> = statement(
        "INSERT INTO channel_memberships (channel_id, member_id, role, follows_context, role_follows_context, last_read_seq, visible_from_seq, joined_at) \
         SELECT c.id, v.member_id, v.role::channel_role, v.follows, v.follows AND v.role = 'moderator', c.last_seq, \
                CASE c.history_rule WHEN 'everything' THEN 1 ELSE c.last_seq + 1 END, $5 \
         FROM channels c, unnest($2::uuid[], $3::text[], $4::boolean[]) AS v(member_id, role, follows) WHERE c.id = $1 \
         ON CONFLICT (org_id, member_id, channel_id) DO NOTHING RETURNING member_id",
    )
    .bind::<SqlUuid, _>(proof.channel().id)
    .bind::<Array<SqlUuid>, _>(members)
    .bind::<Array<Text>, _>(roles)
    .bind::<Array<Bool>, _>(follows)
    .bind::<Timestamptz, _>(now)
    .load(tx.conn())?;
    Ok(new.into_iter().map(|person| person.member_id).collect())
}

fn columns(newcomers: &[Newcomer]) -> (Vec<MemberId>, Vec<&'static str>, Vec<bool>) {
    let members = newcomers.iter().map(|newcomer| newcomer.member).collect();
    let roles = newcomers.iter().map(|newcomer| newcomer.role.as_str()).collect();
    let follows = newcomers
        .iter()
        .map(|newcomer| newcomer.follows_context)
        .collect();
    (members, roles, follows)
}

#[derive(QueryableByName)]
struct Person {
    #[diesel(sql_type = SqlUuid)]
    member_id: MemberId,
}

/// Notes that people who are in a channel already are there with its context from now on.
pub fn mark_following(tx: &mut TenantTx<'_>, proof: &Admission<'_>) -> QueryResult<usize> {
    let followers = proof
        .newcomers()
        .iter()
        .filter(|newcomer| newcomer.follows_context);
    let members: Vec<MemberId> = followers.map(|newcomer| newcomer.member).collect();
    let places = channel_memberships::table
        .filter(channel_memberships::channel_id.eq(proof.channel().id))
        .filter(channel_memberships::member_id.eq_any(members))
        .filter(channel_memberships::follows_context.eq(false));
    diesel::update(places)
        .set(channel_memberships::follows_context.eq(true))
        .execute(tx.conn())
}

/// Lets everyone stay by themselves, whatever becomes of their place in the context.
pub fn stop_following(tx: &mut TenantTx<'_>, proof: &Managed<'_>) -> QueryResult<usize> {
    let places = channel_memberships::table
        .filter(channel_memberships::channel_id.eq(proof.place().channel.id))
        .filter(channel_memberships::follows_context);
    diesel::update(places)
        .set((
            channel_memberships::follows_context.eq(false),
            channel_memberships::role_follows_context.eq(false),
        ))
        .execute(tx.conn())
}

/// Puts people out; answers who was in.
pub fn expel(tx: &mut TenantTx<'_>, proof: &Removal<'_>) -> QueryResult<Vec<MemberId>> {
    let places = channel_memberships::table
        .filter(channel_memberships::channel_id.eq(proof.channel().id))
        .filter(channel_memberships::member_id.eq_any(proof.members().to_vec()));
    diesel::delete(places)
        .returning(channel_memberships::member_id)
        .get_results(tx.conn())
}

/// Gives somebody a channel role; false when they are not in the channel or had it already.
pub fn appoint(tx: &mut TenantTx<'_>, proof: &Appointment<'_>) -> QueryResult<bool> {
    let place = channel_memberships::table
        .filter(channel_memberships::channel_id.eq(proof.channel().id))
        .filter(channel_memberships::member_id.eq(proof.member()))
        .filter(channel_memberships::role.ne(proof.role()));
    let changed = diesel::update(place)
        .set((
            channel_memberships::role.eq(proof.role()),
            channel_memberships::role_follows_context.eq(proof.by() == AppointedBy::Leadership),
        ))
        .execute(tx.conn())?;
    Ok(changed == 1)
}

/// How many owners a channel has beside this member.
pub fn other_owners(tx: &mut TenantTx<'_>, channel: ChannelId, member: MemberId) -> QueryResult<i64> {
    channel_memberships::table
        .filter(channel_memberships::channel_id.eq(channel))
        .filter(channel_memberships::member_id.ne(member))
        .filter(channel_memberships::role.eq(ChannelRole::Owner))
        .count()
        .get_result(tx.conn())
}

/// Who could look after a channel without an owner: moderators first, then who is in it longest.
pub fn successors(tx: &mut TenantTx<'_>, channel: ChannelId) -> QueryResult<Vec<MemberId>> {
    channel_memberships::table
        .filter(channel_memberships::channel_id.eq(channel))
        .order((
            channel_memberships::role.desc(),
            channel_memberships::joined_at,
            channel_memberships::member_id,
        ))
        .limit(20)
        .select(channel_memberships::member_id)
        .load(tx.conn())
}

/// Writes what was set about a channel.
pub fn set(tx: &mut TenantTx<'_>, proof: &Managed<'_>, settings: &Settings) -> QueryResult<()> {
    diesel::update(channels::table.filter(channels::id.eq(proof.place().channel.id)))
        .set((
            channels::title.eq(&settings.title),
            channels::description.eq(&settings.description),
            channels::post_policy.eq(settings.post_policy),
            channels::join_rule.eq(settings.join_rule),
            channels::history_rule.eq(settings.history_rule),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Archives a channel by itself.
pub fn archive(tx: &mut TenantTx<'_>, proof: &Managed<'_>) -> QueryResult<()> {
    let now = tx.now();
    diesel::update(channels::table.filter(channels::id.eq(proof.place().channel.id)))
        .set((
            channels::archived_at.eq(now),
            channels::archived_with_context.eq(false),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Opens an archived channel again.
pub fn unarchive(tx: &mut TenantTx<'_>, proof: &Managed<'_>) -> QueryResult<()> {
    diesel::update(channels::table.filter(channels::id.eq(proof.place().channel.id)))
        .set((
            channels::archived_at.eq(None::<DateTime<Utc>>),
            channels::archived_with_context.eq(false),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// Archives the open channels of a context with it; answers which.
pub fn archive_with_context(tx: &mut TenantTx<'_>, context: ContextId) -> QueryResult<Vec<ChannelId>> {
    let now = tx.now();
    let open = channels::table
        .filter(channels::context_id.eq(context))
        .filter(channels::archived_at.is_null());
    diesel::update(open)
        .set((
            channels::archived_at.eq(now),
            channels::archived_with_context.eq(true),
        ))
        .returning(channels::id)
        .get_results(tx.conn())
}

/// Opens the channels of a context that were archived with it; answers which.
pub fn unarchive_with_context(tx: &mut TenantTx<'_>, context: ContextId) -> QueryResult<Vec<ChannelId>> {
    let closed = channels::table
        .filter(channels::context_id.eq(context))
        .filter(channels::archived_with_context);
    diesel::update(closed)
        .set((
            channels::archived_at.eq(None::<DateTime<Utc>>),
            channels::archived_with_context.eq(false),
        ))
        .returning(channels::id)
        .get_results(tx.conn())
}

/// Whether a context has a channel already.
pub fn has_channel(tx: &mut TenantTx<'_>, context: ContextId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        channels::table.filter(channels::context_id.eq(context)),
    ))
    .get_result(tx.conn())
}

/// The channels of a context that are in use, the oldest first.
pub fn open_of_context(tx: &mut TenantTx<'_>, context: ContextId) -> QueryResult<Vec<Channel>> {
    Channel::query()
        .filter(channels::context_id.eq(context))
        .filter(channels::archived_at.is_null())
        .order(channels::id)
        .limit(20)
        .load(tx.conn())
}

/// The channels that follow these contexts, in the order in which they are locked.
pub fn followers_of(tx: &mut TenantTx<'_>, contexts: &[ContextId]) -> QueryResult<Vec<Channel>> {
    Channel::query()
        .filter(
            channels::context_id.eq_any(contexts.iter().map(|context| Some(*context)).collect::<Vec<_>>()),
        )
        .filter(channels::join_rule.eq(JoinRule::Context))
        .order(channels::id)
        .load(tx.conn())
}

/// Every channel a member is in with their place, in the order in which channels are locked.
pub fn places_of(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<(Channel, Membership)>> {
    channels::table
        .inner_join(
            channel_memberships::table.on(channel_memberships::channel_id
                .eq(channels::id)
                .and(channel_memberships::org_id.eq(channels::org_id))),
        )
        .filter(channel_memberships::member_id.eq(member))
        .order(channels::id)
        .select((Channel::as_select(), Membership::as_select()))
        .load(tx.conn())
}

/// Remembers what a channel may call a member's attention for.
pub fn set_notifications(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    channel: ChannelId,
    level: NotifyLevel,
    muted_until: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    let place = channel_memberships::table
        .filter(channel_memberships::member_id.eq(member))
        .filter(channel_memberships::channel_id.eq(channel));
    diesel::update(place)
        .set((
            channel_memberships::notify.eq(level),
            channel_memberships::muted_until.eq(muted_until),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

/// What somebody looking for a channel asks.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Words of its name.
    pub text: String,
    /// After this channel in the order of names.
    pub after: Option<ChannelId>,
}

/// Channels the member could come into: open ones, and those that follow one of `contexts`; by name. One more than a page
/// when there is more.
pub fn joinable(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    contexts: &[ContextId],
    search: &Search,
) -> QueryResult<Vec<Listed>> {
    let mine = channel_memberships::table
        .filter(channel_memberships::member_id.eq(member))
        .select(channel_memberships::channel_id);
    let contexts: Vec<Option<ContextId>> = contexts.iter().map(|context| Some(*context)).collect();
    let follows = channels::join_rule
        .eq(JoinRule::Context)
        .and(channels::context_id.eq_any(contexts));
    let mut query = channels::table
        .filter(channels::archived_at.is_null())
        .filter(channels::type_.ne(ChannelType::Direct))
        .filter(channels::join_rule.eq(JoinRule::Open).or(follows))
        .filter(channels::id.ne_all(mine))
        .order((channels::title, channels::id))
        .limit(PAGE + 1)
        .into_boxed();
    if !search.text.is_empty() {
        query = query.filter(channels::title.ilike(contains(&search.text)));
    }
    if let Some((title, id)) = position(tx, search.after)? {
        let later = channels::title.gt(title.clone()).or(channels::id.gt(id));
        query = query.filter(channels::title.ge(title)).filter(later);
    }
    query.select(Listed::as_select()).load(tx.conn())
}

fn position(tx: &mut TenantTx<'_>, after: Option<ChannelId>) -> QueryResult<Option<(String, ChannelId)>> {
    let Some(id) = after else { return Ok(None) };
    let title: Option<String> = channels::table
        .filter(channels::id.eq(id))
        .select(channels::title)
        .first(tx.conn())
        .optional()?;
    Ok(title.map(|title| (title, id)))
}

/// A LIKE pattern for what contains `text` as it is.
fn contains(text: &str) -> String {
    format!(
        "%{}%",
        text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
    )
}

/// The acting member's channels that their list leaves out: archived and hidden ones, the latest first.
pub fn set_aside(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Vec<(Listed, NotifyLevel)>> {
    let hidden = channel_memberships::notify.eq(NotifyLevel::Hidden);
    channels::table
        .inner_join(
            channel_memberships::table.on(channel_memberships::channel_id
                .eq(channels::id)
                .and(channel_memberships::org_id.eq(channels::org_id))),
        )
        .filter(channel_memberships::member_id.eq(member))
        .filter(channels::archived_at.is_not_null().or(hidden))
        .order((channels::last_message_at.desc().nulls_last(), channels::id))
        .limit(200)
        .select((Listed::as_select(), channel_memberships::notify))
        .load(tx.conn())
}

/// The newest message of a channel, as a list shows it.
#[derive(QueryableByName, Debug, Clone)]
pub struct Latest {
    /// The channel.
    #[diesel(sql_type = SqlUuid)]
    pub channel_id: ChannelId,
    /// Who wrote it.
    #[diesel(sql_type = SqlUuid)]
    pub author_id: MemberId,
    /// Its beginning; empty when it is only files.
    #[diesel(sql_type = Text)]
    pub beginning: String,
    /// Whether it was deleted.
    #[diesel(sql_type = Bool)]
    pub deleted: bool,
    /// When it was written.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
}

/// The newest message of each of these channels, where the member may see it and has not hidden it.
#[expect(
    clippy::disallowed_methods,
    reason = "joining a row by a column of its parent has no typed form here"
)]
pub fn latest(tx: &mut TenantTx<'_>, member: MemberId, channels: &[ChannelId]) -> QueryResult<Vec<Latest>> {
    statement(
        "SELECT s.channel_id, s.author_id, left(s.body_text, 300) AS beginning, s.deleted_at IS NOT NULL AS deleted, s.created_at \
         FROM channels c \
         JOIN channel_memberships p ON p.org_id = c.org_id AND p.channel_id = c.id AND p.member_id = $1 \
         JOIN messages s ON s.org_id = c.org_id AND s.channel_id = c.id AND s.seq = c.last_seq \
         WHERE c.id = ANY($2) AND s.seq >= p.visible_from_seq AND NOT EXISTS (SELECT 1 FROM hidden_messages h \
           WHERE h.org_id = s.org_id AND h.member_id = $1 AND h.channel_id = s.channel_id AND h.seq = s.seq)",
    )
    .bind::<SqlUuid, _>(member)
    .bind::<Array<SqlUuid>, _>(channels)
    .load(tx.conn())
}

/// A channel with the member's place in it and when somebody last wrote.
pub type PlaceInTime = (Channel, Membership, Option<DateTime<Utc>>);

/// A page of the channels a member is in, by id: for programs.
pub fn page_of_places(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    after: Option<ChannelId>,
    limit: i64,
) -> QueryResult<Vec<PlaceInTime>> {
    let mut query = channels::table
        .inner_join(
            channel_memberships::table.on(channel_memberships::channel_id
                .eq(channels::id)
                .and(channel_memberships::org_id.eq(channels::org_id))),
        )
        .filter(channel_memberships::member_id.eq(member))
        .order(channel_memberships::channel_id)
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(channel_memberships::channel_id.gt(after));
    }
    query
        .select((
            Channel::as_select(),
            Membership::as_select(),
            channels::last_message_at,
        ))
        .load(tx.conn())
}

/// The other people of these conversations.
pub fn others_in(
    tx: &mut TenantTx<'_>,
    member: MemberId,
    channels: &[ChannelId],
) -> QueryResult<Vec<(ChannelId, MemberId)>> {
    channel_memberships::table
        .filter(channel_memberships::channel_id.eq_any(channels))
        .filter(channel_memberships::member_id.ne(member))
        .select((channel_memberships::channel_id, channel_memberships::member_id))
        .load(tx.conn())
}

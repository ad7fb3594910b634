//! The queue in SQL. What [`super::super::policy::may_handle`] says of one case, [`cases_of_mine`] says of all.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::domains::channels::messages::model::Message;
use crate::domains::channels::model::{Channel, ChannelRole, ChannelType};
use crate::domains::channels::moderation::model::{Case, Report, ReportId, ReportOutcome};
use crate::domains::channels::moderation::policy::{Handling, Overseeing};
use crate::kernel::actor::{Member, Role};
use crate::kernel::error::AppError;
use crate::kernel::ids::{ChannelId, MemberId, MessageId};
use crate::kernel::sql_types;
use crate::platform::db::schema::{channel_memberships, channels, message_reports, messages};
use crate::platform::db::{TenantTx, statement};

use super::forms::{Position, Tab};

/// Cases on one page.
pub const PAGE: i64 = 20;
/// Messages before a reported one that those see who are not in its channel.
const CONTEXT: i64 = 2;

/// Reports a person may handle: `$1` is the person, `$2` whether they are an admin, `$3` whether they are a steward.
macro_rules! cases_of_mine {
    () => {
        "message_reports r \
         JOIN messages m ON m.org_id = r.org_id AND m.channel_id = r.channel_id AND m.seq = r.seq \
         JOIN channels c ON c.org_id = r.org_id AND c.id = r.channel_id \
         LEFT JOIN channel_memberships p ON p.org_id = r.org_id AND p.channel_id = r.channel_id AND p.member_id = $1 \
         WHERE m.author_id <> $1 AND ($2 OR (c.type <> 'direct' AND p.member_id IS NOT NULL AND ($3 OR p.role >= 'moderator'))) "
    };
}

/// What waits for a member, for the navigation.
#[derive(QueryableByName, Debug, Clone, Copy)]
pub struct Waiting {
    /// Whether they moderate some channel.
    #[diesel(sql_type = Bool)]
    pub moderates: bool,
    /// Open cases they may handle, at most 100.
    #[diesel(sql_type = BigInt)]
    pub open: i64,
    /// Decisions about their own messages that they have not read.
    #[diesel(sql_type = BigInt)]
    pub notices: i64,
}

/// What waits for a member.
#[expect(
    clippy::disallowed_methods,
    reason = "counts of three kinds in one round trip"
)]
pub fn waiting(tx: &mut TenantTx<'_>, me: &Member) -> QueryResult<Waiting> {
    statement(concat!(
        "SELECT EXISTS (SELECT 1 FROM channel_memberships o WHERE o.member_id = $1 AND o.role >= 'moderator') AS moderates, \
                (SELECT count(*) FROM (SELECT DISTINCT r.channel_id, r.seq FROM ",
        cases_of_mine!(),
        "AND r.outcome = 'open' LIMIT 100) q) AS open, \
                (SELECT count(*) FROM (SELECT DISTINCT r.channel_id, r.seq, r.handled_at FROM message_reports r \
                   JOIN messages m ON m.org_id = r.org_id AND m.channel_id = r.channel_id AND m.seq = r.seq \
                   WHERE m.author_id = $1 AND r.outcome IN ('warned', 'removed') AND r.handled_at IS NOT NULL AND r.notice_seen_at IS NULL LIMIT 100) q) AS notices"
    ))
    .bind::<SqlUuid, _>(me.member)
    .bind::<Bool, _>(me.roles.has(Role::Admin))
    .bind::<Bool, _>(me.roles.has(Role::Steward))
    .get_result(tx.conn())
}

/// The highest role a member holds in any channel.
pub fn highest_role(tx: &mut TenantTx<'_>, member: MemberId) -> QueryResult<Option<ChannelRole>> {
    let places = channel_memberships::table.filter(channel_memberships::member_id.eq(member));
    let roles: Vec<ChannelRole> = places
        .select(channel_memberships::role)
        .distinct()
        .load(tx.conn())?;
    Ok(roles.into_iter().max())
}

/// A case in a list.
#[derive(QueryableByName, Debug, Clone)]
pub struct Listed {
    /// One of its reports: the case's address.
    #[diesel(sql_type = SqlUuid)]
    pub id: ReportId,
    /// The channel.
    #[diesel(sql_type = SqlUuid)]
    pub channel_id: ChannelId,
    /// The channel's title.
    #[diesel(sql_type = Text)]
    pub title: String,
    /// The channel's kind.
    #[diesel(sql_type = sql_types::ChannelType)]
    pub kind: ChannelType,
    /// Whether the reader is in the channel.
    #[diesel(sql_type = Bool)]
    pub inside: bool,
    /// The message's number.
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    /// The message.
    #[diesel(sql_type = SqlUuid)]
    pub message: MessageId,
    /// Its author.
    #[diesel(sql_type = SqlUuid)]
    pub author: MemberId,
    /// Its rendered text.
    #[diesel(sql_type = Text)]
    pub body_html: String,
    /// When it was written.
    #[diesel(sql_type = Timestamptz)]
    pub written_at: DateTime<Utc>,
    /// When it was deleted.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub deleted_at: Option<DateTime<Utc>>,
    /// When it was first reported, or decided.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// Decided when.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub handled_at: Option<DateTime<Utc>>,
}

/// A page of cases the acting member may handle; one more than [`PAGE`] when there are more.
#[expect(
    clippy::disallowed_methods,
    reason = "DISTINCT ON inside a page has no typed form"
)]
pub fn cases(
    tx: &mut TenantTx<'_>,
    me: &Member,
    _overseeing: &Overseeing,
    position: &Position,
) -> QueryResult<Vec<Listed>> {
    let columns = "r.id, r.channel_id, c.title, c.type AS kind, p.member_id IS NOT NULL AS inside, r.seq, m.id AS message, m.author_id AS author, \
                   m.body_html, m.created_at AS written_at, m.deleted_at, r.handled_at";
    let mine = cases_of_mine!();
    let text = match position.tab {
        Tab::Open => format!(
            "SELECT * FROM (SELECT DISTINCT ON (r.channel_id, r.seq) {columns}, r.created_at AS at FROM {mine} AND r.outcome = 'open' \
               ORDER BY r.channel_id, r.seq, r.created_at, r.id) q \
             WHERE $4::timestamptz IS NULL OR (at, id) > ($4, $5) ORDER BY at, id LIMIT $6"
        ),
        Tab::Handled => format!(
            "SELECT * FROM (SELECT DISTINCT ON (r.channel_id, r.seq, r.handled_at) {columns}, r.handled_at AS at FROM {mine} AND r.handled_at IS NOT NULL \
               ORDER BY r.channel_id, r.seq, r.handled_at, r.id) q \
             WHERE $4::timestamptz IS NULL OR (at, id) < ($4, $5) ORDER BY at DESC, id DESC LIMIT $6"
        ),
    };
    statement(text)
        .bind::<SqlUuid, _>(me.member)
        .bind::<Bool, _>(me.roles.has(Role::Admin))
        .bind::<Bool, _>(me.roles.has(Role::Steward))
        .bind::<Nullable<Timestamptz>, _>(position.at.and_then(DateTime::from_timestamp_micros))
        .bind::<Nullable<SqlUuid>, _>(position.after)
        .bind::<BigInt, _>(PAGE + 1)
        .load(tx.conn())
}

/// The reports of listed cases, the oldest first, by the address of their case.
pub fn reports_of(tx: &mut TenantTx<'_>, cases: &[Listed]) -> QueryResult<HashMap<ReportId, Vec<Report>>> {
    let channels: Vec<ChannelId> = cases.iter().map(|case| case.channel_id).collect();
    let seqs: Vec<i64> = cases.iter().map(|case| case.seq).collect();
    let reports: Vec<Report> = Report::query()
        .filter(message_reports::channel_id.eq_any(channels))
        .filter(message_reports::seq.eq_any(seqs))
        .order((message_reports::created_at, message_reports::id))
        .load(tx.conn())?;
    let belongs = |case: &Listed, report: &Report| {
        report.channel_id == case.channel_id && report.seq == case.seq && report.handled_at == case.handled_at
    };
    Ok(cases
        .iter()
        .map(|case| {
            (
                case.id,
                reports
                    .iter()
                    .filter(|report| belongs(case, report))
                    .cloned()
                    .collect(),
            )
        })
        .collect())
}

/// The case one report belongs to, as the acting member stands to it.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such report.
pub fn case(tx: &mut TenantTx<'_>, me: MemberId, id: ReportId) -> Result<Case, AppError> {
    let report: Report = Report::query()
        .filter(message_reports::id.eq(id))
        .first(tx.conn())?;
    let channel = Channel::query()
        .filter(channels::id.eq(report.channel_id))
        .first(tx.conn())?;
    let message = message(tx, report.channel_id, report.seq)?;
    let role = channel_memberships::table
        .filter(channel_memberships::member_id.eq(me))
        .filter(channel_memberships::channel_id.eq(report.channel_id))
        .select(channel_memberships::role)
        .first(tx.conn())
        .optional()?;
    let all: Vec<Report> = Report::query()
        .filter(message_reports::channel_id.eq(report.channel_id))
        .filter(message_reports::seq.eq(report.seq))
        .order((message_reports::created_at, message_reports::id))
        .load(tx.conn())?;
    let reports = all
        .into_iter()
        .filter(|other| other.handled_at == report.handled_at)
        .collect();
    Ok(Case {
        channel,
        role,
        message,
        reports,
    })
}

/// A message by its number.
pub fn message(tx: &mut TenantTx<'_>, channel: ChannelId, seq: i64) -> QueryResult<Message> {
    Message::query()
        .filter(messages::channel_id.eq(channel))
        .filter(messages::seq.eq(seq))
        .first(tx.conn())
}

/// The messages just before a reported one, the oldest first.
pub fn context(tx: &mut TenantTx<'_>, proof: &Handling<'_>) -> QueryResult<Vec<Message>> {
    let case = proof.case();
    let mut before: Vec<Message> = Message::query()
        .filter(messages::channel_id.eq(case.channel.id))
        .filter(messages::seq.lt(case.message.seq))
        .order(messages::seq.desc())
        .limit(CONTEXT)
        .load(tx.conn())?;
    before.reverse();
    Ok(before)
}

/// Closes all open reports of a case; answers which, with who made them. None when someone else was faster.
pub fn close(
    tx: &mut TenantTx<'_>,
    proof: &Handling<'_>,
    outcome: ReportOutcome,
    note: &str,
) -> QueryResult<Vec<(ReportId, MemberId)>> {
    let by = tx.actor().member_id();
    close_open(
        tx,
        proof.case().channel.id,
        proof.case().message.seq,
        outcome,
        note,
        by,
    )
}

/// Closes the reports of a message that was removed without looking at them.
pub fn close_removed(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    message: &Message,
) -> QueryResult<Vec<(ReportId, MemberId)>> {
    close_open(
        tx,
        channel,
        message.seq,
        ReportOutcome::Removed,
        message.removal_reason.as_deref().unwrap_or_default(),
        message.deleted_by,
    )
}

fn close_open(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    seq: i64,
    outcome: ReportOutcome,
    note: &str,
    by: Option<MemberId>,
) -> QueryResult<Vec<(ReportId, MemberId)>> {
    let now = tx.now();
    let open = message_reports::table
        .filter(message_reports::channel_id.eq(channel))
        .filter(message_reports::seq.eq(seq))
        .filter(message_reports::outcome.eq(ReportOutcome::Open));
    diesel::update(open)
        .set((
            message_reports::outcome.eq(outcome),
            message_reports::outcome_note.eq(note),
            message_reports::handled_by.eq(by),
            message_reports::handled_at.eq(now),
        ))
        .returning((message_reports::id, message_reports::reporter_id))
        .get_results(tx.conn())
}

/// Who decided last about a message, and what.
pub fn last_decision(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    seq: i64,
) -> QueryResult<Option<(Option<MemberId>, ReportOutcome)>> {
    message_reports::table
        .filter(message_reports::channel_id.eq(channel))
        .filter(message_reports::seq.eq(seq))
        .filter(message_reports::handled_at.is_not_null())
        .order(message_reports::handled_at.desc())
        .select((message_reports::handled_by, message_reports::outcome))
        .first(tx.conn())
        .optional()
}

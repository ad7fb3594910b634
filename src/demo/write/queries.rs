//! Statements of the sample data. They write what the domains' actions would have written, in bulk.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::demo::plan::{self, ChannelRole as PlannedRole, Membership, Notify, Person, Receipt, Report};
use crate::domains::channels::model::{ChannelRole, ChannelType, JoinRule, NotifyLevel, PostPolicy};
use crate::domains::tenancy::ContextKind;
use crate::kernel::actor::Role;
use crate::kernel::error::AppError;
use crate::kernel::ids::{BroadcastId, ChannelId, ContextId, EventId, MemberId, OrgId, UserId};
use crate::platform::db::schema::{
    broadcast_log, broadcast_recipients, broadcasts, channel_memberships, channels, context_members,
    contexts, drafts, member_roles, members, mentions, message_reports, messages, organizations, reactions,
    users,
};
use crate::platform::db::{SystemTx, TenantTx};

use super::rows::{BroadcastRow, MessageRow};

/// Rows of one statement; PostgreSQL takes 65,535 values.
const BATCH: usize = 1_000;

/// An organization, as far as sample data is concerned.
#[derive(HasQuery)]
#[diesel(table_name = organizations)]
pub struct Known {
    pub id: OrgId,
    pub slug: String,
    pub is_sample: bool,
}

pub fn organizations(tx: &mut SystemTx<'_>) -> QueryResult<Vec<Known>> {
    Known::query().load(tx.conn())
}

/// Sample organizations without anybody in them. Their row is written first and everything else in one transaction after
/// it, people included: so these are the ones whose writing was interrupted.
pub fn half_written(tx: &mut SystemTx<'_>) -> QueryResult<Vec<OrgId>> {
    let someone = members::table.filter(members::org_id.eq(organizations::id));
    organizations::table
        .filter(organizations::is_sample)
        .filter(diesel::dsl::not(diesel::dsl::exists(someone)))
        .select(organizations::id)
        .load(tx.conn())
}

pub fn has_sample(tx: &mut SystemTx<'_>) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        organizations::table.filter(organizations::is_sample),
    ))
    .get_result(tx.conn())
}

/// The row of a planned organization: the one that an interrupted writing left, else a new one.
pub fn organization(tx: &mut SystemTx<'_>, id: OrgId, planned: &plan::Organization) -> QueryResult<OrgId> {
    let left = organizations::table
        .filter(organizations::slug.eq(&planned.key))
        .filter(organizations::id.eq_any(half_written(tx)?))
        .select(organizations::id)
        .first(tx.conn())
        .optional()?;
    if let Some(left) = left {
        return Ok(left);
    }
    diesel::insert_into(organizations::table)
        .values((
            organizations::id.eq(id),
            organizations::name.eq(&planned.name),
            organizations::slug.eq(&planned.key),
            organizations::time_zone.eq(&planned.time_zone),
            organizations::locale.eq(&planned.locale),
            organizations::is_sample.eq(true),
            organizations::postal_address.eq("1199 Sample Street\nToronto ON M5V 0A1"),
            organizations::contact_line.eq("office@example.org"),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

pub fn login(tx: &mut SystemTx<'_>, email: &str, password_hash: &str) -> QueryResult<UserId> {
    let email = email.to_lowercase();
    let known: Option<UserId> = users::table
        .filter(users::email.eq(&email))
        .select(users::id)
        .first(tx.conn())
        .optional()?;
    if let Some(known) = known {
        return Ok(known);
    }
    let id: UserId = tx.new_id();
    diesel::insert_into(users::table)
        .values((
            users::id.eq(id),
            users::email.eq(email),
            users::password_hash.eq(password_hash),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

pub fn member(tx: &mut TenantTx<'_>, id: MemberId, person: &Person, user: Option<UserId>) -> QueryResult<()> {
    diesel::insert_into(members::table)
        .values((
            members::id.eq(id),
            members::user_id.eq(user),
            members::display_name.eq(&person.name),
            members::handle.eq(&person.key),
            members::email.eq(&person.email),
            members::headline.eq(&person.headline),
            members::time_zone.eq(&person.time_zone),
            members::locale.eq(&person.locale),
            members::created_at.eq(person.joined_at),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

pub fn role(tx: &mut TenantTx<'_>, member: MemberId, role: Role) -> QueryResult<()> {
    diesel::insert_into(member_roles::table)
        .values((member_roles::member_id.eq(member), member_roles::role.eq(role)))
        .execute(tx.conn())
        .map(|_| ())
}

pub fn context(tx: &mut TenantTx<'_>, id: ContextId, planned: &plan::Context) -> Result<(), AppError> {
    let kind: ContextKind = planned
        .kind
        .as_str()
        .parse()
        .map_err(|_| super::missing("kind", planned.kind.as_str()))?;
    diesel::insert_into(contexts::table)
        .values((
            contexts::id.eq(id),
            contexts::kind.eq(kind),
            contexts::name.eq(&planned.name),
            contexts::description.eq(&planned.description),
            contexts::created_at.eq(planned.created_at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

pub fn context_members(
    tx: &mut TenantTx<'_>,
    context: ContextId,
    inside: &[(MemberId, bool)],
    since: DateTime<Utc>,
) -> QueryResult<()> {
    let rows: Vec<_> = inside
        .iter()
        .map(|(member, leads)| {
            (
                context_members::context_id.eq(context),
                context_members::member_id.eq(*member),
                context_members::is_leader.eq(*leads),
                context_members::joined_at.eq(since),
            )
        })
        .collect();
    diesel::insert_into(context_members::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .map(|_| ())
}

pub fn channel(
    tx: &mut TenantTx<'_>,
    id: ChannelId,
    planned: &plan::Channel,
    context: Option<ContextId>,
    direct_key: Option<Vec<u8>>,
    written: (i64, Option<DateTime<Utc>>),
) -> Result<(), AppError> {
    let kind: ChannelType = planned
        .kind
        .as_str()
        .parse()
        .map_err(|_| super::missing("kind", planned.kind.as_str()))?;
    let direct = kind == ChannelType::Direct;
    let policy = if planned.post_policy == plan::PostPolicy::Leaders {
        PostPolicy::Leaders
    } else {
        PostPolicy::Everyone
    };
    diesel::insert_into(channels::table)
        .values((
            channels::id.eq(id),
            channels::type_.eq(kind),
            channels::context_id.eq(context),
            channels::title.eq(if direct { "" } else { planned.name.as_str() }),
            channels::description.eq(&planned.description),
            channels::direct_key.eq(direct_key),
            channels::post_policy.eq(policy),
            channels::join_rule.eq(if direct {
                JoinRule::Invitation
            } else {
                JoinRule::Context
            }),
            channels::last_seq.eq(written.0),
            channels::rev.eq(written.0),
            channels::last_message_at.eq(written.1),
            channels::changed_at.eq(written.1.unwrap_or(planned.created_at)),
            channels::created_at.eq(planned.created_at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

pub fn memberships(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    planned: &plan::Channel,
    places: &[(MemberId, Membership, i64)],
) -> QueryResult<()> {
    let rows: Vec<_> = places
        .iter()
        .map(|(member, place, read)| {
            let role = if place.role == PlannedRole::Leader {
                ChannelRole::Owner
            } else {
                ChannelRole::Member
            };
            let notify = match place.notify {
                Notify::All => NotifyLevel::All,
                Notify::Mentions => NotifyLevel::Mentions,
                Notify::Nothing => NotifyLevel::None,
            };
            (
                channel_memberships::channel_id.eq(channel),
                channel_memberships::member_id.eq(*member),
                channel_memberships::role.eq(role),
                channel_memberships::last_read_seq.eq(*read),
                channel_memberships::notify.eq(notify),
                channel_memberships::follows_context.eq(planned.context.is_some()),
                channel_memberships::joined_at.eq(place.joined_at),
            )
        })
        .collect();
    for batch in rows.chunks(BATCH) {
        diesel::insert_into(channel_memberships::table)
            .values(batch)
            .execute(tx.conn())?;
    }
    Ok(())
}

pub fn messages(tx: &mut TenantTx<'_>, rows: &[MessageRow]) -> QueryResult<()> {
    for batch in rows.chunks(BATCH) {
        diesel::insert_into(messages::table)
            .values(batch)
            .execute(tx.conn())?;
    }
    Ok(())
}

pub fn mentions(tx: &mut TenantTx<'_>, rows: &[(MemberId, ChannelId, i64)]) -> QueryResult<()> {
    let rows: Vec<_> = rows
        .iter()
        .map(|(member, channel, seq)| {
            (
                mentions::member_id.eq(*member),
                mentions::channel_id.eq(*channel),
                mentions::seq.eq(*seq),
            )
        })
        .collect();
    for batch in rows.chunks(BATCH) {
        diesel::insert_into(mentions::table)
            .values(batch)
            .on_conflict_do_nothing()
            .execute(tx.conn())?;
    }
    Ok(())
}

pub fn reactions(
    tx: &mut TenantTx<'_>,
    rows: &[(ChannelId, i64, MemberId, String, DateTime<Utc>)],
) -> QueryResult<()> {
    let rows: Vec<_> = rows
        .iter()
        .map(|(channel, seq, member, emoji, at)| {
            (
                reactions::channel_id.eq(*channel),
                reactions::seq.eq(*seq),
                reactions::member_id.eq(*member),
                reactions::emoji.eq(emoji),
                reactions::at.eq(*at),
            )
        })
        .collect();
    for batch in rows.chunks(BATCH) {
        diesel::insert_into(reactions::table)
            .values(batch)
            .on_conflict_do_nothing()
            .execute(tx.conn())?;
    }
    Ok(())
}

pub fn draft(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    member: MemberId,
    body: &str,
    at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(drafts::table)
        .values((
            drafts::channel_id.eq(channel),
            drafts::member_id.eq(member),
            drafts::body.eq(body),
            drafts::updated_at.eq(at),
        ))
        .execute(tx.conn())
        .map(|_| ())
}

pub fn broadcast(tx: &mut TenantTx<'_>, row: &BroadcastRow) -> Result<(), AppError> {
    use crate::domains::channels::broadcasts::model::{AudienceKind, BroadcastState};
    let kind: AudienceKind = row
        .audience
        .0
        .parse()
        .map_err(|_| super::missing("audience", row.audience.0))?;
    let state = if row.sent_at.is_some() {
        BroadcastState::Sent
    } else {
        BroadcastState::Scheduled
    };
    diesel::insert_into(broadcasts::table)
        .values((
            broadcasts::id.eq(row.id),
            broadcasts::author_id.eq(row.author),
            broadcasts::author_role.eq(row.author_role),
            broadcasts::title.eq(&row.title),
            broadcasts::body.eq(&row.body),
            broadcasts::body_html.eq(&row.html),
            broadcasts::body_text.eq(&row.text),
            broadcasts::audience_kind.eq(kind),
            broadcasts::audience_id.eq(row.audience.1),
            broadcasts::audience_role.eq(row.audience.2),
            broadcasts::audience_label.eq(&row.audience_label),
            broadcasts::requires_ack.eq(row.requires_ack),
            broadcasts::state.eq(state),
            broadcasts::send_at.eq(row.send_at),
            broadcasts::cancellable_until.eq(row.send_at),
            broadcasts::recipient_count.eq(row.recipients),
            broadcasts::created_at.eq(row.created_at),
            broadcasts::sent_at.eq(row.sent_at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

pub fn receipts(
    tx: &mut TenantTx<'_>,
    broadcast: BroadcastId,
    receipts: &[(MemberId, Receipt)],
) -> QueryResult<()> {
    let rows: Vec<_> = receipts
        .iter()
        .map(|(member, receipt)| {
            (
                broadcast_recipients::broadcast_id.eq(broadcast),
                broadcast_recipients::member_id.eq(*member),
                broadcast_recipients::delivered_at.eq(receipt.delivered_at),
                broadcast_recipients::seen_at.eq(receipt.seen_at),
                broadcast_recipients::first_seen_at.eq(receipt.seen_at),
                broadcast_recipients::surfaced_at.eq(receipt.delivered_at),
                broadcast_recipients::acknowledged_at.eq(receipt.acknowledged_at),
            )
        })
        .collect();
    for batch in rows.chunks(BATCH) {
        diesel::insert_into(broadcast_recipients::table)
            .values(batch)
            .execute(tx.conn())?;
    }
    Ok(())
}

pub fn broadcast_log(tx: &mut TenantTx<'_>, row: &BroadcastRow) -> QueryResult<()> {
    let mut lines = vec![("created", row.created_at, row.recipients)];
    lines.extend(row.sent_at.map(|at| ("sent", at, row.recipients)));
    let rows: Vec<_> = lines
        .into_iter()
        .map(|(action, at, count)| {
            (
                broadcast_log::id.eq(super::id_at::<EventId>(at).0),
                broadcast_log::broadcast_id.eq(row.id),
                broadcast_log::actor_id.eq(row.author),
                broadcast_log::action.eq(action),
                broadcast_log::recipient_count.eq(count),
                broadcast_log::at.eq(at),
            )
        })
        .collect();
    diesel::insert_into(broadcast_log::table)
        .values(rows)
        .execute(tx.conn())
        .map(|_| ())
}

pub fn report(
    tx: &mut TenantTx<'_>,
    message: (ChannelId, i64),
    reporter: MemberId,
    report: &Report,
    handled_by: Option<MemberId>,
) -> Result<(), AppError> {
    use crate::domains::channels::moderation::model::{ReportOutcome, ReportReason};
    let word = match report.reason.as_str() {
        "privacy" => "private_information",
        other => other,
    };
    let reason: ReportReason = word.parse().map_err(|_| super::missing("reason", word))?;
    let outcome = match &report.outcome {
        Some(outcome) => outcome
            .decision
            .as_str()
            .parse()
            .map_err(|_| super::missing("outcome", outcome.decision.as_str()))?,
        None => ReportOutcome::Open,
    };
    diesel::insert_into(message_reports::table)
        .values((
            message_reports::id.eq(super::id_at::<EventId>(report.reported_at).0),
            message_reports::channel_id.eq(message.0),
            message_reports::seq.eq(message.1),
            message_reports::reporter_id.eq(reporter),
            message_reports::reason.eq(reason),
            message_reports::note.eq(&report.note),
            message_reports::outcome.eq(outcome),
            message_reports::outcome_note.eq(report
                .outcome
                .as_ref()
                .map_or("", |outcome| outcome.note.as_str())),
            message_reports::handled_by.eq(handled_by),
            message_reports::handled_at.eq(report.outcome.as_ref().map(|outcome| outcome.handled_at)),
            message_reports::created_at.eq(report.reported_at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

//! Deciding about reports.

use crate::domains::channels::events::{MessageDeleted, ReportHandled};
use crate::domains::channels::messages::queries as messages;
use crate::domains::channels::moderation::model::{Case, ReportId, ReportOutcome};
use crate::domains::channels::moderation::policy::{self, Handling};
use crate::domains::channels::policy as channel_policy;
use crate::domains::channels::queries as channel_queries;
use crate::domains::channels::{attachments, broadcasts};
use crate::domains::tenancy;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ChannelId, MemberId};
use crate::platform::audit::Entry;
use crate::platform::bus::Envelope;
use crate::platform::db::TenantTx;

use super::forms::Decision;
use super::queries;

/// Reads a case. Those who are not in its channel leave a trace.
///
/// # Errors
/// [`AppError::NotFound`] when there is none for the acting member.
pub fn open(tx: &mut TenantTx<'_>, id: ReportId) -> Result<Case, AppError> {
    let me = tx.me()?;
    let case = queries::case(tx, me.member, id)?;
    policy::may_handle(me, &case)?;
    if case.role.is_none() {
        let what = serde_json::json!({ "channel": case.channel.id, "message": case.message.id });
        tx.audit(Entry::of("channels.report.read_from_outside", "report", id).after(what))?;
    }
    Ok(case)
}

/// Decides about all open reports of a message at once.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such case for the acting member; [`AppError::Conflict`] when someone was faster, and as
/// [`channel_policy::may_remove_reported`].
pub fn decide(tx: &mut TenantTx<'_>, id: ReportId, decision: &Decision) -> Result<Case, AppError> {
    let me = tx.me()?;
    let mut case = queries::case(tx, me.member, id)?;
    policy::may_handle(me, &case)?;
    let mut rev = None;
    if decision.outcome == ReportOutcome::Removed {
        // The channel's lock comes before those of its reports, here as everywhere; what was read before it may be old.
        rev = Some(channel_queries::touch(tx, case.channel.id)?);
        case.channel = messages::channel(tx, case.channel.id)?;
        case.message = queries::message(tx, case.channel.id, case.message.seq)?;
    }
    let proof = policy::may_handle(me, &case)?;
    let closed = queries::close(tx, &proof, decision.outcome, &decision.note)?;
    if closed.is_empty() {
        return Err(already_decided(tx, &case)?);
    }
    if let Some(rev) = rev {
        remove(tx, &proof, &decision.note, rev)?;
    }
    tell(tx, case.channel.id, &case, &closed, decision.outcome)?;
    Ok(case)
}

fn remove(tx: &mut TenantTx<'_>, proof: &Handling<'_>, reason: &str, rev: i64) -> Result<(), AppError> {
    let case = proof.case();
    let (channel, message) = (case.channel.id, case.message.id);
    let deletable = channel_policy::may_remove_reported(proof, &case.channel, &case.message)?;
    messages::bury(tx, &deletable, channel, Some(reason), rev)?;
    attachments::forget(tx, channel, &[case.message.seq])?;
    if let Some(broadcast) = case.message.broadcast_id {
        broadcasts::note_removal(tx, broadcast, channel, reason)?;
    }
    tx.emit(&MessageDeleted {
        message,
        channel,
        by_moderator: true,
    })?;
    let how = serde_json::json!({ "channel": channel, "by_moderator": true, "reason": reason });
    tx.audit(Entry::of("channels.message.deleted", "message", message).after(how))
}

fn tell(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    case: &Case,
    closed: &[(ReportId, MemberId)],
    outcome: ReportOutcome,
) -> Result<(), AppError> {
    let (message, author) = (case.message.id, case.message.author_id);
    for (report, reporter) in closed {
        tx.emit(&ReportHandled {
            report: *report,
            message,
            channel,
            reporter: *reporter,
            author,
            outcome,
        })?;
    }
    let reports: Vec<ReportId> = closed.iter().map(|(report, _)| *report).collect();
    tx.audit(
        Entry::of("channels.report.handled", "message", message)
            .after(serde_json::json!({ "channel": channel, "outcome": outcome, "reports": reports })),
    )
}

fn already_decided(tx: &mut TenantTx<'_>, case: &Case) -> Result<AppError, AppError> {
    let (by, outcome) = queries::last_decision(tx, case.channel.id, case.message.seq)?
        .unwrap_or((None, ReportOutcome::Dismissed));
    let cards = tenancy::member_cards(tx, &by.into_iter().collect::<Vec<_>>())?;
    let name = by
        .and_then(|by| cards.get(&by))
        .map_or("Someone", |card| card.name.as_str());
    Ok(AppError::Conflict(format!(
        "{name} has already handled this report: {}. Nothing was changed.",
        outcome.label().to_lowercase()
    )))
}

/// A moderator removed a reported message where it stood: its reports are answered with that.
///
/// # Errors
/// When the database fails; then the event is delivered again.
pub fn close_reports_of_removed(tx: &mut TenantTx<'_>, envelope: &Envelope) -> Result<(), AppError> {
    let event: MessageDeleted = envelope.data()?;
    if !event.by_moderator {
        return Ok(());
    }
    let found = messages::by_id(tx, event.channel, event.message, 0);
    let message = match found {
        Err(AppError::NotFound) => return Ok(()),
        found => found?,
    };
    let closed = queries::close_removed(tx, event.channel, &message)?;
    for (report, reporter) in &closed {
        let (message, author) = (message.id, message.author_id);
        tx.emit(&ReportHandled {
            report: *report,
            message,
            channel: event.channel,
            reporter: *reporter,
            author,
            outcome: ReportOutcome::Removed,
        })?;
    }
    if closed.is_empty() {
        return Ok(());
    }
    let what = serde_json::json!({ "channel": event.channel, "outcome": ReportOutcome::Removed, "reports": closed.len() });
    tx.audit(Entry::of("channels.report.handled", "message", event.message).after(what))
}

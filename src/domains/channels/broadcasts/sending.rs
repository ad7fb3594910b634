//! Sending: one transaction decides who gets a broadcast, tells them, and makes it final.

use chrono::TimeDelta;

use crate::domains::channels::events::{BroadcastCancelled, BroadcastSent, MessageCreated};
use crate::domains::channels::queries as channel_queries;
use crate::kernel::error::{AppError, Denied};
use crate::kernel::ids::{BroadcastId, ChannelId, MessageId};
use crate::kernel::markup::{self, Rendered};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::audience::{self, Audience};
use super::log::{self, Deed};
use super::model::Broadcast;
use super::policy::{self, Due};
use super::{actions, queries};

/// How an attempt to send ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// It went out to so many, now.
    Sent(i64),
    /// It had been sent or cancelled before; nothing was done.
    Closed,
    /// Its sender may not reach this audience any more; it was called off.
    CalledOff,
    /// Its time has not come.
    Early(TimeDelta),
}

/// Sends a broadcast whose time has come. Safe to repeat and to run twice at once: the row's lock lets one through.
///
/// # Errors
/// When the database fails; then nothing was sent.
pub fn send(tx: &mut TenantTx<'_>, id: BroadcastId) -> Result<Sending, AppError> {
    let broadcast = queries::lock(tx, id)?;
    let now = tx.now();
    let Some(proof) = policy::due(&broadcast, now) else {
        let waits = broadcast.state == super::model::BroadcastState::Scheduled;
        return Ok(if waits {
            Sending::Early(broadcast.send_at - now)
        } else {
            Sending::Closed
        });
    };
    match still_within_reach(tx, &broadcast) {
        Ok(audience) => deliver(tx, &proof, &audience).map(Sending::Sent),
        Err(AppError::Denied(reason)) => call_off(tx, &proof, &reason.to_string()),
        Err(AppError::NotFound) => call_off(tx, &proof, "The audience is gone or archived."),
        Err(other) => Err(other),
    }
}

/// The audience, when the author still leads or administers what it takes: roles may have changed since it was scheduled.
fn still_within_reach(tx: &mut TenantTx<'_>, broadcast: &Broadcast) -> Result<Audience, AppError> {
    let audience = broadcast.audience().ok_or(AppError::NotFound)?;
    let Some(standing) = audience::standing_of(tx, broadcast.author_id)? else {
        return Err(Denied::because("Its sender is no longer an active member.").into());
    };
    let reach = audience::reach_of(tx, &audience)?;
    policy::may_address(&standing, reach)?;
    Ok(audience)
}

fn deliver(tx: &mut TenantTx<'_>, proof: &Due<'_>, audience: &Audience) -> Result<i64, AppError> {
    let broadcast = proof.broadcast();
    let recipients = i32::try_from(audience::queries::deliver(tx, proof, audience)?).unwrap_or(i32::MAX);
    queries::set_sent(tx, proof, recipients)?;
    let channel = match audience {
        Audience::Channel(channel) | Audience::ChannelAnd(channel, _) => Some(carry(tx, proof, *channel)?),
        _ => None,
    };
    let recipients = i64::from(recipients);
    log::write(tx, broadcast.id, Deed::Sent, recipients, serde_json::json!({}))?;
    tx.emit(&BroadcastSent {
        broadcast: broadcast.id,
        author: broadcast.author_id,
        channel,
        recipients,
        requires_ack: broadcast.requires_ack,
    })?;
    tx.audit(
        Entry::of("channels.broadcast.sent", "broadcast", broadcast.id)
            .after(serde_json::json!({ "recipients": recipients })),
    )?;
    Ok(recipients)
}

/// Posts the message that carries the broadcast in its channel; its id is the broadcast's, so there is one.
fn carry(tx: &mut TenantTx<'_>, proof: &Due<'_>, channel: ChannelId) -> Result<ChannelId, AppError> {
    let broadcast = proof.broadcast();
    let id = MessageId(broadcast.id.0);
    let source = queries::source(tx, broadcast.id)?;
    let (body, rendered) = (
        format!("**{}**\n\n{source}", broadcast.title),
        with_title(broadcast, actions::rendered(&source)),
    );
    let rev = queries::post_into_channel(
        tx,
        proof,
        &queries::Carried {
            channel,
            id,
            body: &body,
            rendered: &rendered,
        },
    )?;
    channel_queries::announce(tx, channel, rev);
    let channel_type = channel_queries::kind(tx, channel)?;
    tx.emit(&MessageCreated {
        message: id,
        channel,
        channel_type,
        author: broadcast.author_id,
    })?;
    Ok(channel)
}

/// The text with its title above it. The title is one line of plain text, so nothing in it is markup.
fn with_title(broadcast: &Broadcast, rendered: Rendered) -> Rendered {
    let html = format!(
        "<p><strong>{}</strong></p>{}",
        escaped(&broadcast.title),
        rendered.html
    );
    Rendered {
        html: markup::sanitise(&html),
        text: format!("{} {}", broadcast.title, rendered.text),
        ..rendered
    }
}

/// As text of an element; the sanitiser behind it is the second wall.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn call_off(tx: &mut TenantTx<'_>, proof: &Due<'_>, why: &str) -> Result<Sending, AppError> {
    let broadcast = proof.broadcast();
    queries::set_called_off(tx, proof)?;
    log::write(
        tx,
        broadcast.id,
        Deed::Cancelled,
        0,
        serde_json::json!({ "reason": why }),
    )?;
    tx.emit(&BroadcastCancelled {
        broadcast: broadcast.id,
        author: broadcast.author_id,
    })?;
    tx.audit(
        Entry::of("channels.broadcast.cancelled", "broadcast", broadcast.id)
            .after(serde_json::json!({ "reason": why })),
    )?;
    Ok(Sending::CalledOff)
}

//! What leaves a notification.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use crate::domains::channels::events::{BroadcastSent, MessageCreated, MessageMentioned};
use crate::domains::channels::model::ChannelType;
use crate::kernel::error::AppError;
use crate::platform::bus::{Envelope, Subscriber};
use crate::platform::db::TenantTx;
use crate::platform::jobs::NewJob;

use super::jobs::TELL;
use super::model::Kind;
use super::queries;

/// The domain's subscribers.
pub fn subscribers() -> Vec<Subscriber> {
    vec![
        Subscriber {
            name: "notifications.note_mentions",
            pattern: "channels.message.mentioned",
            react: message_mentioned,
        },
        Subscriber {
            name: "notifications.note_direct_messages",
            pattern: "channels.message.created",
            react: message_created,
        },
        Subscriber {
            name: "notifications.note_broadcasts",
            pattern: "channels.broadcast.sent",
            react: broadcast_sent,
        },
    ]
}

fn message_mentioned(tx: &mut TenantTx<'_>, envelope: &Envelope) -> Result<(), AppError> {
    let event: MessageMentioned = envelope.data()?;
    let (kind, named) = match event.everyone {
        true => (Kind::Everyone, None),
        false => (Kind::Mention, Some(event.members)),
    };
    let due = tx.now() + kind.grace();
    let count = queries::note_message(tx, kind, event.message, named.as_deref(), due)?;
    decide_at(tx, due, count)
}

fn message_created(tx: &mut TenantTx<'_>, envelope: &Envelope) -> Result<(), AppError> {
    let event: MessageCreated = envelope.data()?;
    if event.channel_type != ChannelType::Direct {
        return Ok(());
    }
    let due = tx.now() + Kind::Direct.grace();
    let count = queries::note_message(tx, Kind::Direct, event.message, None, due)?;
    decide_at(tx, due, count)
}

fn broadcast_sent(tx: &mut TenantTx<'_>, envelope: &Envelope) -> Result<(), AppError> {
    let event: BroadcastSent = envelope.data()?;
    let due = tx.now() + Kind::Broadcast.grace();
    let count = queries::note_broadcast(tx, event.broadcast, due)?;
    decide_at(tx, due, count)
}

/// Has it decided then, together with all that is due in the same minute.
pub(super) fn decide_at(tx: &mut TenantTx<'_>, due: DateTime<Utc>, count: usize) -> Result<(), AppError> {
    if count == 0 {
        return Ok(());
    }
    let minute = due.duration_trunc(TimeDelta::minutes(1)).unwrap_or(due);
    let end = minute + TimeDelta::minutes(1);
    let key = format!("notifications/{}", end.timestamp());
    tx.enqueue(NewJob::new(TELL, ()).at(end).unique(key))?;
    Ok(())
}

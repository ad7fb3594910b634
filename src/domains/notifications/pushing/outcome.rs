//! What follows from how sending a push went.

use chrono::TimeDelta;

use crate::domains::notifications::devices::actions;
use crate::domains::notifications::devices::model::Device;
use crate::domains::notifications::devices::queries as devices;
use crate::domains::notifications::model::{PushState, Reason};
use crate::domains::notifications::queries as notifications;
use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;
use crate::providers::Outcome;
use crate::providers::push::PushOutcome;

use super::model::{Push, Stage, wait_after};
use super::queries;

/// Writes down how it went, and what follows.
///
/// # Errors
/// When the database fails.
pub fn note(
    tx: &mut TenantTx<'_>,
    push: &Push,
    device: &Device,
    outcome: &PushOutcome,
) -> Result<(), AppError> {
    // Whose device was removed meanwhile hears nothing more; its pushes went with it.
    if queries::push(tx, push.id)?.is_none() {
        return Ok(());
    }
    match outcome {
        PushOutcome::Gone => actions::lose(tx, device),
        PushOutcome::Settled(Outcome::Accepted { .. }) => {
            queries::finish(tx, push.id, Stage::Sent)?;
            devices::told(tx, device.id)?;
            Ok(notifications::settle_push(
                tx,
                &push.about,
                PushState::Told,
                None,
            )?)
        }
        PushOutcome::Settled(Outcome::Deferred { why, retry_after, .. }) => {
            let asked = retry_after.and_then(|pause| TimeDelta::from_std(pause).ok());
            try_again(tx, push, device, why, asked.unwrap_or_default())
        }
        PushOutcome::Settled(
            Outcome::Refused { why, .. } | Outcome::Credentials { why } | Outcome::InDoubt { why },
        ) => fail(tx, push, device, why),
    }
}

fn try_again(
    tx: &mut TenantTx<'_>,
    push: &Push,
    device: &Device,
    why: &str,
    asked: TimeDelta,
) -> Result<(), AppError> {
    let next = tx.now() + wait_after(push.attempts + 1).max(asked);
    if next > push.give_up_at {
        return fail(tx, push, device, why);
    }
    devices::suffers(tx, device.id, why)?;
    Ok(queries::try_again(tx, push.id, next)?)
}

/// Ends a push that will not be taken.
///
/// # Errors
/// When the database fails.
pub fn fail(tx: &mut TenantTx<'_>, push: &Push, device: &Device, why: &str) -> Result<(), AppError> {
    queries::finish(tx, push.id, Stage::Failed)?;
    devices::suffers(tx, device.id, why)?;
    Ok(notifications::settle_undelivered(
        tx,
        &push.about,
        Reason::Undelivered,
    )?)
}

//! Asking for exports, and fetching them.

use serde_json::json;

use crate::domains::channels::queries as channel_queries;
use crate::kernel::error::AppError;
use crate::kernel::ids::{ChannelId, JobId};
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;
use crate::platform::jobs::{self, JobState, NewJob, Status};

use super::model::{KEPT, KIND, Made, Wanted};
use super::{policy, queries};

/// Asks for everything the portal holds about the acting member. While one is being made, answers that one.
///
/// # Errors
/// When the database fails.
pub fn ask_for_mine(tx: &mut TenantTx<'_>) -> Result<JobId, AppError> {
    let member = tx.my_id()?;
    tx.audit(Entry::of("channels.export.asked", "member", member))?;
    tx.enqueue(NewJob::new(KIND, Wanted::Member { member }).unique(format!("member:{member}")))
}

/// Asks for the messages of a channel. While the acting member's last one is being made, answers that one.
///
/// # Errors
/// [`AppError::NotFound`] outside the channel; refusals of [`policy::may_export`].
pub fn ask_for_channel(tx: &mut TenantTx<'_>, channel: ChannelId, reason: &str) -> Result<JobId, AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    let me = tx.my_id()?;
    let proof = policy::may_export(tx.me()?, &place)?;
    let from_seq = proof.place().membership.visible_from_seq;
    tx.audit(
        Entry::of("channels.export.asked", "channel", channel)
            .after(json!({ "reason": reason, "from_number": from_seq })),
    )?;
    tx.enqueue(
        NewJob::new(KIND, Wanted::Channel { channel, from_seq }).unique(format!("channel:{channel}:{me}")),
    )
}

/// An export of the acting member's.
#[derive(Debug, Clone)]
pub struct Export {
    /// The job that makes it.
    pub job: Status,
    /// What it holds.
    pub wanted: Wanted,
    /// What came of it.
    pub made: Made,
}

impl Export {
    /// Reads a job as an export.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it is another kind of job.
    pub fn of(job: Status) -> Result<Self, AppError> {
        if job.kind != KIND {
            return Err(AppError::NotFound);
        }
        let wanted = serde_json::from_value(job.args.clone()).map_err(|_| AppError::NotFound)?;
        let made = job
            .result
            .clone()
            .and_then(|result| serde_json::from_value(result).ok())
            .unwrap_or_default();
        Ok(Self { job, wanted, made })
    }

    /// Whether it can be fetched.
    pub fn is_ready(&self) -> bool {
        self.job.state == JobState::Completed && !self.made.expired
    }

    /// Whether it is being made.
    pub fn is_running(&self) -> bool {
        matches!(self.job.state, JobState::Available | JobState::Executing)
    }
}

/// An export the acting member asked for and may still see.
///
/// # Errors
/// [`AppError::NotFound`] for exports of others, and of channels that they may no longer export.
pub fn mine(tx: &mut TenantTx<'_>, id: JobId) -> Result<Export, AppError> {
    let me = tx.my_id()?;
    let export = Export::of(jobs::status(tx, id)?)?;
    if export.job.created_by != Some(me) {
        return Err(AppError::NotFound);
    }
    if let Wanted::Channel { channel, from_seq } = export.wanted {
        let place = channel_queries::my_place(tx, channel)?;
        policy::may_export(tx.me()?, &place).map_err(|_| AppError::NotFound)?;
        if place.membership.visible_from_seq > from_seq {
            return Err(AppError::NotFound);
        }
    }
    Ok(export)
}

/// Notes that the acting member fetches a finished export; answers it.
///
/// # Errors
/// As [`mine`]; [`AppError::NotFound`] when it is not finished or has expired.
pub fn fetch(tx: &mut TenantTx<'_>, id: JobId) -> Result<Export, AppError> {
    let export = mine(tx, id)?;
    let finished = queries::finished_at(tx, id)?;
    let in_time = finished.is_some_and(|finished| finished > tx.now() - KEPT);
    if !export.is_ready() || !in_time {
        return Err(AppError::NotFound);
    }
    tx.audit(
        Entry::of("channels.export.fetched", "export", id).after(json!({ "messages": export.made.messages })),
    )?;
    Ok(export)
}

/// Asks an export of the acting member's to stop.
///
/// # Errors
/// As [`mine`]; [`AppError::Conflict`] when it is finished.
pub fn stop(tx: &mut TenantTx<'_>, id: JobId) -> Result<(), AppError> {
    let export = mine(tx, id)?;
    if !export.is_running() {
        return Err(AppError::Conflict("This export is finished.".to_owned()));
    }
    jobs::cancel(tx, id)?;
    tx.audit(Entry::of("channels.export.cancelled", "export", id))
}

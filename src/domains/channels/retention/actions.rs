//! Setting the rules, and doing what they say.

use crate::domains::channels::attachments;
use crate::domains::channels::events::{LegalHoldChanged, MessagesPurged, RetentionChanged};
use crate::domains::channels::queries as channel_queries;
use crate::kernel::error::AppError;
use crate::kernel::ids::ChannelId;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::model::{Kept, Purged};
use super::{policy, queries};

/// A channel's settings, for those who set the rules.
///
/// # Errors
/// [`AppError::NotFound`] for channels the acting member may not even know of; [`AppError::Denied`] for those they are in.
pub fn kept(tx: &mut TenantTx<'_>, channel: ChannelId) -> Result<Kept, AppError> {
    match policy::may_govern(tx.me()?) {
        Ok(proof) => queries::kept(tx, &proof, channel),
        Err(refusal) => {
            channel_queries::my_place(tx, channel)?;
            Err(refusal)
        }
    }
}

/// Sets how many days a channel keeps messages; none: for ever.
///
/// # Errors
/// As [`kept`].
pub fn set_rule(tx: &mut TenantTx<'_>, channel: ChannelId, days: Option<i32>) -> Result<(), AppError> {
    let before = kept(tx, channel)?;
    let proof = policy::may_govern(tx.me()?)?;
    if before.retention_days == days {
        return Ok(());
    }
    queries::set_rule(tx, &proof, channel, days)?;
    tx.emit(&RetentionChanged { channel, days })?;
    let entry = Entry::of("channels.retention.changed", "channel", channel);
    tx.audit(
        entry
            .before(serde_json::json!({ "days": before.retention_days }))
            .after(serde_json::json!({ "days": days })),
    )
}

/// Puts a legal hold on a channel: nothing in it is deleted until it is lifted.
///
/// # Errors
/// As [`kept`]; [`AppError::Conflict`] when there is one.
pub fn hold(tx: &mut TenantTx<'_>, channel: ChannelId, reason: &str) -> Result<(), AppError> {
    if kept(tx, channel)?.legal_hold {
        return Err(AppError::Conflict(
            "This channel is already under a legal hold.".to_owned(),
        ));
    }
    let proof = policy::may_govern(tx.me()?)?;
    queries::set_hold(tx, &proof, channel, Some(reason))?;
    tx.emit(&LegalHoldChanged { channel, held: true })?;
    tx.audit(
        Entry::of("channels.legal_hold.set", "channel", channel)
            .after(serde_json::json!({ "reason": reason })),
    )
}

/// Lifts a legal hold.
///
/// # Errors
/// As [`kept`]; [`AppError::Conflict`] when there is none.
pub fn lift_hold(tx: &mut TenantTx<'_>, channel: ChannelId, reason: &str) -> Result<(), AppError> {
    let before = kept(tx, channel)?;
    if !before.legal_hold {
        return Err(AppError::Conflict(
            "This channel is not under a legal hold.".to_owned(),
        ));
    }
    let proof = policy::may_govern(tx.me()?)?;
    queries::set_hold(tx, &proof, channel, None)?;
    tx.emit(&LegalHoldChanged { channel, held: false })?;
    let entry = Entry::of("channels.legal_hold.lifted", "channel", channel);
    tx.audit(
        entry
            .before(serde_json::json!({ "reason": before.legal_hold_reason }))
            .after(serde_json::json!({ "reason": reason })),
    )
}

/// Deletes the oldest due messages of a channel, at most a batch; none when nothing is due. Each batch is complete in itself:
/// rows, revision, audit row, event, and the job that removes the files.
///
/// # Errors
/// When the database fails; then nothing of the batch is gone.
pub fn purge_batch(tx: &mut TenantTx<'_>, channel: ChannelId) -> Result<Option<Purged>, AppError> {
    let Some(kept) = queries::locked(tx, channel)? else {
        return Ok(None);
    };
    let Some(proof) = policy::may_purge(&kept, tx.now()) else {
        return Ok(None);
    };
    let seqs = queries::due_batch(tx, &proof)?;
    if seqs.is_empty() {
        return Ok(None);
    }
    let rev = channel_queries::touch(tx, channel)?;
    let files = attachments::forget(tx, channel, &seqs)?;
    let messages = queries::purge(tx, &proof, &seqs, rev)?;
    tx.emit(&MessagesPurged {
        channel,
        messages: i64::try_from(messages).unwrap_or(i64::MAX),
        files: i64::try_from(files).unwrap_or(i64::MAX),
    })?;
    let what = serde_json::json!({ "days": kept.retention_days, "before": proof.cutoff(), "messages": messages, "files": files, "first": seqs.first(), "last": seqs.last() });
    tx.audit(Entry::of("channels.messages.purged", "channel", channel).after(what))?;
    Ok(Some(Purged { messages, files }))
}

//! What people do with files. Each is one transaction; bytes are stored before and removed after it.

use chrono::TimeDelta;

use crate::domains::channels::events::{AttachmentDescribed, AttachmentRemoved, AttachmentUploaded};
use crate::domains::channels::messages::model::Attachment;
use crate::domains::channels::messages::queries as messages;
use crate::domains::channels::{policy as channel_policy, queries as channel_queries};
use crate::kernel::error::AppError;
use crate::kernel::ids::{AttachmentId, ChannelId};
use crate::kernel::validate::Check;
use crate::platform::audit::Entry;
use crate::platform::db::TenantTx;

use super::model::{NewFile, StoredFile};
use super::{jobs, policy, queries};

/// Files one person may have uploaded without sending them.
const MOST_UNSENT: i64 = 40;
/// How long an unsent file is kept.
const KEPT_UNSENT: TimeDelta = TimeDelta::hours(24);
/// Rows removed in one transaction.
const BATCH: i64 = 200;

/// Refuses early what could not be sent anyway; answers those of `ids` that are already there.
///
/// # Errors
/// As [`channel_policy::may_post`]; [`AppError::Conflict`] when too many files wait.
pub fn prepare(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    ids: &[AttachmentId],
) -> Result<Vec<Attachment>, AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    let (me, now) = (tx.me()?, tx.now());
    channel_policy::may_post(me, &place, now)?;
    if queries::unsent_count(tx, me.member)? >= MOST_UNSENT {
        return Err(AppError::Conflict(format!(
            "You have {MOST_UNSENT} files that you attached and did not send. Send or remove some of them first."
        )));
    }
    Ok(queries::uploaded(tx, channel, me.member, ids)?)
}

/// What the acting member uploaded for this channel and did not send.
///
/// # Errors
/// When the database fails.
pub fn waiting(tx: &mut TenantTx<'_>, channel: ChannelId) -> Result<Vec<Attachment>, AppError> {
    let me = tx.my_id()?;
    Ok(queries::unsent(tx, channel, me)?)
}

/// Writes the row of a file whose bytes are stored. Answers the file that is there, and whether it is this one.
///
/// # Errors
/// As [`prepare`].
pub fn add(tx: &mut TenantTx<'_>, file: &NewFile) -> Result<(Attachment, bool), AppError> {
    let place = channel_queries::my_place(tx, file.channel_id)?;
    let (me, now) = (tx.me()?, tx.now());
    channel_policy::may_post(me, &place, now)?;
    let is_new = queries::insert(tx, file)?;
    if is_new {
        tx.emit(&AttachmentUploaded {
            attachment: file.id,
            channel: file.channel_id,
        })?;
        tx.audit(
            Entry::of("channels.attachment.uploaded", "attachment", file.id)
                .after(serde_json::json!({ "channel": file.channel_id, "bytes": file.size_bytes })),
        )?;
    }
    let stored = queries::uploaded(tx, file.channel_id, me.member, &[file.id])?.pop();
    Ok((stored.ok_or(AppError::NotFound)?, is_new))
}

/// A file the acting member may see.
///
/// # Errors
/// [`AppError::NotFound`] otherwise.
pub fn open(tx: &mut TenantTx<'_>, channel: ChannelId, id: AttachmentId) -> Result<StoredFile, AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    queries::visible(tx, &place, id)
}

/// Says what a picture shows. Open pages hear of it when it was sent already.
///
/// # Errors
/// As [`policy::may_describe`]; [`AppError::Invalid`] for an over-long text.
pub fn describe(
    tx: &mut TenantTx<'_>,
    channel: ChannelId,
    id: AttachmentId,
    typed: &str,
) -> Result<StoredFile, AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    let file = queries::visible(tx, &place, id)?;
    let proof = policy::may_describe(tx.me()?, &place, &file)?;
    let mut check = Check::default();
    let alt_text = check.line("alt_text", "The description", typed, 0, 500);
    let alt_text = check.finish(|| alt_text)?;
    queries::describe(tx, &proof, &alt_text)?;
    if let Some(seq) = file.seq {
        let rev = channel_queries::touch(tx, channel)?;
        messages::stamp(tx, channel, seq, rev)?;
    }
    tx.emit(&AttachmentDescribed {
        attachment: id,
        channel,
    })?;
    tx.audit(
        Entry::of("channels.attachment.described", "attachment", id)
            .after(serde_json::json!({ "channel": channel })),
    )?;
    Ok(StoredFile { alt_text, ..file })
}

/// Takes a file back that was not sent yet.
///
/// # Errors
/// [`AppError::NotFound`] for others' files; [`AppError::Conflict`] once it is sent.
pub fn withdraw(tx: &mut TenantTx<'_>, channel: ChannelId, id: AttachmentId) -> Result<(), AppError> {
    let file = open(tx, channel, id)?;
    let gone = queries::withdraw(tx, &policy::may_withdraw(&file)?)?;
    jobs::delete_bytes(tx, &gone)?;
    tx.emit(&AttachmentRemoved {
        attachment: id,
        channel,
    })?;
    tx.audit(
        Entry::of("channels.attachment.removed", "attachment", id)
            .before(serde_json::json!({ "channel": channel })),
    )
}

/// Removes files nobody sent within a day and files of deleted messages, a batch at a time; answers how many.
///
/// # Errors
/// When the database fails.
pub fn remove_unused(tx: &mut TenantTx<'_>) -> Result<usize, AppError> {
    let before = tx.now() - KEPT_UNSENT;
    let mut gone = queries::delete_unsent(tx, before, BATCH)?;
    gone.extend(queries::delete_of_deleted(tx, BATCH)?);
    if gone.is_empty() {
        return Ok(0);
    }
    tx.audit(
        Entry::general("channels.attachment.expired", "attachment")
            .before(serde_json::json!({ "files": gone.len() })),
    )?;
    jobs::delete_bytes(tx, &gone)
}

//! Files on messages: taken in, cleaned and stored before the message is sent, handed out to those who may see it.
//!
//! Invariants: a file's row is written after its bytes are stored, so a row always has its bytes; bytes are removed by a job
//! after the row is gone; a file without a message is seen by its uploader only and removed after a day.
//! Tells [`super::events::AttachmentUploaded`] and its siblings.

pub mod actions;
pub mod intake;
pub mod jobs;
pub mod model;
pub mod pages;
pub mod policy;
pub(crate) mod queries;
pub mod routes;

use crate::kernel::error::AppError;
use crate::kernel::ids::ChannelId;
use crate::platform::db::TenantTx;

/// Removes the files of these messages with the running transaction, their bytes after it. Call it wherever messages
/// are deleted, buried or purged: a cascade would forget where the bytes are. Answers how many files there were.
///
/// # Errors
/// When the database fails.
pub fn forget(tx: &mut TenantTx<'_>, channel: ChannelId, seqs: &[i64]) -> Result<usize, AppError> {
    let gone = queries::delete_of_messages(tx, channel, seqs)?;
    jobs::delete_bytes(tx, &gone)
}

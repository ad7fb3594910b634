//! Reading notes: one at a time, in a person's timeline, in a case, and searching among all one may read.
//!
//! A note that is not read in the daily round (of a case, of officers, or through an opening) is opened on its own page only, and
//! who opened it is written down in the same transaction: if that fails, nothing is shown.

pub mod gathering;
pub mod list;
pub mod log;
pub mod pages;
pub mod queries;
pub mod routes;

use crate::kernel::error::AppError;
use crate::kernel::ids::NoteId;
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;

use super::model::{Note, NoteText};
use super::{queries as notes, sealing};

/// A note with what it says.
pub struct Opened {
    /// The note.
    pub note: Note,
    /// What it says.
    pub text: NoteText,
}

/// Opens a note the acting member may read, and notes that they did when it is not read in the daily round.
///
/// # Errors
/// [`AppError::NotFound`] when they may not; when the reading cannot be noted.
pub fn open(tx: &mut TenantTx<'_>, keys: &KeyRing, id: NoteId) -> Result<Opened, AppError> {
    let note = notes::note(tx, id)?;
    if let Some(purpose) = queries::purpose(tx, &note)? {
        queries::keep(tx, &note, purpose)?;
    }
    let text = sealing::opened(tx, keys, &note)?;
    Ok(Opened { note, text })
}

//! Who may do what with a file. Seeing it is decided by [`super::queries::visible`]: whoever sees the message sees its files.

use crate::domains::channels::model::Place;
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, Denied};

use super::model::StoredFile;

/// Proof that a file's description may be changed.
pub struct Describable<'a>(&'a StoredFile);

/// Proof that a file may be taken back before it is sent.
pub struct Withdrawable<'a>(&'a StoredFile);

impl Describable<'_> {
    /// The file.
    pub fn file(&self) -> &StoredFile {
        self.0
    }
}

impl Withdrawable<'_> {
    /// The file.
    pub fn file(&self) -> &StoredFile {
        self.0
    }
}

/// Whether the description may be changed: by who uploaded the file.
///
/// # Errors
/// [`AppError::Denied`] for others; [`AppError::Conflict`] in archived channels.
pub fn may_describe<'a>(
    me: &Member,
    place: &Place,
    file: &'a StoredFile,
) -> Result<Describable<'a>, AppError> {
    if place.channel.archived_at.is_some() {
        return Err(AppError::Conflict(
            "This channel is archived. It can be read but not changed.".to_owned(),
        ));
    }
    if file.uploaded_by != me.member {
        return Err(Denied::because("Only the person who sent a picture can describe it.").into());
    }
    Ok(Describable(file))
}

/// Whether a file may be taken back: before it is sent.
///
/// # Errors
/// [`AppError::Conflict`] afterwards: then the message is what is deleted.
pub fn may_withdraw(file: &StoredFile) -> Result<Withdrawable<'_>, AppError> {
    match file.seq {
        None => Ok(Withdrawable(file)),
        Some(_) => Err(AppError::Conflict(
            "This file was already sent. Delete the message to remove it.".to_owned(),
        )),
    }
}

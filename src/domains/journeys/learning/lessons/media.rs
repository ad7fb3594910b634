//! Videos and files of lessons, from the library.

use crate::kernel::error::AppError;
use crate::platform::db::TenantTx;

/// A video, sound or file as a lesson shows it.
#[derive(Debug, Clone)]
pub struct Media {
    /// Where it is played or fetched.
    pub address: String,
    pub name: String,
    pub is_video: bool,
    pub is_audio: bool,
    /// How long it plays; 0 when nobody knows.
    pub seconds: i32,
    /// The picture before it plays; may be empty.
    pub poster: String,
    /// Captions: language and address.
    pub captions: Vec<(String, String)>,
    /// What is said in it; may be empty.
    pub transcript: String,
}

/// What a lesson plays; nothing while it is not ready.
///
/// # Errors
/// When the database fails.
pub fn of(_tx: &mut TenantTx<'_>, _asset: Option<uuid::Uuid>) -> Result<Option<Media>, AppError> {
    Ok(None)
}

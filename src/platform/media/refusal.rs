//! Why an upload is not taken, in words for the person who tried.

use super::prepare::MAX_MEGAPIXELS;

/// A reason to refuse an upload. Each message is a sentence that can be shown as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("The file is empty.")]
    Empty,
    /// The name promises something else than the content holds.
    #[error(
        "The name ends in “.{ending}”, but the content is {found}. Rename the file or choose the right one."
    )]
    NameDisagrees { ending: String, found: &'static str },
    /// Something that may not be shared here, whatever it is called.
    #[error("This is {found}, which cannot be shared here.")]
    NotAllowed { found: &'static str },
    /// Something that may not be shared here because of its name.
    #[error("Files ending in “.{ending}” cannot be shared here.")]
    EndingNotAllowed { ending: String },
    /// A picture in a format that cannot be cleaned of what it tells about its place and camera.
    #[error(
        "Pictures in this format ({ending}) cannot be shown to everyone. Save it as JPEG or PNG and try again."
    )]
    PictureFormat { ending: &'static str },
    #[error("The content of this file is not recognised.")]
    Unrecognised,
    #[error("The file is damaged or incomplete. Try sending it again.")]
    Damaged,
    #[error("The picture has {megapixels} megapixels; at most {MAX_MEGAPIXELS} can be shown.")]
    TooManyPixels { megapixels: u64 },
    #[error("The picture is too long on one side or too complex to be shown.")]
    TooComplex,
    #[error("The animation is too long or too large to be shown.")]
    AnimationTooLong,
    #[error("This is no picture. Choose a PNG, JPEG, GIF or WebP file.")]
    NoPicture,
    #[error(
        "The picture takes more than {} MB, which is too much for mail. Make it smaller and try again.", super::MAIL_BYTES / 1_000_000
    )]
    TooHeavy,
    /// The file could not be read on this machine; not the sender's fault.
    #[error("The file could not be read. Try sending it again.")]
    Unreadable,
}

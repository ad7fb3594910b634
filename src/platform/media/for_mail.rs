//! Pictures for mail, which is read by programs that know less than browsers do, often over a telephone's connection.

use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat};

use super::prepare::{self, Encoded, PreparedImage};
use super::{Refusal, image_data};

/// Widest picture in mail, in pixels: twice the width of a mail, for screens with small dots.
pub const MAIL_WIDTH: u32 = 1_200;
/// Most bytes of a picture in mail.
pub const MAIL_BYTES: usize = 2_000_000;
/// A picture without transparent parts that takes more than this as PNG is a photo, and written as JPEG.
const PHOTO_BYTES: usize = 300_000;

/// Cleans a picture as [`super::prepare_image`] does, and makes it fit for mail: at most [`MAIL_WIDTH`] wide, and never WebP, which
/// many mail programs do not show. An animation keeps its size.
///
/// # Errors
/// As [`super::prepare_image`]; [`Refusal::TooHeavy`] when more than [`MAIL_BYTES`] remain.
pub fn prepare_mail_image(bytes: &[u8]) -> Result<PreparedImage, Refusal> {
    let format = image::guess_format(bytes).map_err(|_| Refusal::Unrecognised)?;
    image_data::check_complete(bytes, format)?;
    let prepared = match format {
        ImageFormat::Gif => prepare::prepare_gif(bytes)?,
        ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP => still(bytes, format)?,
        other => {
            return Err(Refusal::PictureFormat {
                ending: other.extensions_str().first().copied().unwrap_or("unknown"),
            });
        }
    };
    match prepared.original.len() > MAIL_BYTES {
        true => Err(Refusal::TooHeavy),
        false => Ok(prepared),
    }
}

fn still(bytes: &[u8], format: ImageFormat) -> Result<PreparedImage, Refusal> {
    let picture = narrowed(prepare::decode(bytes, format)?);
    let encoded = encoded(&picture, format)?;
    prepare::with_thumbnail(encoded, picture)
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Result<Encoded, Refusal> {
    let is_opaque = !picture.color().has_alpha();
    if is_opaque && format != ImageFormat::Png {
        return prepare::jpeg(picture, prepare::QUALITY);
    }
    let drawn = prepare::png(picture)?;
    match is_opaque && drawn.bytes.len() > PHOTO_BYTES {
        true => prepare::jpeg(picture, prepare::QUALITY),
        false => Ok(drawn),
    }
}

fn narrowed(picture: DynamicImage) -> DynamicImage {
    match picture.width() > MAIL_WIDTH {
        true => picture.resize(MAIL_WIDTH, u32::MAX, FilterType::CatmullRom),
        false => picture,
    }
}

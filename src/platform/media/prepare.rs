//! Making a picture fit to be shown to others.
//!
//! Whatever comes in, what goes out holds pixels and nothing else: no place, camera, time, author, colour
//! profile, embedded preview or appended data. Pictures are turned the way the camera was held, since the note
//! that said so is gone. JPEG stays JPEG and PNG stays PNG; WebP becomes JPEG, or stays lossless WebP when it has
//! transparent parts (there is no lossy WebP encoder here). An animated GIF stays animated; of animated PNG and
//! WebP the first picture remains.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType as PngFilter, PngEncoder};
use image::codecs::webp::WebPEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits};

use super::{Refusal, gif, image_data};

/// Most pixels decoded, in millions.
pub const MAX_MEGAPIXELS: u64 = 40;

/// Longest side of a thumbnail, in pixels.
pub const THUMBNAIL_SIDE: u32 = 640;

/// Longest side decoded, in pixels.
const MAX_SIDE: u32 = 30_000;

/// Most memory a decoder may take, in bytes: the pixels of the largest picture with transparency, and half as
/// much to work with.
const MAX_MEMORY: u64 = MAX_MEGAPIXELS * 1_000_000 * 6;

/// JPEG quality of pictures and of thumbnails, of 100.
pub(super) const QUALITY: u8 = 85;
const THUMBNAIL_QUALITY: u8 = 78;

/// A picture ready to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedImage {
    /// The whole picture, written anew.
    pub original: Vec<u8>,
    /// Type of `original`; may differ from what was sent (WebP may become JPEG).
    pub mime: &'static str,
    /// Usual name ending of that type, without a dot.
    pub extension: &'static str,
    pub width: u32,
    pub height: u32,
    /// At most [`THUMBNAIL_SIDE`] on its longer side, never larger than the picture.
    pub thumbnail: Vec<u8>,
    /// JPEG, or WebP when parts are transparent.
    pub thumb_mime: &'static str,
    pub thumb_width: u32,
    pub thumb_height: u32,
}

/// Cleans a picture and makes its thumbnail.
///
/// # Errors
/// A [`Refusal`] to show to the sender, when the bytes are no picture of a known format, are incomplete, or would
/// take too much memory.
pub fn prepare_image(bytes: &[u8]) -> Result<PreparedImage, Refusal> {
    let format = image::guess_format(bytes).map_err(|_| Refusal::Unrecognised)?;
    image_data::check_complete(bytes, format)?;
    match format {
        ImageFormat::Gif => prepare_gif(bytes),
        ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP => prepare_still(bytes, format),
        other => Err(Refusal::PictureFormat {
            ending: other.extensions_str().first().copied().unwrap_or("unknown"),
        }),
    }
}

/// As [`prepare_image`], for a picture that may have been through it before: one that holds pixels and nothing else stays byte by byte
/// what it is, where writing it anew would lose some of it each time.
///
/// # Errors
/// As [`prepare_image`].
pub fn prepare_again(bytes: &[u8]) -> Result<PreparedImage, Refusal> {
    let prepared = prepare_image(bytes)?;
    let is_bare =
        prepared.mime == "image/jpeg" && bytes.starts_with(&[0xFF, 0xD8]) && image_data::is_bare_jpeg(bytes);
    Ok(match is_bare {
        true => PreparedImage {
            original: bytes.to_vec(),
            ..prepared
        },
        false => prepared,
    })
}

fn prepare_still(bytes: &[u8], format: ImageFormat) -> Result<PreparedImage, Refusal> {
    let picture = decode(bytes, format)?;
    let encoded = match format {
        ImageFormat::Png => png(&picture)?,
        ImageFormat::WebP if picture.has_alpha() => webp(&picture)?,
        _ => jpeg(&picture, QUALITY)?,
    };
    with_thumbnail(encoded, picture)
}

pub(super) fn prepare_gif(bytes: &[u8]) -> Result<PreparedImage, Refusal> {
    let clean = gif::without_metadata(bytes)?;
    let first_frame = decode(&clean, ImageFormat::Gif)?;
    with_thumbnail(
        Encoded {
            bytes: clean,
            mime: "image/gif",
            extension: "gif",
        },
        first_frame,
    )
}

pub(super) fn with_thumbnail(original: Encoded, picture: DynamicImage) -> Result<PreparedImage, Refusal> {
    let (width, height) = (picture.width(), picture.height());
    let small = reduced(picture);
    let thumbnail = if small.has_alpha() {
        webp(&small)?
    } else {
        jpeg(&small, THUMBNAIL_QUALITY)?
    };
    Ok(PreparedImage {
        original: original.bytes,
        mime: original.mime,
        extension: original.extension,
        width,
        height,
        thumbnail: thumbnail.bytes,
        thumb_mime: thumbnail.mime,
        thumb_width: small.width(),
        thumb_height: small.height(),
    })
}

/// The pixels, upright, with 8 bits a channel and no more channels than they need.
pub(super) fn decode(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, Refusal> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(refuse)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MAX_MEGAPIXELS * 1_000_000 {
        return Err(Refusal::TooManyPixels {
            megapixels: pixels.div_ceil(1_000_000),
        });
    }
    if decoder.total_bytes() > MAX_MEMORY {
        return Err(Refusal::TooComplex);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = slim(DynamicImage::from_decoder(decoder).map_err(refuse)?);
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    limits
}

fn refuse(error: ImageError) -> Refusal {
    match error {
        ImageError::Limits(_) => Refusal::TooComplex,
        _ => Refusal::Damaged,
    }
}

fn slim(picture: DynamicImage) -> DynamicImage {
    if picture.has_alpha() {
        let with_alpha = picture.into_rgba8();
        if with_alpha.pixels().any(|pixel| pixel.0[3] < u8::MAX) {
            return DynamicImage::ImageRgba8(with_alpha);
        }
        return DynamicImage::ImageRgb8(DynamicImage::ImageRgba8(with_alpha).into_rgb8());
    }
    if picture.color().has_color() {
        return DynamicImage::ImageRgb8(picture.into_rgb8());
    }
    DynamicImage::ImageLuma8(picture.into_luma8())
}

/// Halves fast to twice the size wanted, then carefully to the size: nearly as good as the careful way alone, at
/// a fraction of the time.
fn reduced(picture: DynamicImage) -> DynamicImage {
    if picture.width().max(picture.height()) <= THUMBNAIL_SIDE {
        return picture;
    }
    let rough = THUMBNAIL_SIDE * 2;
    let nearly = if picture.width().max(picture.height()) > rough {
        picture.thumbnail(rough, rough)
    } else {
        picture
    };
    nearly.resize(THUMBNAIL_SIDE, THUMBNAIL_SIDE, FilterType::CatmullRom)
}

pub(super) struct Encoded {
    pub(super) bytes: Vec<u8>,
    mime: &'static str,
    extension: &'static str,
}

pub(super) fn jpeg(picture: &DynamicImage, quality: u8) -> Result<Encoded, Refusal> {
    let mut bytes = Vec::new();
    picture
        .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality))
        .map_err(refuse)?;
    Ok(Encoded {
        bytes,
        mime: "image/jpeg",
        extension: "jpg",
    })
}

pub(super) fn png(picture: &DynamicImage) -> Result<Encoded, Refusal> {
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, PngFilter::Adaptive);
    picture.write_with_encoder(encoder).map_err(refuse)?;
    Ok(Encoded {
        bytes,
        mime: "image/png",
        extension: "png",
    })
}

fn webp(picture: &DynamicImage) -> Result<Encoded, Refusal> {
    let mut bytes = Vec::new();
    picture
        .write_with_encoder(WebPEncoder::new_lossless(&mut bytes))
        .map_err(refuse)?;
    Ok(Encoded {
        bytes,
        mime: "image/webp",
        extension: "webp",
    })
}

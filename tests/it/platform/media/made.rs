//! Files made for the tests, byte by byte where that is the point.

use std::io::{Cursor, Write as _};

use flate2::Crc;
use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, DynamicImage, Frame, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

/// Red grows to the right, green downwards: every corner has its own colour.
pub fn photo(width: u32, height: u32) -> RgbImage {
    let share = |at: u32, of: u32| u8::try_from(at * 255 / of.max(2).saturating_sub(1)).unwrap();
    RgbImage::from_fn(width, height, |x, y| Rgb([share(x, width), share(y, height), 0]))
}

/// Its left half can be seen through.
pub fn see_through(width: u32, height: u32) -> DynamicImage {
    let alpha = |x| if x < width / 2 { 0 } else { 255 };
    DynamicImage::ImageRgba8(RgbaImage::from_fn(width, height, |x, _| {
        Rgba([200, 30, 30, alpha(x)])
    }))
}

pub fn jpeg(picture: &RgbImage) -> Vec<u8> {
    written(picture, ImageFormat::Jpeg)
}

pub fn png(picture: &RgbImage) -> Vec<u8> {
    written(picture, ImageFormat::Png)
}

pub fn webp(picture: &RgbImage) -> Vec<u8> {
    written(picture, ImageFormat::WebP)
}

fn written(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// An animation whose frames differ, repeating for ever.
pub fn gif(width: u32, height: u32, frames: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    encoder.set_repeat(Repeat::Infinite).unwrap();
    for number in 0..frames {
        let picture = RgbaImage::from_pixel(width, height, Rgba([number * 60, 255 - number * 60, 9, 255]));
        encoder
            .encode_frame(Frame::from_parts(
                picture,
                0,
                0,
                Delay::from_numer_denom_ms(100, 1),
            ))
            .unwrap();
    }
    drop(encoder);
    bytes
}

/// A JPEG with more segments after its beginning.
pub fn jpeg_with(picture: &RgbImage, segments: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let plain = jpeg(picture);
    let mut bytes = plain[..2].to_vec();
    for (marker, payload) in segments {
        bytes.extend_from_slice(&[0xFF, *marker]);
        bytes.extend_from_slice(&u16::try_from(payload.len() + 2).unwrap().to_be_bytes());
        bytes.extend_from_slice(payload);
    }
    bytes.extend_from_slice(&plain[2..]);
    bytes
}

/// Exif 2.32 with an orientation and a place.
pub fn exif(orientation: u16) -> Vec<u8> {
    let secret = b"GPS-SECRET";
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [
            &tag.to_le_bytes()[..],
            &kind.to_le_bytes(),
            &count.to_le_bytes(),
            &value.to_le_bytes(),
        ]
        .concat()
    };
    let gps_at = 8 + 2 + 2 * 12 + 4;
    let secret_at = gps_at + 2 + 12 + 4;
    [
        b"Exif\0\0II*\0\x08\0\0\0".to_vec(),
        2_u16.to_le_bytes().to_vec(),
        entry(0x0112, 3, 1, u32::from(orientation)),
        entry(0x8825, 4, 1, gps_at),
        0_u32.to_le_bytes().to_vec(),
        1_u16.to_le_bytes().to_vec(),
        entry(0x001B, 7, 10, secret_at),
        0_u32.to_le_bytes().to_vec(),
        secret.to_vec(),
    ]
    .concat()
}

/// A PNG with more chunks after its header.
pub fn png_with(picture: &RgbImage, chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let plain = png(picture);
    let after_header = 8 + 25;
    let added: Vec<u8> = chunks.iter().flat_map(|(kind, data)| chunk(kind, data)).collect();
    [&plain[..after_header], &added, &plain[after_header..]].concat()
}

/// A PNG that promises so many pixels and holds none.
pub fn png_header(width: u32, height: u32) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    [
        b"\x89PNG\r\n\x1A\n".to_vec(),
        chunk(b"IHDR", &header),
        chunk(b"IDAT", &[]),
        chunk(b"IEND", &[]),
    ]
    .concat()
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut sum = Crc::new();
    sum.update(kind);
    sum.update(data);
    let length = u32::try_from(data.len()).unwrap();
    [&length.to_be_bytes()[..], kind, data, &sum.sum().to_be_bytes()].concat()
}

/// A WebP file with one more chunk at its end, in the extended form that allows it.
pub fn riff_of(plain: &[u8], kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let size = image::load_from_memory(plain).unwrap();
    let side = |pixels: u32| (pixels - 1).to_le_bytes()[..3].to_vec();
    let features = [
        vec![0b0000_1000, 0, 0, 0],
        side(size.width()),
        side(size.height()),
    ]
    .concat();
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        [&kind[..], &u32::try_from(data.len()).unwrap().to_le_bytes(), data].concat()
    };
    let body = [
        b"WEBP".to_vec(),
        chunk(b"VP8X", &features),
        plain[12..].to_vec(),
        chunk(kind, data),
    ]
    .concat();
    chunk(b"RIFF", &body)
}

/// An animation of tiny frames on a large screen.
pub fn gif_of_frames(width: u16, height: u16, frames: usize) -> Vec<u8> {
    let screen = [
        b"GIF89a",
        &width.to_le_bytes()[..],
        &height.to_le_bytes(),
        &[0x80, 0, 0, 0, 0, 0, 255, 255, 255],
    ]
    .concat();
    let frame = b"\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0".repeat(frames);
    [screen, frame, vec![0x3B]].concat()
}

/// A JPEG that asks to be decoded over and over.
pub fn jpeg_of_scans(scans: usize) -> Vec<u8> {
    let plain = jpeg(&photo(8, 8));
    let scan_at = plain.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap();
    let scan = &plain[scan_at..plain.len() - 2];
    [&plain[..scan_at], &scan.repeat(scans), &[0xFF, 0xD9]].concat()
}

pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        archive
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

pub fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

//! Whether the bytes of a picture are all there. Decoders forgive a missing end and paint it grey; we would
//! rather say so while the sender can still try again.

use image::ImageFormat;

use super::Refusal;

/// Most passes over a progressive JPEG. Cameras write about ten; thousands would keep a decoder busy for minutes.
const MAX_SCANS: usize = 64;

/// Checks that a picture reaches its own end.
pub(super) fn check_complete(bytes: &[u8], format: ImageFormat) -> Result<(), Refusal> {
    match format {
        ImageFormat::Jpeg => jpeg(bytes),
        ImageFormat::Png => png(bytes).ok_or(Refusal::Damaged),
        ImageFormat::WebP => webp(bytes).ok_or(Refusal::Damaged),
        _ => Ok(()),
    }
}

/// Walks the markers (ITU-T T.81 annex B) to the end of the image. What follows it is not looked at: phones
/// append films there, and nothing of it is kept.
fn jpeg(bytes: &[u8]) -> Result<(), Refusal> {
    let (mut at, mut scans) = (2, 0);
    loop {
        let (marker, after) = next_marker(bytes, at).ok_or(Refusal::Damaged)?;
        at = after;
        match marker {
            0xD9 => return Ok(()),
            0x01 | 0xD0..=0xD8 => continue,
            0xDA => scans += 1,
            _ => {}
        }
        if scans > MAX_SCANS {
            return Err(Refusal::TooComplex);
        }
        at += usize::from(be_u16(bytes, at).ok_or(Refusal::Damaged)?);
    }
}

/// Whether a JPEG holds what makes the picture and nothing else, as every one does that this portal wrote: the mark of JFIF without a
/// preview, the tables, one frame, its scans; no notes of a camera, no comment, nothing behind the end.
pub(super) fn is_bare_jpeg(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some((marker, after)) = next_marker(bytes, at) {
        let length = be_u16(bytes, after).map_or(0, usize::from);
        match marker {
            0xD9 => return after == bytes.len(),
            0xD0..=0xD7 => {
                at = after;
                continue;
            }
            0xE0 if length == 16 => {}
            0xC0..=0xC2 | 0xC4 | 0xDA | 0xDB | 0xDD => {}
            _ => return false,
        }
        at = after + length;
    }
    false
}

/// The next marker at or after an offset, and where its segment begins. Inside a scan, `FF 00` is data.
fn next_marker(bytes: &[u8], from: usize) -> Option<(u8, usize)> {
    let mut at = from;
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| byte == 0xFF)?;
        match *bytes.get(at + 1)? {
            0xFF => at += 1,
            0x00 => at += 2,
            marker => return Some((marker, at + 2)),
        }
    }
}

/// Walks the chunks (PNG §5.3) to `IEND`.
fn png(bytes: &[u8]) -> Option<()> {
    let mut at = 8_usize;
    loop {
        let length = usize::try_from(be_u32(bytes, at)?).ok()?;
        let kind = bytes.get(at + 4..at + 8)?;
        let end = at.checked_add(length)?.checked_add(12)?;
        bytes.get(at..end)?;
        if kind == b"IEND" {
            return Some(());
        }
        at = end;
    }
}

/// A RIFF file says how long it is.
fn webp(bytes: &[u8]) -> Option<()> {
    let stated: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
    let end = usize::try_from(u32::from_le_bytes(stated)).ok()?.checked_add(8)?;
    bytes.get(..end).map(|_| ())
}

fn be_u16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn be_u32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

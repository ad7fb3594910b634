//! Animations without what travels along: a GIF is rewritten block by block (GIF89a specification), keeping the
//! frames bit for bit and dropping comments, hidden text, application data such as XMP, and whatever follows
//! the end. Decoding and encoding anew would cost colours and minutes and gain nothing.

use super::Refusal;

/// Most pixels of all frames together; about 20 seconds at 15 frames a second in 900 × 900.
const MAX_ANIMATION_PIXELS: u64 = 250_000_000;

/// Extensions that say how often to repeat; the two names mean the same.
const LOOP_COUNTS: [&[u8]; 2] = [b"NETSCAPE2.0", b"ANIMEXTS1.0"];

/// The same animation, clean.
///
/// # Errors
/// [`Refusal::Damaged`] when a block is broken or the end is missing, [`Refusal::AnimationTooLong`].
pub(super) fn without_metadata(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut rewrite = Rewrite {
        rest: bytes,
        clean: Vec::with_capacity(bytes.len()),
        control: Vec::new(),
        frames: 0,
    };
    let canvas = rewrite.header()?;
    while rewrite.block()? {
        if canvas.saturating_mul(rewrite.frames) > MAX_ANIMATION_PIXELS {
            return Err(Refusal::AnimationTooLong);
        }
    }
    if rewrite.frames == 0 {
        Err(Refusal::Damaged)
    } else {
        Ok(rewrite.clean)
    }
}

struct Rewrite<'g> {
    rest: &'g [u8],
    clean: Vec<u8>,
    /// The graphic control that belongs to the next frame.
    control: Vec<u8>,
    frames: u64,
}

impl<'g> Rewrite<'g> {
    /// Header, screen and its colours; returns the pixels of the screen.
    fn header(&mut self) -> Result<u64, Refusal> {
        if !matches!(self.take(6)?, b"GIF87a" | b"GIF89a") {
            return Err(Refusal::Damaged);
        }
        self.clean.extend_from_slice(b"GIF89a");
        let screen = self.take(7)?;
        let &[width_low, width_high, height_low, height_high, packed, _, _] = screen else {
            return Err(Refusal::Damaged);
        };
        self.clean.extend_from_slice(screen);
        self.colours(packed)?;
        let side = |low, high| u64::from(u16::from_le_bytes([low, high]));
        Ok(side(width_low, width_high) * side(height_low, height_high))
    }

    /// One block; says whether another follows.
    fn block(&mut self) -> Result<bool, Refusal> {
        match self.byte()? {
            0x2C => self.frame().map(|()| true),
            0x21 => self.extension().map(|()| true),
            // Some writers leave an empty block behind.
            0x00 => Ok(true),
            0x3B => {
                self.clean.push(0x3B);
                Ok(false)
            }
            _ => Err(Refusal::Damaged),
        }
    }

    fn frame(&mut self) -> Result<(), Refusal> {
        let descriptor = self.take(9)?;
        let packed = descriptor.last().copied().unwrap_or_default();
        self.clean.append(&mut self.control);
        self.clean.push(0x2C);
        self.clean.extend_from_slice(descriptor);
        self.colours(packed)?;
        let code_size = self.byte()?;
        let data = self.sub_blocks()?;
        self.clean.push(code_size);
        self.clean.extend_from_slice(data);
        self.frames += 1;
        Ok(())
    }

    fn extension(&mut self) -> Result<(), Refusal> {
        let label = self.byte()?;
        let data = self.sub_blocks()?;
        match (label, data) {
            (0xF9, [4, _, _, _, _, 0]) => self.control = [&[0x21, 0xF9], data].concat(),
            (0xFF, [11, rest @ ..]) => self.application(rest),
            // Hidden text consumes the control in front of it.
            (0x01, _) => self.control.clear(),
            _ => {}
        }
        Ok(())
    }

    /// Of all application data only the loop count is kept, written anew.
    fn application(&mut self, name_and_data: &[u8]) {
        let Some((name, [3, 1, low, high, 0])) = name_and_data.split_at_checked(11) else {
            return;
        };
        if LOOP_COUNTS.contains(&name) {
            self.clean.extend_from_slice(&[0x21, 0xFF, 11]);
            self.clean.extend_from_slice(b"NETSCAPE2.0");
            self.clean.extend_from_slice(&[3, 1, *low, *high, 0]);
        }
    }

    /// A colour table, if the packed field announces one.
    fn colours(&mut self, packed: u8) -> Result<(), Refusal> {
        if packed & 0x80 != 0 {
            let table = self.take(3 << ((packed & 7) + 1))?;
            self.clean.extend_from_slice(table);
        }
        Ok(())
    }

    /// A chain of sub-blocks with its terminator.
    fn sub_blocks(&mut self) -> Result<&'g [u8], Refusal> {
        let chain = self.rest;
        let mut length = 0;
        loop {
            let size = usize::from(self.byte()?);
            self.take(size)?;
            length += size + 1;
            if size == 0 {
                return chain.get(..length).ok_or(Refusal::Damaged);
            }
        }
    }

    fn byte(&mut self) -> Result<u8, Refusal> {
        self.take(1)?.first().copied().ok_or(Refusal::Damaged)
    }

    fn take(&mut self, count: usize) -> Result<&'g [u8], Refusal> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Refusal::Damaged)?;
        self.rest = rest;
        Ok(taken)
    }
}

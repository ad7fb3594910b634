//! The body of a message as it travels after DATA: RFC 5321 §4.5.2.

/// A body that is safe to write after DATA: whole lines ended by CRLF, every line that begins with a dot stuffed. The
/// final dot is not part of it. Such a body cannot end the message early or smuggle commands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Body<'a>(&'a [u8]);

/// Why bytes are not a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadBody {
    /// The last line has no end.
    #[error("The message does not end with a line break.")]
    NoLineEnd,
    /// A line feed stands without its carriage return, or the other way round.
    #[error("The message has a line break that is not CRLF.")]
    BareLineBreak,
    /// A line begins with a dot that is not doubled.
    #[error("The message has a line that begins with a single dot.")]
    LoneDot,
}

impl<'a> Body<'a> {
    /// Checks the bytes.
    ///
    /// # Errors
    /// When they could end the message early, or servers could disagree about where its lines end.
    pub fn checked(bytes: &'a [u8]) -> Result<Self, BadBody> {
        if !bytes.ends_with(b"\r\n") {
            return Err(BadBody::NoLineEnd);
        }
        if has_whole_plain_lines(bytes) {
            return Ok(Self(bytes));
        }
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', bytes) {
            check_line(bytes.get(start..end).unwrap_or_default())?;
            start = end + 1;
        }
        Ok(Self(bytes))
    }

    /// The bytes.
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }
}

/// Whether line feeds stand exactly behind carriage returns and no line begins with a dot, which is so of nearly every message. Looks at
/// pairs of neighbours without a branch, so that the compiler takes many at once.
fn has_whole_plain_lines(bytes: &[u8]) -> bool {
    let neighbours = bytes.iter().zip(bytes.get(1..).unwrap_or_default());
    let is_odd = |(before, after): (&u8, &u8)| {
        let bare = (*before == b'\r') != (*after == b'\n');
        let dotted = (*before == b'\n') & (*after == b'.');
        u8::from(bare | dotted)
    };
    let starts_odd = matches!(bytes.first(), Some(b'.' | b'\n'));
    !starts_odd && neighbours.map(is_odd).fold(0, |all, one| all | one) == 0
}

/// Checks a line without its line feed.
fn check_line(line: &[u8]) -> Result<(), BadBody> {
    let text = line.strip_suffix(b"\r").ok_or(BadBody::BareLineBreak)?;
    if memchr::memchr(b'\r', text).is_some() {
        return Err(BadBody::BareLineBreak);
    }
    if text.starts_with(b".") && !text.starts_with(b"..") {
        return Err(BadBody::LoneDot);
    }
    Ok(())
}

/// Writes a message so that [`Body::checked`] takes it: every kind of line break becomes CRLF, a dot at the start of a
/// line is doubled, and a missing last line break is added. `into` is emptied first.
pub fn dot_stuffed(message: &[u8], into: &mut Vec<u8>) {
    into.clear();
    into.reserve(message.len() + message.len() / 32 + 2);
    let mut rest = message;
    while !rest.is_empty() {
        let end = memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
        let (line, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        if line.starts_with(b".") {
            into.push(b'.');
        }
        into.extend_from_slice(line);
        into.extend_from_slice(b"\r\n");
        rest = after
            .strip_prefix(b"\r\n")
            .or_else(|| after.get(1..))
            .unwrap_or_default();
    }
    if into.is_empty() {
        into.extend_from_slice(b"\r\n");
    }
}

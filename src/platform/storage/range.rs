//! Parts of objects, as HTTP asks for them (RFC 9110 §14.1.2).

use std::fmt;
use std::ops::Range;

/// One contiguous part of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteRange {
    /// From this offset to the end.
    From(u64),
    /// Between these offsets, both included.
    Between(u64, u64),
    /// The last so many bytes.
    Last(u64),
}

impl ByteRange {
    /// Reads a `Range` header. `None` when it is malformed or asks for several parts: such a header is ignored
    /// and the whole object sent, as RFC 9110 §14.2 allows.
    pub fn parse(header: &str) -> Option<ByteRange> {
        let (first, last) = header.trim().strip_prefix("bytes=")?.split_once('-')?;
        match (number(first), number(last)) {
            (Some(first), Some(last)) => (first <= last).then_some(ByteRange::Between(first, last)),
            (Some(first), None) => last.is_empty().then_some(ByteRange::From(first)),
            (None, Some(count)) => first.is_empty().then_some(ByteRange::Last(count)),
            (None, None) => None,
        }
    }

    /// The offsets meant in an object of `total` bytes; `None` when the range lies beyond its end.
    pub fn within(self, total: u64) -> Option<Range<u64>> {
        let range = match self {
            ByteRange::From(first) => first..total,
            ByteRange::Between(first, last) => first..last.saturating_add(1).min(total),
            ByteRange::Last(count) => total.saturating_sub(count)..total,
        };
        (range.start < range.end).then_some(range)
    }
}

/// The form a `Range` header has.
impl fmt::Display for ByteRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ByteRange::From(first) => write!(f, "bytes={first}-"),
            ByteRange::Between(first, last) => write!(f, "bytes={first}-{last}"),
            ByteRange::Last(count) => write!(f, "bytes=-{count}"),
        }
    }
}

fn number(digits: &str) -> Option<u64> {
    let only_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    only_digits.then(|| digits.parse().ok()).flatten()
}

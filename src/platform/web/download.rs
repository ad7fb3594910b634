//! Handing out stored bytes: types and names that cannot be turned against the reader, ranges, and repeat visits.

use std::fmt::Write as _;

use actix_web::body::SizedStream;
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_RANGE, ContentEncoding, ETAG, IF_NONE_MATCH,
    IF_RANGE, RANGE,
};
use actix_web::{HttpRequest, HttpResponse};

use crate::kernel::error::AppError;
use crate::platform::storage::{ByteRange, Storage, StorageError, StorageKey};

use super::Reply;

/// The answer may do nothing: no scripts, no forms, no frames, an origin of its own (CSP level 3, `sandbox`).
const POLICY: &str = "default-src 'none'; sandbox";

/// How a browser is to treat the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Showing {
    /// Shown in place: only for pictures that the portal wrote itself.
    Inline,
    /// Saved as a file.
    Download,
}

/// Whether a browser may keep the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// For a year, anywhere on the way: whoever has the address may see it, and it never changes.
    ForGood,
    /// For a day, on this person's device: what everybody of a channel sees again and again.
    ForADay,
    /// Not at all: who may see it can change, and somebody else may sit down at the device.
    Nothing,
}

/// Something to hand out. Bytes under one tag never change.
#[derive(Debug)]
pub struct Download<'a> {
    /// Where the bytes are.
    pub key: &'a StorageKey,
    /// Changes whenever the bytes do; without quotation marks.
    pub tag: &'a str,
    /// Name people read.
    pub name: &'a str,
    /// How it is shown.
    pub showing: Showing,
    /// Whether it may be kept.
    pub keeping: Keeping,
}

/// What a browser has and wants, read before the request is given away.
#[derive(Debug, Clone)]
pub struct Wanted {
    if_none_match: Option<String>,
    if_range: Option<String>,
    range: Option<ByteRange>,
}

impl Wanted {
    /// Reads the conditional and range headers (RFC 9110 §13, §14).
    pub fn of(request: &HttpRequest) -> Self {
        let header = |name| {
            request
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        Self {
            if_none_match: header(IF_NONE_MATCH),
            if_range: header(IF_RANGE),
            range: header(RANGE).and_then(|value| ByteRange::parse(&value)),
        }
    }

    fn has(&self, tag: &str) -> bool {
        let known = self.if_none_match.as_deref().unwrap_or_default();
        known
            .split(',')
            .map(|entry| entry.trim().trim_start_matches("W/"))
            .any(|entry| entry == tag || entry == "*")
    }

    /// A range counts only against the bytes it was asked about.
    fn part(&self, tag: &str) -> Option<ByteRange> {
        self.range
            .filter(|_| self.if_range.as_deref().is_none_or(|known| known == tag))
    }
}

/// Streams stored bytes. Whether the reader may have them was decided before.
///
/// # Errors
/// [`AppError::NotFound`] when the bytes are not there; [`AppError::Unexpected`] when storage is away.
pub async fn send(storage: &dyn Storage, download: Download<'_>, wanted: &Wanted) -> Reply {
    let tag = format!("\"{}\"", download.tag);
    let caching = match download.keeping {
        Keeping::ForGood => "public, max-age=31536000, immutable",
        Keeping::ForADay => "private, max-age=86400, immutable",
        Keeping::Nothing => "no-store",
    };
    if wanted.has(&tag) {
        return Ok(HttpResponse::NotModified()
            .insert_header((ETAG, tag))
            .insert_header((CACHE_CONTROL, caching))
            .finish());
    }
    let part = wanted.part(&tag);
    let opened = match part {
        Some(range) => storage.range(download.key, range).await,
        None => storage.get(download.key).await,
    };
    let stored = match opened {
        Ok(stored) => stored,
        Err(StorageError::NotFound) => return Err(AppError::NotFound),
        Err(StorageError::RangeNotSatisfiable { total }) => {
            return Ok(HttpResponse::RangeNotSatisfiable()
                .insert_header((CONTENT_RANGE, format!("bytes */{total}")))
                .finish());
        }
        Err(cause) => {
            return Err(AppError::Unexpected(
                anyhow::Error::new(cause).context("reading stored bytes"),
            ));
        }
    };
    let mut response = match part {
        Some(_) => HttpResponse::PartialContent(),
        None => HttpResponse::Ok(),
    };
    if part.is_some() && stored.len > 0 {
        response.insert_header((
            CONTENT_RANGE,
            format!(
                "bytes {}-{}/{}",
                stored.first,
                stored.first + stored.len - 1,
                stored.total
            ),
        ));
    }
    response
        .content_type(stored.mime)
        // Compressing would change the bytes that ranges and the tag speak of.
        .insert_header(ContentEncoding::Identity)
        .insert_header((CONTENT_DISPOSITION, disposition(download.name, download.showing)))
        .insert_header((ETAG, tag))
        .insert_header((CACHE_CONTROL, caching))
        .insert_header((ACCEPT_RANGES, "bytes"))
        .insert_header(("Content-Security-Policy", POLICY));
    Ok(response.body(SizedStream::new(stored.len, stored.body)))
}

/// The same header for what is made while it is handed out, to be saved under this name.
pub fn attachment(name: &str) -> String {
    disposition(name, Showing::Download)
}

/// The header of RFC 6266: a plain name for old readers, the whole one in UTF-8 beside it.
fn disposition(name: &str, showing: Showing) -> String {
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%') || c == ' ' {
                c
            } else {
                '_'
            }
        })
        .collect();
    let word = match showing {
        Showing::Inline => "inline",
        Showing::Download => "attachment",
    };
    format!("{word}; filename=\"{plain}\"; filename*=UTF-8''{}", encoded(name))
}

/// `ext-value` of RFC 8187 §3.2.1.
fn encoded(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

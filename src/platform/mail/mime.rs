//! Reading back the mail we wrote: enough of MIME (RFC 2045, RFC 2046) to show its parts as text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lettre::message::{Mailbox, header};

/// One part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Media type, such as `text/plain`.
    pub kind: String,
    /// Its text.
    pub text: String,
}

/// A message as people look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Header lines, unfolded.
    pub headers: Vec<(String, String)>,
    /// Its leaf parts, in order.
    pub parts: Vec<Part>,
}

impl Opened {
    /// The text of its first part of a media type, such as `text/html`.
    pub fn part(&self, kind: &str) -> Option<&str> {
        let mut parts = self.parts.iter();
        parts
            .find(|part| part.kind == kind)
            .map(|part| part.text.as_str())
    }
}

/// Opens a message. Never fails: what cannot be read is shown as it is.
pub fn open(message: &[u8]) -> Opened {
    let text = String::from_utf8_lossy(message).replace("\r\n", "\n");
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let headers = headers(head);
    let parts = parts(&headers, body);
    Opened { headers, parts }
}

fn headers(head: &str) -> Vec<(String, String)> {
    let unfolded = head.replace("\n ", " ").replace("\n\t", " ");
    unfolded
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn value<'a>(headers: &'a [(String, String)], name: &str) -> &'a str {
    headers
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map_or("", |(_, value)| value)
}

fn parts(headers: &[(String, String)], body: &str) -> Vec<Part> {
    let kind = value(headers, "Content-Type");
    let Some(boundary) = kind
        .split_once("boundary=")
        .map(|(_, rest)| rest.split(';').next().unwrap_or(rest).trim_matches('"'))
    else {
        let encoding = value(headers, "Content-Transfer-Encoding");
        return vec![Part {
            kind: kind.split(';').next().unwrap_or_default().to_owned(),
            text: decoded(encoding, body),
        }];
    };
    let marker = format!("--{boundary}");
    let inner = body
        .split(&marker)
        .skip(1)
        .take_while(|part| !part.starts_with("--"));
    inner
        .flat_map(|part| {
            let (head, body) = part
                .trim_start_matches('\n')
                .split_once("\n\n")
                .unwrap_or((part, ""));
            parts(&self::headers(head), body)
        })
        .collect()
}

fn decoded(encoding: &str, body: &str) -> String {
    match encoding.trim().to_ascii_lowercase().as_str() {
        "base64" => {
            let joined: String = body.chars().filter(|c| !c.is_whitespace()).collect();
            STANDARD.decode(joined).map_or_else(
                |_| body.to_owned(),
                |bytes| String::from_utf8_lossy(&bytes).into_owned(),
            )
        }
        "quoted-printable" => quoted_printable(body),
        _ => body.trim_end_matches('\n').to_owned(),
    }
}

/// RFC 2045 §6.7.
fn quoted_printable(body: &str) -> String {
    let joined = body.replace("=\n", "");
    let mut bytes = Vec::with_capacity(joined.len());
    let mut rest = joined.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let escaped = tail
            .first_chunk::<2>()
            .filter(|_| *first == b'=')
            .and_then(|pair| hex::decode(pair).ok());
        match escaped {
            Some(byte) => {
                bytes.extend(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned()
}

/// A text alone as a message, for what is no mail but is looked at like one. Base64 (RFC 2045, 6.8), so that any text fits.
pub fn plain(text: &str) -> Vec<u8> {
    let encoded = STANDARD.encode(text);
    let mut message =
        b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n".to_vec();
    for line in encoded.as_bytes().chunks(76) {
        message.extend_from_slice(line);
        message.extend_from_slice(b"\r\n");
    }
    message
}

/// The message with another sender, for a provider that carries mail of its own senders only.
pub fn readdressed(message: &[u8], from: &Mailbox) -> Vec<u8> {
    let mut headers = header::Headers::new();
    headers.set(header::From::from(lettre::message::Mailboxes::from(from.clone())));
    let line = headers.to_string();
    let Some(field) = field(message, "from") else {
        return message.to_vec();
    };
    let (before, after) = (message.get(..field.start), message.get(field.end..));
    [
        before.unwrap_or_default(),
        line.as_bytes(),
        after.unwrap_or_default(),
    ]
    .concat()
}

/// The bare address of a message's sender.
pub fn sender(message: &[u8]) -> Option<String> {
    let text = message.get(field(message, "from")?)?;
    let (_, value) = std::str::from_utf8(text).ok()?.split_once(':')?;
    let value = value.trim();
    let bare = value
        .rsplit_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map_or(value, |(address, _)| address);
    Some(bare.to_owned())
}

/// Where a header field stands, with the lines it goes on over (RFC 5322, 2.2.3) and its end of line.
fn field(message: &[u8], name: &str) -> Option<std::ops::Range<usize>> {
    let (mut start, mut found) = (0, None);
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        let end = start + line.len();
        let goes_on = matches!(line.first(), Some(b' ' | b'\t'));
        match found {
            Some(begin) if !goes_on => return Some(begin..start),
            None if line.trim_ascii().is_empty() => return None,
            None if line
                .get(..name.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(name.as_bytes()))
                && line.get(name.len()) == Some(&b':') =>
            {
                found = Some(start);
            }
            _ => {}
        }
        start = end;
    }
    found.map(|begin| begin..start)
}

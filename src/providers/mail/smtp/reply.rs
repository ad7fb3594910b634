//! What the server answers: RFC 5321 §4.2, with the enhanced status codes of RFC 3463.

use std::fmt;

/// Text kept of one reply, in bytes. A reply line has at most 512 octets (RFC 5321 §4.5.3.1.5); relays that explain
/// themselves use several lines. What goes beyond is read and dropped.
const TEXT_KEPT: usize = 2_048;

/// Bytes of one reply after which the other side is not speaking SMTP any more.
const LONGEST_REPLY: usize = 65_536;

/// One whole reply of a server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reply {
    /// The three digits, 200 to 599.
    pub code: u16,
    /// The finer reason, if the server gave one that fits the code (RFC 3463, RFC 2034).
    pub enhanced: Option<EnhancedStatus>,
    /// What follows the code, lines joined by a line feed, without control characters, cut at 2,048 bytes.
    pub text: String,
}

impl Reply {
    pub(super) fn is_positive(&self) -> bool {
        (200..300).contains(&self.code)
    }

    pub(super) fn is_temporary(&self) -> bool {
        (400..500).contains(&self.code)
    }

    pub(super) fn is_permanent(&self) -> bool {
        (500..600).contains(&self.code)
    }

    /// Whether the server says that it closes the connection now (RFC 5321 §3.8).
    pub(super) fn is_farewell(&self) -> bool {
        self.code == 421
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.code, self.text.replace('\n', " "))
    }
}

/// Class, subject and detail of RFC 3463 §2, for example 5.1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnhancedStatus {
    /// 2 success, 4 for now, 5 for good.
    pub class: u8,
    /// What it is about: 1 address, 2 mailbox, 3 mail system, 4 network, 5 protocol, 6 content, 7 policy.
    pub subject: u16,
    /// Which of them.
    pub detail: u16,
}

impl EnhancedStatus {
    /// Reads the status that opens a reply text; nothing when there is none.
    pub fn leading(text: &str) -> Option<Self> {
        let word = text.split_ascii_whitespace().next()?;
        let mut numbers = word.split('.');
        let class = number(numbers.next()?)?;
        let subject = number(numbers.next()?)?;
        let detail = number(numbers.next()?)?;
        let is_status = matches!(class, 2 | 4 | 5) && numbers.next().is_none();
        is_status.then_some(Self {
            class: u8::try_from(class).ok()?,
            subject,
            detail,
        })
    }
}

impl fmt::Display for EnhancedStatus {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// RFC 3463 §2: one to three digits.
fn number(digits: &str) -> Option<u16> {
    let fits = (1..=3).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
    if fits { digits.parse().ok() } else { None }
}

/// The other side does not speak SMTP.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Garbled {
    #[error("It sent a line that is no SMTP reply: “{0}”.")]
    NotAReply(String),
    #[error("It sent a reply without end.")]
    Endless,
}

/// Reads replies from bytes as they come, however the network has cut or glued them. Keeps one reply at a time and its
/// memory from reply to reply.
#[derive(Debug, Default)]
pub(super) struct ReplyReader {
    reply: Reply,
    line: Vec<u8>,
    size: usize,
    has_begun: bool,
    is_whole: bool,
}

impl ReplyReader {
    /// Takes bytes up to the end of one reply. Tells how many it took; `reply` gives the reply once it is whole.
    pub fn take(&mut self, bytes: &[u8]) -> Result<usize, Garbled> {
        self.start_over_after_a_whole_reply();
        let mut taken = 0;
        while !self.is_whole {
            let rest = bytes.get(taken..).unwrap_or_default();
            let Some(end) = memchr::memchr(b'\n', rest) else {
                self.keep(rest)?;
                return Ok(bytes.len());
            };
            self.keep(rest.get(..end).unwrap_or_default())?;
            self.size += 1;
            taken += end + 1;
            self.end_line()?;
        }
        Ok(taken)
    }

    /// The reply, once it is whole.
    pub fn reply(&self) -> Option<&Reply> {
        self.is_whole.then_some(&self.reply)
    }

    fn start_over_after_a_whole_reply(&mut self) {
        if self.is_whole {
            self.reply.text.clear();
            self.size = 0;
            self.has_begun = false;
            self.is_whole = false;
        }
    }

    fn keep(&mut self, part: &[u8]) -> Result<(), Garbled> {
        self.size += part.len();
        if self.size > LONGEST_REPLY {
            return Err(Garbled::Endless);
        }
        let room = TEXT_KEPT.saturating_sub(self.line.len());
        self.line.extend_from_slice(part.get(..room).unwrap_or(part));
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), Garbled> {
        let read = Line::read(&self.line).ok_or_else(|| self.not_a_reply())?;
        if self.has_begun && read.code != self.reply.code {
            return Err(self.not_a_reply());
        }
        if !self.has_begun {
            self.reply.enhanced = EnhancedStatus::leading(read.text)
                .filter(|status| u16::from(status.class) == read.code / 100);
        }
        append_printable(&mut self.reply.text, read.text);
        self.reply.code = read.code;
        self.has_begun = true;
        self.is_whole = read.is_last;
        self.line.clear();
        Ok(())
    }

    fn not_a_reply(&self) -> Garbled {
        let shown = self.line.get(..80).unwrap_or(&self.line);
        let mut text = String::new();
        append_printable(&mut text, &String::from_utf8_lossy(shown));
        Garbled::NotAReply(text)
    }
}

struct Line<'a> {
    code: u16,
    is_last: bool,
    text: &'a str,
}

impl<'a> Line<'a> {
    fn read(line: &'a [u8]) -> Option<Self> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let (digits, rest) = line.split_at_checked(3)?;
        let code = std::str::from_utf8(digits)
            .ok()
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
        let code = code.parse().ok().filter(|code| (200..600).contains(code))?;
        let (is_last, text) = match rest.split_first() {
            None => (true, rest),
            Some((b' ', text)) => (true, text),
            Some((b'-', text)) => (false, text),
            Some(_) => return None,
        };
        Some(Self {
            code,
            is_last,
            text: valid_start(text),
        })
    }
}

/// The text up to the first byte that is not UTF-8: replies are ASCII, or UTF-8 after SMTPUTF8 (RFC 6531 §3.7.4).
fn valid_start(text: &[u8]) -> &str {
    text.utf8_chunks()
        .next()
        .map(|chunk| chunk.valid())
        .unwrap_or_default()
}

fn append_printable(text: &mut String, line: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    for letter in line.chars().filter(|letter| !letter.is_control()) {
        if text.len() + letter.len_utf8() > TEXT_KEPT {
            return;
        }
        text.push(letter);
    }
}

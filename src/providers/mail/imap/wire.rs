//! Commands out, responses in (RFC 3501, 2.2 and 4.3), with bounded waiting and bounded memory.

use std::io;
use std::time::Duration;

use tokio::time::timeout;

use crate::providers::mail::smtp::{Stream, plain};

use super::failure::{Failure, Step};

/// The longest line: a search may name some ten thousand messages.
const LONGEST_LINE: usize = 512 * 1024;
/// The longest literal: the part of a message that is asked for, and a little.
const LONGEST_LITERAL: usize = super::session::FETCHED + 1_024;
/// All that may come in answer to one command.
const MOST_IN_ANSWER: usize = 2 * 1024 * 1024;
/// Bytes read at once.
const INBOX: usize = 16 * 1024;
/// Characters of a server's words that are shown to people.
const SAID: usize = 200;

/// One response: its line with what stands in it as literals taken out.
#[derive(Debug, Default)]
pub(super) struct Response {
    pub line: String,
    pub literals: Vec<Vec<u8>>,
}

/// What came in answer to a command that the server carried out.
pub(super) type Answers = Vec<Response>;

/// Why a command was not carried out.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The server said no, in these words.
    No(String),
    /// The conversation broke.
    Broken(Failure),
}

impl Refusal {
    /// The failure when a no is nothing special.
    pub fn at(step: Step) -> impl FnOnce(Self) -> Failure {
        move |refusal| match refusal {
            Self::No(said) => Failure::Rejected { step, said },
            Self::Broken(failure) => failure,
        }
    }
}

/// One conversation.
pub(super) struct Wire {
    stream: Stream,
    patience: Duration,
    unread: Vec<u8>,
    tags: u32,
}

impl Wire {
    pub fn new(stream: Stream, patience: Duration) -> Self {
        Self {
            stream,
            patience,
            unread: Vec::new(),
            tags: 0,
        }
    }

    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Gives the connection away, to be encrypted; nothing when the server has said more than was asked, which may have been put there by
    /// somebody in between to be taken for the encrypted server's words (CVE-2021-33515).
    pub fn into_stream(self) -> Option<Stream> {
        self.unread.is_empty().then_some(self.stream)
    }

    /// The first words of the server.
    pub async fn greeting(&mut self) -> Result<Response, Failure> {
        self.response(Step::Greeting).await
    }

    /// Says a command and hears its answer.
    pub async fn command(&mut self, step: Step, command: &str) -> Result<Answers, Refusal> {
        self.command_with(step, command, None).await
    }

    /// [`Wire::command`]; the server asks for one more line, which is this one.
    pub async fn command_with(
        &mut self,
        step: Step,
        command: &str,
        mut more: Option<&str>,
    ) -> Result<Answers, Refusal> {
        self.tags = self.tags.wrapping_add(1);
        let tag = format!("w{} ", self.tags);
        self.say(step, &[&tag, command]).await.map_err(Refusal::Broken)?;
        let (mut answers, mut heard) = (Answers::new(), 0);
        loop {
            let response = self.response(step).await.map_err(Refusal::Broken)?;
            heard += response.line.len() + response.literals.iter().map(Vec::len).sum::<usize>();
            if heard > MOST_IN_ANSWER {
                return Err(Refusal::Broken(Failure::TooMuch));
            }
            if let Some(end) = response.line.strip_prefix(&tag) {
                return ended(end).map(|()| answers);
            }
            match (response.line.starts_with('+'), more.take()) {
                (true, Some(line)) => self.say(step, &[line]).await.map_err(Refusal::Broken)?,
                (true, None) => return Err(Refusal::Broken(Failure::NotImap)),
                (false, waiting) => {
                    more = waiting;
                    answers.push(response);
                }
            }
        }
    }

    /// Says goodbye below IMAP.
    pub async fn shut_down(&mut self) {
        // Nothing depends on the other side hearing it.
        let _ = timeout(self.patience, self.stream.shut_down()).await;
    }

    async fn say(&mut self, step: Step, parts: &[&str]) -> Result<(), Failure> {
        let line = [parts.concat().as_str(), "\r\n"].concat();
        let mut rest = line.as_bytes();
        let written = async {
            while !rest.is_empty() {
                let count = self.stream.write_two(rest, &[]).await?;
                rest = rest.get(count..).unwrap_or_default();
            }
            self.stream.flush().await
        };
        let written = timeout(self.patience, written).await;
        written
            .map_err(|_| Failure::TimedOut(step))?
            .map_err(|error| lost(step, &error))
    }

    async fn response(&mut self, step: Step) -> Result<Response, Failure> {
        let mut response = Response::default();
        loop {
            let line = self.line(step).await?;
            response.line.push_str(&String::from_utf8_lossy(&line));
            let Some(size) = announced(&line) else {
                return Ok(response);
            };
            // No response that we ask for has more than a handful.
            if size > LONGEST_LITERAL || response.literals.len() > 8 || response.line.len() > LONGEST_LINE {
                return Err(Failure::TooMuch);
            }
            let literal = self.take(step, size).await?;
            response.literals.push(literal);
        }
    }

    async fn line(&mut self, step: Step) -> Result<Vec<u8>, Failure> {
        let mut looked_at = 0;
        loop {
            let fresh = self.unread.get(looked_at..).unwrap_or_default();
            if let Some(at) = memchr::memchr(b'\n', fresh) {
                let mut line: Vec<u8> = self.unread.drain(..=looked_at + at).collect();
                while line.last().is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
                    line.pop();
                }
                return Ok(line);
            }
            looked_at = self.unread.len();
            if looked_at > LONGEST_LINE {
                return Err(Failure::TooMuch);
            }
            self.read_more(step).await?;
        }
    }

    async fn take(&mut self, step: Step, size: usize) -> Result<Vec<u8>, Failure> {
        while self.unread.len() < size {
            self.read_more(step).await?;
        }
        Ok(self.unread.drain(..size).collect())
    }

    async fn read_more(&mut self, step: Step) -> Result<(), Failure> {
        let mut inbox = [0; INBOX];
        let count = timeout(self.patience, self.stream.read(&mut inbox))
            .await
            .map_err(|_| Failure::TimedOut(step))?
            .map_err(|error| lost(step, &error))?;
        if count == 0 {
            return Err(lost(step, &io::ErrorKind::UnexpectedEof.into()));
        }
        self.unread
            .extend_from_slice(inbox.get(..count).unwrap_or_default());
        Ok(())
    }
}

fn lost(step: Step, error: &io::Error) -> Failure {
    Failure::Lost {
        step,
        why: plain(error),
    }
}

/// The size of the literal that the end of a line announces (RFC 3501, 4.3; RFC 7888).
fn announced(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"}")?;
    let from = memchr::memrchr(b'{', line)?;
    let digits = line.get(from + 1..)?;
    let digits = digits.strip_suffix(b"+").unwrap_or(digits);
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// What a tagged end says (RFC 3501, 7.1).
fn ended(end: &str) -> Result<(), Refusal> {
    let (word, said) = end.split_once(' ').unwrap_or((end, ""));
    match word.to_ascii_uppercase().as_str() {
        "OK" => Ok(()),
        "NO" | "BAD" => Err(Refusal::No(spoken(said))),
        _ => Err(Refusal::Broken(Failure::NotImap)),
    }
}

/// A server's words without their code in brackets, for people.
pub(super) fn spoken(said: &str) -> String {
    let words = match said.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((_, words)) => words,
        None => said,
    };
    let words = words.trim().chars().filter(|letter| !letter.is_control());
    words.take(SAID).collect()
}

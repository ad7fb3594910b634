//! The server side of RFC 5321, as far as a client can notice.

mod commands;

use std::sync::Arc;
use std::time::SystemTime;

use memchr::{memchr, memmem};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};

use super::Shared;
use super::options::{Answer, Cut, Keep, Replies, SinkEncryption, SinkOptions};
use super::records::Received;

/// Talks with one client until one of the two hangs up.
pub async fn converse(stream: TcpStream, shared: Arc<Shared>) {
    let options = shared.options.lock().unwrap().clone();
    let number = shared.records.count(&shared.records.connections);
    let records = shared.clone();
    let _open = records.records.opened();
    if options.encryption == SinkEncryption::Tls {
        return encrypted(stream, shared, options, number, Greets::Yes).await;
    }
    let mut talk = Conversation::new(stream, shared.clone(), options.clone(), number);
    if let Some(End::Upgrade) = talk.run(Greets::Yes).await {
        encrypted(talk.stream, shared, options, number, Greets::No).await;
    }
}

async fn encrypted(
    stream: TcpStream,
    shared: Arc<Shared>,
    options: Arc<SinkOptions>,
    number: u64,
    greets: Greets,
) {
    let Ok(stream) = shared.acceptor.clone().accept(stream).await else {
        return;
    };
    shared.records.count(&shared.records.encrypted);
    let mut talk = Conversation::new(stream, shared, options, number);
    talk.is_encrypted = true;
    talk.run(greets).await;
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Greets {
    Yes,
    No,
}

enum End {
    Upgrade,
}

/// What a line of the client is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expecting {
    Command,
    Body,
    PlainSecret,
    LoginUser,
    LoginPassword,
}

struct Conversation<S> {
    stream: S,
    shared: Arc<Shared>,
    options: Arc<SinkOptions>,
    number: u64,
    is_encrypted: bool,
    is_signed_in: bool,
    inbox: Vec<u8>,
    from: usize,
    searched: usize,
    replies: Vec<u8>,
    read_at: Instant,
    expecting: Expecting,
    login_user: String,
    accepted: u64,
    mail: Option<Mail>,
}

struct Mail {
    cut: Option<Cut>,
    sender: String,
    parameters: String,
    recipients: Vec<String>,
    entered_data_at: SystemTime,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Conversation<S> {
    fn new(stream: S, shared: Arc<Shared>, options: Arc<SinkOptions>, number: u64) -> Self {
        Self {
            stream,
            shared,
            options,
            number,
            is_encrypted: false,
            is_signed_in: false,
            inbox: Vec::with_capacity(16_384),
            from: 0,
            searched: 0,
            replies: Vec::new(),
            read_at: Instant::now(),
            expecting: Expecting::Command,
            login_user: String::new(),
            accepted: 0,
            mail: None,
        }
    }

    /// Nothing when the connection is over, also when it was cut on purpose.
    async fn run(&mut self, greets: Greets) -> Option<End> {
        if greets == Greets::Yes {
            self.say(self.options.clone().greeting).await?;
        }
        loop {
            let has_gone_on = match self.expecting {
                Expecting::Body => self.body().await?,
                _ => match self.line() {
                    Some(line) if line.eq_ignore_ascii_case("STARTTLS") && self.offers_start_tls() => {
                        self.say("220 Go ahead").await?;
                        self.flush().await?;
                        return Some(End::Upgrade);
                    }
                    Some(line) => self.answer(&line).await.map(|()| true)?,
                    None => false,
                },
            };
            if !has_gone_on {
                self.flush().await?;
                self.read().await?;
            }
        }
    }

    async fn read(&mut self) -> Option<()> {
        if self.from == self.inbox.len() {
            self.inbox.clear();
            (self.from, self.searched) = (0, 0);
        }
        let count = self.stream.read_buf(&mut self.inbox).await.ok()?;
        self.read_at = Instant::now();
        self.shared.records.count(&self.shared.records.reads);
        (count > 0).then_some(())
    }

    fn line(&mut self) -> Option<String> {
        let unread = &self.inbox[self.from..];
        let end = memchr(b'\n', unread)?;
        let line = String::from_utf8_lossy(&unread[..end])
            .trim_end_matches('\r')
            .to_owned();
        self.from += end + 1;
        Some(line)
    }

    async fn say(&mut self, reply: &str) -> Option<()> {
        self.replies
            .extend_from_slice(reply.replace('\n', "\r\n").as_bytes());
        self.replies.extend_from_slice(b"\r\n");
        if self.options.replies == Replies::Glued {
            Some(())
        } else {
            self.flush().await
        }
    }

    async fn flush(&mut self) -> Option<()> {
        if self.replies.is_empty() {
            return Some(());
        }
        if !self.options.round_trip.is_zero() {
            sleep_until(self.read_at + self.options.round_trip).await;
        }
        let step = if self.options.replies == Replies::ByteByByte {
            1
        } else {
            self.replies.len()
        };
        for piece in self.replies.chunks(step) {
            self.stream.write_all(piece).await.ok()?;
            self.stream.flush().await.ok()?;
            if self.options.replies == Replies::ByteByByte {
                tokio::task::yield_now().await;
            }
        }
        self.replies.clear();
        Some(())
    }

    /// Whether the body was whole.
    async fn body(&mut self) -> Option<bool> {
        let cut = self.mail.as_ref().and_then(|mail| mail.cut);
        let unread = &self.inbox[self.from..];
        if unread.is_empty() {
            return Some(false);
        }
        self.cut_at(cut, Cut::InBody).await?;
        let unread = &self.inbox[self.from..];
        let length = if unread.starts_with(b".\r\n") {
            0
        } else {
            let start = self.searched.saturating_sub(self.from);
            let Some(found) = memmem::find(&unread[start..], b"\r\n.\r\n") else {
                self.searched = self.inbox.len().saturating_sub(4).max(self.from);
                return Some(false);
            };
            start + found + 2
        };
        let content = self.from..self.from + length;
        self.from += length + 3;
        self.expecting = Expecting::Command;
        let mail = self.mail.take()?;
        self.cut_at(cut, Cut::AfterDot).await?;
        self.content(mail, content).await?;
        self.forget_read();
        Some(true)
    }

    async fn content(&mut self, mail: Mail, content: std::ops::Range<usize>) -> Option<()> {
        if content.is_empty() {
            self.shared.records.count(&self.shared.records.lone_dots);
        }
        let Some(first) = mail.recipients.first() else {
            return self.say("554 5.5.1 No valid recipients").await;
        };
        let reply = match self.rule_for(first) {
            Some(Answer::Content(reply)) => reply,
            _ if self
                .options
                .size_limit
                .is_some_and(|limit| content.len() as u64 > limit) =>
            {
                "552 5.3.4 Too large".to_owned()
            }
            _ => format!(
                "250 2.0.0 Ok: queued as {:X}",
                self.number * 1_000_000 + self.accepted
            ),
        };
        let cut = mail.cut;
        if reply.starts_with('2') {
            self.accepted += 1;
            let keep = self.options.keep;
            let received = (keep != Keep::Counts).then(|| self.record(mail, &self.inbox[content]));
            self.shared.records.add(received);
        }
        self.cut_at(cut, Cut::AfterAcceptance).await?;
        self.say(&reply).await?;
        if reply.starts_with("421") {
            self.flush().await?;
            return None;
        }
        Some(())
    }

    fn record(&self, mail: Mail, content: &[u8]) -> Received {
        let message = unstuffed(content);
        Received {
            connection: self.number,
            sender: mail.sender,
            recipients: mail.recipients,
            parameters: mail.parameters,
            message_id: message_id(&message),
            size: message.len(),
            entered_data_at: mail.entered_data_at,
            arrived_at: SystemTime::now(),
            bytes: (self.options.keep == Keep::Bytes).then_some(message),
        }
    }

    fn forget_read(&mut self) {
        if self.from > 65_536 {
            self.inbox.drain(..self.from);
            self.from = 0;
            self.searched = 0;
        }
    }

    /// Ends the conversation if this is where it shall be cut. What was said before still leaves.
    async fn cut_at(&mut self, cut: Option<Cut>, here: Cut) -> Option<()> {
        if cut != Some(here) {
            return Some(());
        }
        self.flush().await?;
        None
    }
}

fn unstuffed(content: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(content.len());
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        message.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
    }
    message
}

fn message_id(message: &[u8]) -> Option<String> {
    let head = memmem::find(message, b"\r\n\r\n").map_or(message, |end| &message[..end]);
    let head = String::from_utf8_lossy(head);
    let line = head.lines().find(|line| {
        line.get(..11)
            .is_some_and(|name| name.eq_ignore_ascii_case("Message-ID:"))
    })?;
    Some(line[11..].trim().trim_matches(['<', '>']).to_owned())
}

//! Commands out, replies in, over one connection, with bounded waiting and reused memory.

use std::io;
use std::time::Duration;

use tokio::time::timeout;

use super::reply::{Garbled, Reply, ReplyReader};
use super::stream::Stream;

/// Bytes read at once; many times the replies of one flight.
const INBOX: usize = 4_096;

/// Wait for what a server said before it hung up on us.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The conversation broke.
#[derive(Debug)]
pub(super) enum Break {
    Lost(io::Error),
    TimedOut,
    Garbled(Garbled),
}

/// One conversation.
pub(super) struct Wire {
    stream: Stream,
    inbox: Box<[u8]>,
    from: usize,
    to: usize,
    replies: ReplyReader,
    outbox: Vec<u8>,
    dot_may_have_left: bool,
}

impl Wire {
    pub fn new(stream: Stream) -> Self {
        Self {
            stream,
            inbox: vec![0; INBOX].into_boxed_slice(),
            from: 0,
            to: 0,
            replies: ReplyReader::default(),
            outbox: Vec::with_capacity(512),
            dot_may_have_left: false,
        }
    }

    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Gives the connection away, to be encrypted. Nothing may be unread.
    pub fn into_stream(self) -> Stream {
        self.stream
    }

    /// Cuts the connection without another byte.
    pub fn close(&mut self) {
        self.stream = Stream::Closed;
        self.from = self.to;
    }

    /// What the next [`Wire::send`] will send; write into it.
    pub fn outbox(&mut self) -> &mut Vec<u8> {
        &mut self.outbox
    }

    /// Sends the outbox.
    pub async fn send(&mut self, patience: Duration) -> Result<(), Break> {
        let outbox = std::mem::take(&mut self.outbox);
        let sent = self.hand_over(&[], &outbox, patience).await;
        self.keep_outbox(outbox);
        sent
    }

    /// Sends a body and after it the outbox, whose first byte is the final dot.
    pub async fn send_body(&mut self, body: &[u8], patience: Duration) -> Result<(), Break> {
        self.dot_may_have_left = false;
        let outbox = std::mem::take(&mut self.outbox);
        let sent = self.hand_over(body, &outbox, patience).await;
        self.keep_outbox(outbox);
        sent
    }

    /// Whether the final dot of the last body, or a part of what follows it, was handed to the connection. True also for
    /// a [`Wire::send_body`] that was dropped halfway.
    pub fn dot_may_have_left(&self) -> bool {
        self.dot_may_have_left
    }

    /// Forgets the last body.
    pub fn forget_dot(&mut self) {
        self.dot_may_have_left = false;
    }

    /// Overwrites what was sent last; for passwords.
    pub fn wipe_outbox(&mut self) {
        self.outbox.resize(self.outbox.capacity(), 0);
        self.outbox.fill(0);
        self.outbox.clear();
    }

    /// Waits for the next whole reply.
    pub async fn reply(&mut self, patience: Duration) -> Result<&Reply, Break> {
        if !self.take_reply()? {
            timeout(patience, self.read_reply())
                .await
                .map_err(|_| Break::TimedOut)??;
        }
        self.replies.reply().ok_or(Break::TimedOut)
    }

    /// What a server said before it hung up, if it can still be read.
    pub async fn last_words(&mut self) -> Option<&Reply> {
        self.reply(LAST_WORDS).await.ok()
    }

    /// Whether the server has said more than was asked.
    pub fn has_unread(&self) -> bool {
        self.from < self.to
    }

    /// Whether the server has neither spoken nor hung up while nothing was asked.
    pub async fn is_quiet(&mut self) -> bool {
        let heard = timeout(Duration::ZERO, self.stream.read(&mut self.inbox)).await;
        heard.is_err() && !self.has_unread()
    }

    /// Says goodbye below SMTP.
    pub async fn shut_down(&mut self, patience: Duration) {
        // Nothing depends on the other side hearing it.
        let _ = timeout(patience, self.stream.shut_down()).await;
        self.close();
    }

    async fn hand_over(&mut self, body: &[u8], tail: &[u8], patience: Duration) -> Result<(), Break> {
        let is_body = !body.is_empty();
        let whole = body.len() + tail.len();
        let mut written = 0;
        while written < whole {
            let first = body.get(written..).unwrap_or_default();
            let second = tail.get(written.saturating_sub(body.len())..).unwrap_or_default();
            if is_body && first.is_empty() && self.stream.may_send_and_fail() {
                self.dot_may_have_left = true;
            }
            let step = timeout(patience, self.stream.write_two(first, second)).await;
            written += step.map_err(|_| Break::TimedOut)?.map_err(Break::Lost)?;
            self.dot_may_have_left |= is_body && written > body.len();
        }
        timeout(patience, self.stream.flush())
            .await
            .map_err(|_| Break::TimedOut)?
            .map_err(Break::Lost)
    }

    fn keep_outbox(&mut self, mut outbox: Vec<u8>) {
        outbox.clear();
        self.outbox = outbox;
    }

    async fn read_reply(&mut self) -> Result<(), Break> {
        loop {
            let count = self.stream.read(&mut self.inbox).await.map_err(Break::Lost)?;
            if count == 0 {
                return Err(Break::Lost(io::ErrorKind::UnexpectedEof.into()));
            }
            (self.from, self.to) = (0, count);
            if self.take_reply()? {
                return Ok(());
            }
        }
    }

    /// Takes one reply out of what was read already. False when it is not whole yet.
    fn take_reply(&mut self) -> Result<bool, Break> {
        let unread = self.inbox.get(self.from..self.to).unwrap_or_default();
        self.from += self.replies.take(unread).map_err(Break::Garbled)?;
        Ok(self.replies.reply().is_some())
    }
}

//! One connection that delivers messages, one flight a message.

mod offer;

use std::time::Duration;

use super::body::Body;
use super::capabilities::Capabilities;
use super::envelope::{Encoding, Envelope};
use super::failure::Failure;
use super::judgement::{self, Stage};
use super::opening::{Found, open};
use super::outcome::{Doubt, Outcome, Unsent};
use super::settings::Settings;
use super::wire::{Break, Wire};

use offer::{Answer, Debt, Offer};

/// Longest wait for the answer to QUIT: nothing depends on it.
const GOODBYE: Duration = Duration::from_secs(5);

/// One open connection. Not shared: a message is on its way while [`Session::deliver`] runs.
pub struct Session {
    wire: Wire,
    capabilities: Capabilities,
    command_timeout: Duration,
    data_timeout: Duration,
    messages_per_connection: u32,
    messages: u32,
    is_open: bool,
    is_delivering: bool,
    offer: Offer,
    debt: Debt,
}

/// What taking back an announced message did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawal {
    /// No message was announced.
    NothingOffered,
    /// The server had not let it in; the session goes on.
    KeptOpen,
    /// The server was waiting for its body; only closing the connection makes sure that it gets none (RFC 5321 §3.8:
    /// without the final dot nothing is delivered).
    Closed,
}

impl Session {
    /// Opens a connection that is ready for mail.
    ///
    /// # Errors
    /// With the first thing that stands in the way, in words for the person who entered the settings.
    pub async fn open(settings: &Settings) -> Result<Self, Failure> {
        let mut found = Found::default();
        let wire = open(settings, &mut found).await?;
        Ok(Self {
            wire,
            capabilities: found.capabilities,
            command_timeout: settings.command_timeout,
            data_timeout: settings.data_timeout,
            messages_per_connection: settings.messages_per_connection.max(1),
            messages: 0,
            is_open: true,
            is_delivering: false,
            offer: Offer::default(),
            debt: Debt::Nothing,
        })
    }

    /// What the server offers.
    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// Messages begun on this connection, announced ones included.
    pub fn messages(&self) -> u32 {
        self.messages
    }

    /// Whether another message can be given to this session. False after a loss, after `messages_per_connection`
    /// messages, and after a [`Session::deliver`] that was dropped before it ended.
    pub fn is_usable(&self) -> bool {
        self.is_open && !self.is_delivering && (self.offer.is_made() || self.has_room())
    }

    /// Delivers a message and tells what became of it. `next` is the message that will be delivered after it: it is
    /// announced behind the body of this one, so that its body can be written at once when its turn comes. Give it only
    /// if it really follows soon: the server waits for its body. `next` is left out, which is never wrong, when the
    /// server does not take commands in groups, or when this connection has had its messages.
    pub async fn deliver(
        &mut self,
        envelope: &Envelope<'_>,
        body: Body<'_>,
        next: Option<&Envelope<'_>>,
    ) -> Outcome {
        if !self.is_usable() {
            return Outcome::NotSent { why: Unsent::Closed };
        }
        self.wire.forget_dot();
        self.is_delivering = true;
        let outcome = self.deliver_one(envelope, body, next).await;
        self.is_delivering = false;
        outcome
    }

    /// What became of the message whose [`Session::deliver`] was dropped before it ended; nothing when none was.
    pub fn interrupted(&self) -> Option<Outcome> {
        match (self.is_delivering, self.wire.dot_may_have_left()) {
            (false, _) => None,
            (true, false) => Some(Outcome::NotSent {
                why: Unsent::Interrupted,
            }),
            (true, true) => Some(Outcome::InDoubt {
                why: Doubt::Interrupted,
            }),
        }
    }

    /// Takes back the announced message, so that it provably is not delivered: for a recipient who opted out after it was
    /// announced and before its body was written.
    pub async fn withdraw(&mut self) -> Withdrawal {
        if self.is_delivering {
            self.close();
            return Withdrawal::Closed;
        }
        self.take_back().await
    }

    /// Leaves politely. An announced message is taken back.
    pub async fn quit(mut self) {
        self.withdraw().await;
        if !self.is_open || self.is_delivering {
            return self.close();
        }
        self.debt.pay(self.wire.outbox());
        self.wire.outbox().extend_from_slice(b"QUIT\r\n");
        if self.wire.send(GOODBYE).await.is_ok() {
            // The answer decides nothing any more.
            let _ = self.wire.reply(GOODBYE).await;
        }
        self.wire.shut_down(GOODBYE).await;
    }

    async fn take_back(&mut self) -> Withdrawal {
        if !self.offer.is_made() {
            return Withdrawal::NothingOffered;
        }
        if matches!(self.answers().await, Answer::No(_)) && self.is_open {
            return Withdrawal::KeptOpen;
        }
        self.close();
        Withdrawal::Closed
    }

    async fn deliver_one(
        &mut self,
        envelope: &Envelope<'_>,
        body: Body<'_>,
        next: Option<&Envelope<'_>>,
    ) -> Outcome {
        if self.offer.is_made()
            && !self.offer.is_for(envelope)
            && self.take_back().await == Withdrawal::Closed
        {
            return Outcome::NotSent {
                why: Unsent::AnotherWasOffered,
            };
        }
        if let Some(why) = self.obstacle(envelope, Some(body)) {
            self.take_back().await;
            return Outcome::NotSent { why };
        }
        match self.announce(envelope).await {
            Answer::GoAhead => self.transmit(body, next).await,
            Answer::No(outcome) => {
                self.announce_behind_failure(next).await;
                outcome
            }
        }
    }

    /// Writes the body, the final dot and what announces the next message, and reads the answer to the dot.
    async fn transmit(&mut self, body: Body<'_>, next: Option<&Envelope<'_>>) -> Outcome {
        self.wire.outbox().extend_from_slice(b".\r\n");
        self.write_offer(next);
        let sent = self.wire.send_body(body.bytes(), self.data_timeout).await;
        if let Err(broken) = sent
            && !self.wire.dot_may_have_left()
        {
            return self.unsent(broken).await;
        }
        // Also after a failed write the answer may have come: a server may answer and hang up while we still announce.
        let outcome = match self.wire.reply(self.data_timeout).await {
            Ok(reply) if reply.is_positive() => judgement::acceptance(reply),
            Ok(reply) => judgement::failure(Stage::Content, reply).unwrap_or_else(|| Outcome::InDoubt {
                why: Doubt::Garbled(reply.to_string()),
            }),
            Err(broken) => Outcome::InDoubt { why: broken.into() },
        };
        if ends_session(&outcome) {
            self.close();
        }
        outcome
    }

    /// The connection broke before the final dot. What the server said before it hung up explains why.
    async fn unsent(&mut self, broken: Break) -> Outcome {
        let explained = match &broken {
            Break::Lost(_) => self
                .wire
                .last_words()
                .await
                .and_then(|reply| judgement::failure(Stage::Content, reply)),
            Break::TimedOut | Break::Garbled(_) => None,
        };
        self.close();
        explained.unwrap_or_else(|| Outcome::NotSent { why: broken.into() })
    }

    /// What keeps this server from taking a message, known before a word is said.
    fn obstacle(&self, envelope: &Envelope<'_>, body: Option<Body<'_>>) -> Option<Unsent> {
        let size = body
            .map(|body| body.bytes().len() as u64)
            .max(envelope.content().size);
        if let (Some(limit), Some(size)) = (self.capabilities.largest_message, size)
            && size > limit
        {
            return Some(Unsent::TooLarge { limit });
        }
        if envelope.needs_utf8() && !self.capabilities.utf8 {
            return Some(Unsent::NeedsUtf8);
        }
        let needs_eight_bit = envelope.content().encoding == Encoding::EightBit;
        (needs_eight_bit && !self.capabilities.eight_bit).then_some(Unsent::NeedsEightBit)
    }

    fn has_room(&self) -> bool {
        self.messages < self.messages_per_connection
    }

    fn close(&mut self) {
        self.is_open = false;
        self.offer.forget();
        self.wire.close();
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Session")
            .field("peer", &self.wire.stream().peer())
            .field("messages", &self.messages)
            .field("is_usable", &self.is_usable())
            .finish_non_exhaustive()
    }
}

/// A server that says 421 hangs up; one that answers out of step cannot be believed any more.
fn ends_session(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Deferred { reply, .. } => reply.is_farewell(),
        Outcome::InDoubt { .. } => true,
        Outcome::Accepted { .. } | Outcome::Refused { .. } | Outcome::NotSent { .. } => false,
    }
}

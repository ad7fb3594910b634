//! What became of a message.

use super::failure::plain;
use super::reply::Reply;
use super::wire::Break;

/// What became of one message that was given to [`super::Session::deliver`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server has taken responsibility for it (RFC 5321 §4.2.5).
    Accepted {
        /// Its answer to the final dot.
        reply: Reply,
        /// The name under which its operator can find the message, if the answer has one.
        queue_id: Option<String>,
    },
    /// Not now. It was not delivered.
    Deferred {
        /// The answer that said so.
        reply: Reply,
        /// What should slow down.
        scope: Scope,
    },
    /// Never. It was not delivered.
    Refused {
        /// The answer that said so.
        reply: Reply,
        /// Whether the address does not work for anybody's mail, so that it should not be written to again.
        is_bad_address: bool,
    },
    /// Its final dot may have reached the server, and no answer to it was read: it may be delivered or not.
    InDoubt {
        /// What stood between us and the answer.
        why: Doubt,
    },
    /// Its final dot was not written: it was not delivered.
    NotSent {
        /// What came before.
        why: Unsent,
    },
}

/// How far a temporary refusal reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// This message or its recipient only.
    Message,
    /// Everybody at this domain.
    Domain,
    /// Whatever goes through this server or account.
    Connection,
}

/// Why nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// The connection went away.
    #[error("The connection was lost before the server confirmed the message: {0}.")]
    Lost(String),
    /// The answer did not come in time.
    #[error("The server did not confirm the message in time.")]
    TimedOut,
    /// The answer made no sense.
    #[error("The server did not confirm the message. {0}")]
    Garbled(String),
    /// We stopped waiting; see [`super::Session::interrupted`].
    #[error("Sending was interrupted before the server confirmed the message.")]
    Interrupted,
}

/// Why a message did not leave.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsent {
    /// The connection went away.
    #[error("The connection was lost before the message was sent: {0}.")]
    Lost(String),
    /// The server did not go on in time.
    #[error("The server did not go on in time; the message was not sent.")]
    TimedOut,
    /// The server is not in step with us.
    #[error("The server gave an answer that does not fit; the message was not sent. {0}")]
    Garbled(String),
    /// The server refuses to go on with this connection, whatever the message: it wants us to sign in, or does not know
    /// or expect the command.
    #[error("The server does not take mail from us: {0}.")]
    TurnedAway(Reply),
    /// The session was not usable any more, or the server had closed it while nothing was said.
    #[error("The connection was already closed; the message was not sent.")]
    Closed,
    /// We stopped on our side; see [`super::Session::interrupted`].
    #[error("Sending was interrupted before the message was sent.")]
    Interrupted,
    /// Another message had been announced, so the connection was closed to withdraw that one.
    #[error("Another message had been announced on this connection; this one was not sent.")]
    AnotherWasOffered,
    /// The server states a smaller limit (RFC 1870).
    #[error("The message is larger than the {limit} bytes that the server takes.")]
    TooLarge {
        /// Its limit in bytes.
        limit: u64,
    },
    /// The server has no SMTPUTF8.
    #[error("The server cannot take an address with letters beyond ASCII.")]
    NeedsUtf8,
    /// The server has no 8BITMIME.
    #[error("The server cannot take a message with letters beyond ASCII that are not encoded.")]
    NeedsEightBit,
}

impl Outcome {
    /// Whether the message is known not to be delivered by this attempt.
    pub fn is_known_undelivered(&self) -> bool {
        matches!(
            self,
            Self::Deferred { .. } | Self::Refused { .. } | Self::NotSent { .. }
        )
    }
}

impl Unsent {
    /// Whether the same message may leave through the same server later.
    pub fn is_worth_retrying(&self) -> bool {
        !matches!(
            self,
            Self::TooLarge { .. } | Self::NeedsUtf8 | Self::NeedsEightBit
        )
    }
}

impl From<Break> for Doubt {
    fn from(broken: Break) -> Self {
        match broken {
            Break::Lost(error) => Self::Lost(plain(&error)),
            Break::TimedOut => Self::TimedOut,
            Break::Garbled(garbled) => Self::Garbled(garbled.to_string()),
        }
    }
}

impl From<Break> for Unsent {
    fn from(broken: Break) -> Self {
        match broken {
            Break::Lost(error) => Self::Lost(plain(&error)),
            Break::TimedOut => Self::TimedOut,
            Break::Garbled(garbled) => Self::Garbled(garbled.to_string()),
        }
    }
}

//! Why a mailbox cannot be read, in words for the person who entered the settings.

use std::fmt;

use crate::providers::mail::smtp::CertificateProblem;

/// Why a mailbox cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The name of the server has no address.
    #[error("No server called “{0}” could be found. Check the spelling of its name.")]
    UnknownHost(String),
    /// The name leads to an address at which no mailbox can be.
    #[error("The name of the server leads to an address at which no mail server can be.")]
    NoSuchPlace,
    /// The machine is there, the port is shut.
    #[error(
        "The connection to {host}, port {port}, was refused. Check the port: 993 for TLS, 143 for STARTTLS."
    )]
    Refused {
        /// The name.
        host: String,
        /// The port.
        port: u16,
    },
    /// No way to the machine.
    #[error("The server {host} cannot be reached: {why}.")]
    Unreachable {
        /// The name.
        host: String,
        /// What the network says.
        why: String,
    },
    /// Nothing came in time.
    #[error("The server did not answer in time while {0}.{hint}", hint = .0.timeout_hint())]
    TimedOut(Step),
    /// Its certificate is not believed.
    #[error("The certificate of the server cannot be trusted: {0}.")]
    Certificate(CertificateProblem),
    /// What answers on the port does not speak TLS.
    #[error("The server does not speak TLS on port {0}. Try STARTTLS, or port 993.")]
    NotTls(u16),
    /// TLS could not be agreed on.
    #[error("No encrypted connection could be agreed on: {0}.")]
    Tls(String),
    /// STARTTLS is wanted and missing.
    #[error("The server does not offer STARTTLS on this port. Nothing was sent. Try TLS on port 993.")]
    StartTlsNotOffered,
    /// Signing in would show the password to the network.
    #[error("The user name and password would travel unencrypted. Choose TLS or STARTTLS.")]
    UnsafeCredentials,
    /// No way to sign in that we know.
    #[error("The server offers no way of signing in with a user name and a password.")]
    SignInNotOffered,
    /// User or password is wrong.
    #[error("The server does not accept the user name or the password{}.", colon(.0))]
    WrongPassword(String),
    /// The server said no.
    #[error("The server answered no while {step}{}.", colon(.said))]
    Rejected {
        /// When.
        step: Step,
        /// Its words.
        said: String,
    },
    /// The connection went away.
    #[error("The connection was lost while {step}: {why}.")]
    Lost {
        /// When.
        step: Step,
        /// What the network says.
        why: String,
    },
    /// The other side does not speak IMAP.
    #[error("What answers there is not the server of a mailbox (IMAP).")]
    NotImap,
    /// It sends more than was asked for.
    #[error("The server sent more than was asked for, so the connection was closed.")]
    TooMuch,
}

impl Failure {
    /// The field of a form that the failure is about.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Refused { .. } | Self::NotTls(_) => "port",
            Self::StartTlsNotOffered | Self::UnsafeCredentials | Self::Tls(_) => "security",
            Self::Certificate(_) => "root",
            Self::WrongPassword(_) | Self::SignInNotOffered => "secret",
            _ => "host",
        }
    }
}

fn colon(words: &str) -> String {
    match words {
        "" => String::new(),
        words => format!(": {}", words.trim_end_matches('.')),
    }
}

/// A part of the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The TCP connection.
    Connecting,
    /// The TLS handshake.
    Encrypting,
    /// The first line of the server, and what it can do.
    Greeting,
    /// The STARTTLS command.
    StartingTls,
    /// LOGIN or AUTHENTICATE.
    SigningIn,
    /// SELECT.
    Opening,
    /// SEARCH.
    Searching,
    /// FETCH.
    Fetching,
    /// STORE.
    Marking,
}

impl Step {
    /// RFC 8314, 3.2: on port 993 a server waits for TLS before it says a word.
    fn timeout_hint(self) -> &'static str {
        match self {
            Self::Greeting => " If the port is meant for TLS from the first byte, as 993 is, choose TLS.",
            Self::Connecting => " Check the name and the port, and whether a firewall blocks them.",
            _ => "",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Connecting => "connecting",
            Self::Encrypting => "agreeing on encryption",
            Self::Greeting => "we waited for its greeting",
            Self::StartingTls => "asking for encryption",
            Self::SigningIn => "signing in",
            Self::Opening => "opening the inbox",
            Self::Searching => "looking for new messages",
            Self::Fetching => "reading a message",
            Self::Marking => "marking messages as read",
        })
    }
}

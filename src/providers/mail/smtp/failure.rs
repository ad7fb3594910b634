//! Why a connection could not be opened, in words for the person who entered the settings.

use std::fmt;
use std::io;

use super::reply::Reply;
use super::wire::Break;

/// Why a connection could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// A setting cannot be right whatever the server says.
    #[error("{0}")]
    Settings(&'static str),
    /// The name of the server has no address.
    #[error("No server called “{host}” could be found. Check the spelling of its name.")]
    UnknownHost {
        /// The name.
        host: String,
    },
    /// The machine is there, the port is shut.
    #[error(
        "The connection to {host}, port {port}, was refused. Check the port, and that the mail server is running."
    )]
    Refused {
        /// The name.
        host: String,
        /// The port.
        port: u16,
    },
    /// No way to the machine.
    #[error("The server {host}, port {port}, cannot be reached: {why}.")]
    Unreachable {
        /// The name.
        host: String,
        /// The port.
        port: u16,
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
    #[error("The server does not speak TLS on port {port}. Try STARTTLS, or port 465.")]
    NotTls {
        /// The port.
        port: u16,
    },
    /// TLS could not be agreed on.
    #[error("No encrypted connection could be agreed on: {0}.")]
    Tls(String),
    /// STARTTLS is wanted and missing.
    #[error("The server does not offer STARTTLS on this port. Nothing was sent. Try TLS on port 465.")]
    StartTlsNotOffered,
    /// The server does not want to talk to us.
    #[error("The server turned us away: {0}.")]
    TurnedAway(Reply),
    /// A command of the opening was rejected.
    #[error("The server answered no while {step}: {reply}.")]
    Rejected {
        /// When.
        step: Step,
        /// Its answer.
        reply: Reply,
    },
    /// Signing in would show the password to the network.
    #[error("The user name and password would travel unencrypted. Choose STARTTLS or TLS.")]
    UnsafeCredentials,
    /// No way to sign in that we know.
    #[error("The server offers no way of signing in that is known here. It offers: {}.", list(.offered))]
    SignInNotOffered {
        /// What it offers.
        offered: Vec<String>,
    },
    /// User or password is wrong.
    #[error("The server does not accept the user name or the password: {0}.")]
    WrongPassword(Reply),
    /// The connection went away.
    #[error("The connection was lost while {step}: {why}.")]
    Lost {
        /// When.
        step: Step,
        /// What the network says.
        why: String,
    },
    /// The other side does not speak SMTP.
    #[error("What answers there is not a mail server. {0}")]
    NotSmtp(String),
}

impl Failure {
    /// Whether the same settings may work later, without anybody changing anything.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Refused { .. } | Self::Unreachable { .. } | Self::TimedOut(_) | Self::Lost { .. } => true,
            Self::TurnedAway(reply) | Self::Rejected { reply, .. } => reply.is_temporary(),
            _ => false,
        }
    }

    pub(super) fn at(step: Step) -> impl FnOnce(Break) -> Self {
        move |broken| match broken {
            Break::Lost(error) => Self::Lost {
                step,
                why: plain(&error),
            },
            Break::TimedOut => Self::TimedOut(step),
            Break::Garbled(garbled) => Self::NotSmtp(garbled.to_string()),
        }
    }
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateProblem {
    /// It has run out.
    Expired,
    /// It is not valid yet; often a wrong clock.
    NotYetValid,
    /// It is for other names.
    OtherName,
    /// Nobody we believe has signed it.
    UnknownIssuer,
    /// It is the certificate of an authority, as `openssl req -x509` makes them; a server needs one of its own.
    AuthorityAsServer,
    /// It was withdrawn.
    Revoked,
    /// Something else.
    Other(String),
}

impl fmt::Display for CertificateProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Expired => "it has expired",
            Self::NotYetValid => "it is not valid yet; check the clocks of both machines",
            Self::OtherName => "it was issued for another name; use the name that the mail provider gives",
            Self::UnknownIssuer => {
                "it was issued by an unknown authority; for a server of your own add its root certificate"
            }
            Self::AuthorityAsServer => {
                "it is the certificate of an authority; a server needs one with CA:FALSE"
            }
            Self::Revoked => "it was revoked",
            Self::Other(why) => why,
        })
    }
}

/// A part of the opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The TCP connection.
    Connecting,
    /// The TLS handshake.
    Encrypting,
    /// The first line of the server.
    Greeting,
    /// EHLO or HELO.
    Introducing,
    /// The STARTTLS command.
    StartingTls,
    /// AUTH.
    SigningIn,
}

impl Step {
    /// RFC 8314 §3.3: on port 465 a server waits for TLS before it says a word.
    fn timeout_hint(self) -> &'static str {
        match self {
            Self::Greeting => " If the port is meant for TLS from the start, as 465 is, choose TLS.",
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
            Self::Introducing => "introducing ourselves",
            Self::StartingTls => "asking for encryption",
            Self::SigningIn => "signing in",
        })
    }
}

/// What a network error means, without the number of the operating system.
pub(in crate::providers::mail) fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the server hung up".to_owned(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            "the server cut the connection".to_owned()
        }
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
            "there is no way to it".to_owned()
        }
        io::ErrorKind::NotConnected => "the connection is closed".to_owned(),
        _ => error.to_string(),
    }
}

fn list(words: &[String]) -> String {
    if words.is_empty() {
        "none".to_owned()
    } else {
        words.join(", ")
    }
}

//! Sending mail in bulk over SMTP (RFC 5321), one round trip a message.
//!
//! A [`Session`] is one connection. While the body of a message travels, the commands of the next message travel behind
//! it (RFC 2920), so a message costs one flight instead of five round trips. What became of each message is an
//! [`Outcome`], and one rule stands above everything else here:
//!
//! > A message is [`Outcome::InDoubt`] if, and only if, its final dot may have reached the server and no reply to it was
//! > read. Everything else is known: accepted, put off, refused, or provably not sent.
//!
//! There is no pool, no retry and no clock in here; whoever owns the queue decides about those.

mod address;
mod body;
mod capabilities;
mod check;
mod envelope;
mod failure;
mod judgement;
mod opening;
mod outcome;
mod reply;
mod session;
mod settings;
mod sign_in;
mod stream;
mod trust;
mod wire;

pub(in crate::providers::mail) use failure::plain;
pub(in crate::providers::mail) use opening::certificate_problem;
pub(in crate::providers::mail) use sign_in::is_private;
pub(in crate::providers::mail) use stream::Stream;

pub use address::Address;
pub use body::{BadBody, Body, dot_stuffed};
pub use capabilities::Capabilities;
pub use check::{CheckReport, check};
pub use envelope::{BadEnvelope, Content, Encoding, Envelope};
pub use failure::{CertificateProblem, Failure, Step};
pub use outcome::{Doubt, Outcome, Scope, Unsent};
pub use reply::{EnhancedStatus, Reply};
pub use session::{Session, Withdrawal};
pub use settings::{Credentials, PlaintextCredentials, Security, Settings};
pub use stream::Encryption;
pub use trust::{BadRoot, Trust};

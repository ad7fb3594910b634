//! Outside services behind which a message leaves the portal, and the reports they send back.
//!
//! Every sender answers with an [`Outcome`], which says what to do next and not what the wire said. Secrets
//! are `SecretString`s and occur in no `Debug` output and no error. No sender reads a clock: `now` comes in.

pub mod mail;
pub mod pages;
pub mod pdf;
pub mod push;
pub mod reach;
pub mod sms;
pub mod video;
pub mod webhooks;
pub mod writing;

mod http;
mod outcome;

pub use http::{Http, NoClient, Patience};
pub use outcome::{Check, Misconfigured, Outcome, RateLimit, Refusal, Scope, Sent};

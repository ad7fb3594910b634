//! Reading one mailbox over IMAP (RFC 3501): signing in, what is new, the first part of each message, and marking as read.
//!
//! A client of our own for the seven commands that this needs. What a server sends is bounded before memory is taken for it, every wait has
//! an end, and nothing is deleted or moved. What something says that does not speak IMAP is never repeated to anybody, so that whoever types
//! an address learns nothing about a service that is none of a mailbox's.

mod failure;
mod opening;
mod session;
mod settings;
mod wire;

pub use failure::{Failure, Step};
pub use session::{Folder, Session};
pub use settings::Settings;

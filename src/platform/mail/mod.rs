//! Outgoing mail: real MIME (RFC 5322, RFC 2046) with a text and an HTML part, in the reader's language, written into the
//! outbox in the transaction of the change that wants it.

mod letter;
pub mod mime;
mod queries;
mod words;

pub use letter::{Lane, Letter, Mailbox};
pub use queries::{
    Finished, Kept, Line, is_number, keep_finished, kept, newest, numbers, post, post_as_system,
    post_finished, texts_to,
};
pub use words::{Locale, say};

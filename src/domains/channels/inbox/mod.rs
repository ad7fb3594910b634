//! What waits for a person: channels with something unread, messages that call them, broadcasts. Nothing is stored here;
//! all of it follows from read pointers, mentions and receipts.

mod pages;
pub(crate) mod queries;
pub mod routes;

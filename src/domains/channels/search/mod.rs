//! Finding messages again: the language of [`crate::kernel::search_query`] over everything the searcher may read.
//!
//! What may be read is decided inside the SQL function `app.search_messages`, the only door to the word index: the
//! searcher's channels, from the message on that they may see, without deleted messages and those they hid.

mod forms;
pub mod highlight;
mod pages;
mod queries;
pub mod routes;

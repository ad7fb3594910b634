//! The rules that need nothing but themselves.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod documents;
mod markup;
mod markup_properties;
mod reactions;
mod search_query;
mod spreadsheet;
mod time;

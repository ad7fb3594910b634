//! What providers and mails that come back report: delivered, bounced, complained, and text messages that people send back.
//!
//! A report is believed by its signature and nothing else, acted on once whatever often it comes, and in any order. It opens nothing to
//! whoever sends it: a report that is not believed is answered as if there were no such address.

pub mod actions;
mod pages;
pub(in crate::domains::campaigns) mod queries;
pub mod routes;
pub mod subscribers;

//! Campaigns: what they say, to whom, and what becomes of it.

mod api;
mod content;
mod mailbox;
mod phone;
mod post;
mod results;
mod segments;
pub mod sending;
mod templates;
mod variants;

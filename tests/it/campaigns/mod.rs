//! Campaigns: what they say, to whom, and what becomes of it.

mod api;
mod blocks;
mod content;
pub mod images;
mod mailbox;
mod phone;
mod post;
mod providers;
mod results;
mod segments;
pub mod sending;
mod telling;
mod templates;
mod variants;

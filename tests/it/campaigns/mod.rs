//! Campaigns: what they say, to whom, and what becomes of it.

mod api;
mod content;
mod segments;
mod sending;
mod templates;

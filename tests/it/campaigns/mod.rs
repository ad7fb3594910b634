//! Campaigns: what they say, to whom, and what becomes of it.

mod content;
mod segments;
mod sending;
mod templates;
mod variants;

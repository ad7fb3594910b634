//! Campaigns: what they say.

mod content;
mod segments;
mod templates;

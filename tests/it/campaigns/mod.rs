//! Campaigns: what they say.

mod content;

//! Messages to many people: what they say, to whom they go, when, and what became of each.

pub mod content;
pub mod timing;

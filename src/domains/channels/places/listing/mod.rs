//! The lists of channels: a member's own, those they could join, and those they set aside.

pub mod pages;
pub mod routes;

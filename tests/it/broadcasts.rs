//! Broadcasts: whom they reach, how often, whether they can be taken back, and what becomes of them.

mod answers;
mod browsing;
pub mod draft;
mod log;
mod reach;
mod sending;
mod throttle;
mod writing;

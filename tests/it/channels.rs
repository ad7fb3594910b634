//! Channels: what people notice when they talk.

mod api;
mod attachments;
mod changing;
mod counting;
mod export;
mod inbox;
mod menu;
mod messages;
mod moderation;
pub mod places;
mod proofs;
mod retention;
mod search;

//! Channels: what people notice when they talk.

mod attachments;
mod export;
mod inbox;
mod messages;
mod moderation;
mod places;
mod retention;
mod search;

//! Channels: what people notice when they talk.

mod attachments;
mod inbox;
mod export;
mod messages;
mod moderation;
mod retention;

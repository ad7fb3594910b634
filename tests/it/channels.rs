//! Channels: what people notice when they talk.

mod attachments;
mod inbox;
mod messages;
mod moderation;

//! Channels: what people notice when they talk.

mod attachments;
mod messages;
mod moderation;

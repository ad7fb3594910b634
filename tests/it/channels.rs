//! Channels: what people notice when they talk.

mod messages;
mod moderation;

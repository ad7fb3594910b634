//! The content engine: what is compiled, what is refused, and the mail that comes of it.

mod blocks;
mod mail;
mod problems;
mod starters;
mod support;
mod text;

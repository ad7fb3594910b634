//! The content engine of campaigns: turns what staff wrote (MJML, HTML or plain text with variables) into
//! something that can be rendered for a million people, one reused buffer at a time.
//!
//! A [`Draft`] is compiled once, at save, by [`compile`]; the [`Compiled`] is immutable and shared between
//! sending tasks. [`render_mail`] writes one complete MIME message for one [`Recipient`]; [`render_parts`]
//! gives subject, html and text for previews, text messages and HTTP providers.
//!
//! Invariants: the same compiled content with the same values gives the same bytes; no value can end a header
//! line, leave its HTML element or start a line with a dot; every problem names the field and, where known,
//! the line it was found on. Pure code: no clock, no network, no database.

mod address;
mod block_mjml;
mod blocks;
mod colors;
mod compile;
mod compiled;
mod draft;
mod filled_in;
mod filters;
mod header;
mod html;
mod language;
mod lint;
mod logic;
mod markdown;
mod mjml;
mod parts;
mod problem;
mod quoted_printable;
mod recipient;
mod render;
mod sender;
mod starters;
mod tags;
mod text_lines;
mod text_part;
mod trial;
mod variables;

pub use address::AddressError;
pub use block_mjml::{TALLEST_SPACER, WrittenBlocks, to_mjml, write_blocks};
pub use blocks::{Block, ColumnBlock, HeadingLevel, Theme};
pub use colors::{Color, LEAST_CONTRAST};
pub use compile::compile;
pub use compiled::{Compiled, TrackedLink};
pub use draft::{Channel, Draft, Kind, Purpose, Variable};
pub use filled_in::filled_in;
pub use lint::{GMAIL_CLIP_BYTES, MESSAGE_SIZE_BYTES, SUBJECT_CHARACTERS};
pub use problem::{Code, Field, Place, Problem, Severity};
pub use recipient::{Links, Recipient, Stamp, TrackedLinks, Values};
pub use render::{RenderError, RenderedParts, message_digest, render_mail, render_parts, render_test};
pub use sender::{ListIdentity, Organization, Sender, SenderDetails};
pub use starters::{STARTERS, Starter, WRITE_HERE, first_name, is_example, left_words};

//! The readable page inside an export, part by part: opened from a disk years later, it needs nothing else and runs nothing.

use std::fmt;

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::domains::channels::messages::view::SanitisedHtml;
use crate::kernel::time::machine;

use super::model::Message;

/// The page's own style; its hash is the only thing its policy lets in.
const STYLE: &str = include_str!("page.css");

/// That style, which is ours and holds no markup.
struct OwnStyle;

impl fmt::Display for OwnStyle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(STYLE)
    }
}

impl askama::filters::HtmlSafe for OwnStyle {}

/// The beginning of the page.
#[derive(Template)]
#[template(path = "channels/export/_head.html")]
pub struct Sheet {
    /// What it holds.
    pub title: String,
    /// The organization.
    pub organization: String,
    /// When it was made, in words.
    pub made: String,
    /// Where relative links lead; empty when the portal has no address of its own.
    pub base: String,
    style: OwnStyle,
    style_hash: String,
}

impl Sheet {
    /// A page with this title.
    pub fn new(title: String, organization: String, made: String, base: &str) -> Self {
        let style_hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
        Self {
            title,
            organization,
            made,
            base: base.to_owned(),
            style: OwnStyle,
            style_hash,
        }
    }
}

/// A heading between messages.
#[derive(Template)]
#[template(path = "channels/export/_heading.html")]
pub struct Heading<'a> {
    /// The heading.
    pub text: &'a str,
}

/// One message.
#[derive(Template)]
#[template(path = "channels/export/_message.html")]
pub struct MessageSheet {
    number: i64,
    author: String,
    time: String,
    moment: String,
    edited: bool,
    answers: Option<i64>,
    body: SanitisedHtml,
    gone: Option<String>,
    reactions: Vec<(String, usize)>,
    files: Vec<String>,
}

impl MessageSheet {
    /// Draws a message; moments are in UTC, because nobody knows who will read the page.
    pub fn of(message: &Message) -> Self {
        Self {
            number: message.number,
            author: message.author.name.clone(),
            time: machine(message.written_at),
            moment: message.written_at.format("%-d %b %Y, %H:%M UTC").to_string(),
            edited: message.edited_at.is_some(),
            answers: message.answers,
            body: SanitisedHtml::from_storage(message.html.clone()),
            gone: message.deleted_at.map(|_| {
                message.removal_reason.as_ref().map_or_else(
                    || "Message deleted.".to_owned(),
                    |reason| format!("Message removed by a moderator: {reason}"),
                )
            }),
            reactions: message
                .reactions
                .iter()
                .map(|reaction| (reaction.emoji.clone(), reaction.members.len()))
                .collect(),
            files: message.attachments.iter().map(|file| file.name.clone()).collect(),
        }
    }
}

/// The end of the page.
#[derive(Template)]
#[template(path = "channels/export/_foot.html")]
pub struct Foot {
    /// Whether there was anything.
    pub any_message: bool,
}

//! The page of the log.

use askama::Template;

use crate::platform::web::Shell;

/// One line.
pub struct LogLine {
    /// RFC 3339.
    pub time: String,
    /// In the reader's zone.
    pub moment: String,
    /// Who; `Waymark` for the portal itself.
    pub who: String,
    /// `Made`, `Sent`, `Cancelled`, `Nudged`.
    pub deed: &'static str,
    /// Kind of badge.
    pub tone: &'static str,
    /// The broadcast's title.
    pub title: String,
    /// Whose broadcast it is.
    pub author: String,
    /// How many people.
    pub people: String,
    /// Its audience, or why it was called off.
    pub note: String,
}

/// A person to filter by.
pub struct Choice {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Whether they are chosen.
    pub chosen: bool,
}

/// The log.
#[derive(Template)]
#[template(path = "broadcasts/log.html")]
pub struct LogPage {
    /// The frame.
    pub shell: Shell,
    /// People to filter by.
    pub people: Vec<Choice>,
    /// Whether one is chosen.
    pub filtered: bool,
    /// The lines.
    pub lines: Vec<LogLine>,
    /// Address of newer lines: the first page.
    pub newest: String,
    /// Address of older lines.
    pub older: String,
}

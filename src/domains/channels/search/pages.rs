//! The search page.

use askama::Template;

use crate::kernel::error::FieldErrors;
use crate::platform::web::Shell;

use super::highlight::Part;

/// What the fields show.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    /// The box.
    pub words: String,
    /// People.
    pub from: String,
    /// Channels.
    pub within: String,
    /// After this day.
    pub after: String,
    /// Before this day.
    pub before: String,
    /// Value, label, whether it is chosen.
    pub has: Vec<(&'static str, &'static str, bool)>,
    /// Whether any filter is set.
    pub filtered: bool,
    /// Path and name of the channel the search is held to, when it was given by its path.
    pub channel: Option<(String, String)>,
}

/// A message that was found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The message in its place.
    pub href: String,
    /// Its author.
    pub author: String,
    /// For the avatar.
    pub initials: String,
    /// For the avatar.
    pub hue: u16,
    /// Its channel.
    pub place: String,
    /// RFC 3339.
    pub time: String,
    /// In words.
    pub moment: String,
    /// The text around what was looked for.
    pub parts: Vec<Part>,
}

/// The search page.
#[derive(Template)]
#[template(path = "channels/search/search.html")]
pub struct SearchPage {
    /// The frame.
    pub shell: Shell,
    /// The fields.
    pub fields: Fields,
    /// What could not be understood.
    pub errors: FieldErrors,
    /// The search in its own language; none before anything was asked.
    pub searched: Option<String>,
    /// What was found.
    pub hits: Vec<Hit>,
    /// Address of older hits; empty on the last page.
    pub older: String,
    /// Address of the newest hits; empty on the first page.
    pub newest: String,
}

//! What may follow each filter's colon.

use std::fmt;

use chrono::NaiveDate;

use super::QueryError;
use crate::kernel::markup;
use crate::kernel::time::read_day;

/// Longest channel name a filter takes, in characters.
const MAX_CHANNEL: usize = 120;

/// The filters of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    From,
    In,
    Before,
    After,
    Has,
}

impl Name {
    /// The filter called so; phones write the first word of a line with a capital.
    pub(super) fn parse(word: &str) -> Option<Name> {
        match word.to_ascii_lowercase().as_str() {
            "from" => Some(Name::From),
            "in" => Some(Name::In),
            "before" => Some(Name::Before),
            "after" => Some(Name::After),
            "has" => Some(Name::Has),
            _ => None,
        }
    }

    /// What the filter takes, as part of a sentence.
    pub(super) fn wants(self) -> &'static str {
        match self {
            Name::From => "a handle such as @ada",
            Name::In => "the name of a channel",
            Name::Before | Name::After => "a day such as 2026-10-01",
            Name::Has => "one of link, image, file, attachment, pin or reaction",
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Name::From => "from",
            Name::In => "in",
            Name::Before => "before",
            Name::After => "after",
            Name::Has => "has",
        })
    }
}

/// Something a message can have besides words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Has {
    /// A linked address.
    Link,
    /// An attached picture.
    Image,
    /// An attached file that is not a picture.
    File,
    /// A picture or a file.
    Attachment,
    Pin,
    Reaction,
}

impl Has {
    pub const ALL: [Has; 6] = [
        Has::Link,
        Has::Image,
        Has::File,
        Has::Attachment,
        Has::Pin,
        Has::Reaction,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Has::Link => "link",
            Has::Image => "image",
            Has::File => "file",
            Has::Attachment => "attachment",
            Has::Pin => "pin",
            Has::Reaction => "reaction",
        }
    }
}

impl fmt::Display for Has {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

pub(super) fn handle(value: &str) -> Result<String, QueryError> {
    let handle = value.strip_prefix('@').unwrap_or(value).to_lowercase();
    if markup::is_handle(&handle) {
        Ok(handle)
    } else {
        Err(wrong(Name::From, value))
    }
}

pub(super) fn channel(value: &str) -> Result<String, QueryError> {
    let name = value.strip_prefix('#').unwrap_or(value).trim();
    let fits = !name.is_empty() && name.chars().count() <= MAX_CHANNEL;
    if fits {
        Ok(name.to_owned())
    } else {
        Err(wrong(Name::In, value))
    }
}

/// `has:links` is what people write who mean `has:link`.
pub(super) fn has(value: &str) -> Result<Has, QueryError> {
    let typed = value.to_ascii_lowercase();
    let named = |thing: &Has| typed == thing.as_str() || typed.strip_suffix('s') == Some(thing.as_str());
    Has::ALL
        .into_iter()
        .find(named)
        .ok_or_else(|| wrong(Name::Has, value))
}

/// Reads a day into a filter that may be given once.
pub(super) fn set_once(place: &mut Option<NaiveDate>, name: Name, value: &str) -> Result<(), QueryError> {
    let day = day(value).ok_or_else(|| wrong(name, value))?;
    if place.is_some_and(|known| known != day) {
        let term = format!("{name}:{value}");
        let reason = format!("“{name}:” can be given once; “{term}” is a second day.");
        return Err(QueryError { term, reason });
    }
    *place = Some(day);
    Ok(())
}

/// A day as ISO 8601 writes it, in a year of four digits.
fn day(value: &str) -> Option<NaiveDate> {
    let iso = value.len() == 10 && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    iso.then(|| read_day(value)).flatten()
}

/// Names with a space need quotation marks; so does one that would lose its `#` when read again.
pub(super) fn quoted_if_needed(name: &str) -> String {
    let name = if name.starts_with('#') {
        format!("#{name}")
    } else {
        name.to_owned()
    };
    if name.contains(char::is_whitespace) {
        format!("\"{name}\"")
    } else {
        name
    }
}

fn wrong(name: Name, value: &str) -> QueryError {
    let term = format!("{name}:{value}");
    let reason = format!(
        "“{term}” is not understood: “{name}:” wants {}, and “{value}” is not one.",
        name.wants()
    );
    QueryError { term, reason }
}

//! What a message needs to know about one person and one sending.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

use chrono::{DateTime, Utc};

/// Values of variables, by full path such as `vars.shop` or `member.first_name`.
pub trait Values: Sync {
    /// The value behind a path, if the person has one.
    fn value(&self, path: &str) -> Option<&str>;
}

impl<S: BuildHasher + Sync> Values for HashMap<String, String, S> {
    fn value(&self, path: &str) -> Option<&str> {
        self.get(path).map(String::as_str)
    }
}

impl<S: BuildHasher + Sync> Values for HashMap<&str, &str, S> {
    fn value(&self, path: &str) -> Option<&str> {
        self.get(path).copied()
    }
}

impl Values for BTreeMap<String, String> {
    fn value(&self, path: &str) -> Option<&str> {
        self.get(path).map(String::as_str)
    }
}

impl<const N: usize> Values for [(&str, &str); N] {
    fn value(&self, path: &str) -> Option<&str> {
        self.iter()
            .find(|(known, _)| *known == path)
            .map(|(_, value)| *value)
    }
}

/// One person a message is written to.
#[derive(Clone, Copy)]
pub struct Recipient<'a> {
    /// The display name, in any script; may be empty.
    pub name: &'a str,
    /// The bare mail address. Its domain may be an internationalised name.
    pub address: &'a str,
    /// A BCP 47 language tag such as `fr-CA`, which decides how dates and numbers are written.
    pub locale: &'a str,
    pub values: &'a dyn Values,
}

/// Turns the number of a tracked link into the address this person gets.
pub trait TrackedLinks: Sync {
    /// Appends the address of link `index` to `address`.
    fn append_address(&self, index: u32, address: &mut String);
}

impl<F: Fn(u32, &mut String) + Sync> TrackedLinks for F {
    fn append_address(&self, index: u32, address: &mut String) {
        self(index, address);
    }
}

/// The personal addresses of one message.
#[derive(Clone, Copy)]
pub struct Links<'a> {
    /// The one-click address of RFC 8058. The List-Unsubscribe-Post header is only written with one that is `https`.
    pub unsubscribe_https: Option<&'a str>,
    /// A `mailto:` address that unsubscribes when written to (RFC 2369).
    pub unsubscribe_mailto: Option<&'a str>,
    pub preferences: Option<&'a str>,
    pub view_online: Option<&'a str>,
    pub tracked: &'a dyn TrackedLinks,
    /// The picture that reports an opened mail. No picture is appended without it.
    pub open_pixel: Option<&'a str>,
}

/// What makes one message unlike any other. The same stamp gives the same bytes.
#[derive(Debug, Clone, Copy)]
pub struct Stamp<'a> {
    /// `local@domain`, without angle brackets.
    pub message_id: &'a str,
    pub date: DateTime<Utc>,
}

//! Which variables a draft may use, what each one holds, and how its value is found for one recipient.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::draft::{Draft, Kind, Purpose, Variable};
use super::problem::{Code, Field, Place, Problem};
use super::recipient::{Links, Recipient};
use super::sender::Organization;
use super::tags::{is_name, unify_line_ends};

/// The first names of all paths. Nothing in a template may be called like them.
pub(crate) const ROOTS: [&str; 4] = ["member", "organization", "links", "vars"];

/// The variables every draft has, without declaring them.
const BUILT_IN: [(&str, Kind); 14] = [
    ("member.name", Kind::Text),
    ("member.first_name", Kind::Text),
    ("member.last_name", Kind::Text),
    ("member.email", Kind::Text),
    ("member.phone", Kind::Text),
    ("member.locale", Kind::Text),
    ("organization.name", Kind::Text),
    ("organization.postal_address", Kind::Text),
    ("organization.email", Kind::Text),
    ("organization.phone", Kind::Text),
    ("organization.website", Kind::Url),
    ("links.unsubscribe", Kind::Url),
    ("links.preferences", Kind::Url),
    ("links.view_online", Kind::Url),
];

/// Where the value of a variable comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// The values of the recipient, by full path.
    Recipient,
    RecipientName,
    RecipientAddress,
    RecipientLocale,
    Organization,
    Unsubscribe,
    Preferences,
    ViewOnline,
}

/// One variable a draft may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub path: String,
    pub kind: Kind,
    pub required: bool,
    pub fallback: Option<String>,
    origin: Origin,
}

/// Where values are looked up while one message is rendered.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub recipient: &'a Recipient<'a>,
    pub organization: &'a Organization,
    pub links: &'a Links<'a>,
}

/// A required variable had no usable value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing(pub String);

impl Entry {
    /// The value for one recipient: its own, else the fallback, else nothing. Line ends are single line feeds.
    pub fn value<'a>(&'a self, facts: &Facts<'a>) -> Result<Cow<'a, str>, Missing> {
        let own = self.own_value(facts).filter(|value| self.is_usable(value));
        let value = match own {
            Some(value) => value,
            None if self.required => return Err(Missing(self.path.clone())),
            None => self.fallback.as_deref().unwrap_or_default(),
        };
        Ok(if value.contains('\r') {
            Cow::Owned(unify_line_ends(value))
        } else {
            Cow::Borrowed(value)
        })
    }

    /// Whether people without a value get nothing in its place.
    pub fn may_be_empty(&self) -> bool {
        !self.required && self.fallback.as_deref().is_none_or(|text| text.trim().is_empty())
    }

    fn own_value<'a>(&'a self, facts: &Facts<'a>) -> Option<&'a str> {
        let given = |value: &'a str| (!value.is_empty()).then_some(value);
        match self.origin {
            Origin::Recipient => facts.recipient.values.value(&self.path),
            Origin::RecipientName => given(facts.recipient.name),
            Origin::RecipientAddress => given(facts.recipient.address),
            Origin::RecipientLocale => given(facts.recipient.locale),
            Origin::Organization => facts.organization.value(&self.path),
            Origin::Unsubscribe => facts.links.unsubscribe_https,
            Origin::Preferences => facts.links.preferences,
            Origin::ViewOnline => facts.links.view_online,
        }
    }

    fn is_usable(&self, value: &str) -> bool {
        match self.kind {
            Kind::Url => is_safe_address(value),
            Kind::Text | Kind::Number | Kind::Date => {
                value.bytes().next().is_some_and(|byte| byte.is_ascii_graphic()) || !value.trim().is_empty()
            }
        }
    }

    fn built_in(path: &str, kind: Kind, purpose: Purpose) -> Self {
        let origin = origin_of(path);
        let required = match origin {
            Origin::Unsubscribe | Origin::Preferences => true,
            Origin::Organization => purpose == Purpose::Commercial && path == "organization.postal_address",
            _ => false,
        };
        Self {
            path: path.to_owned(),
            kind,
            required,
            fallback: None,
            origin,
        }
    }

    fn declared(variable: &Variable, path: String) -> Self {
        Self {
            kind: variable.kind,
            required: variable.required,
            fallback: variable.fallback.as_deref().map(unify_line_ends),
            origin: origin_of(&path),
            path,
        }
    }
}

/// Whether a value may stand in `href`: no `javascript:`, `data:` or relative address.
fn is_safe_address(value: &str) -> bool {
    let schemes = ["https://", "http://", "mailto:", "tel:"];
    let is_visible_ascii = value
        .bytes()
        .fold(true, |all, byte| all & byte.is_ascii_graphic());
    let is_unbroken = is_visible_ascii
        || !value.contains(|character: char| character.is_control() || character.is_whitespace());
    is_unbroken
        && schemes.iter().any(|scheme| {
            value
                .get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        })
}

fn origin_of(path: &str) -> Origin {
    match path {
        "member.name" => Origin::RecipientName,
        "member.email" => Origin::RecipientAddress,
        "member.locale" => Origin::RecipientLocale,
        "links.unsubscribe" => Origin::Unsubscribe,
        "links.preferences" => Origin::Preferences,
        "links.view_online" => Origin::ViewOnline,
        _ if path.starts_with("organization.") => Origin::Organization,
        _ => Origin::Recipient,
    }
}

/// Every variable a draft may use: the built-in ones and those it declares.
#[derive(Debug)]
pub(crate) struct Catalogue {
    entries: BTreeMap<String, Entry>,
}

impl Catalogue {
    /// Reads the declarations of a draft, reporting unusable ones.
    pub fn of(draft: &Draft, problems: &mut Vec<Problem>) -> Self {
        let built_in = BUILT_IN
            .iter()
            .map(|&(path, kind)| (path.to_owned(), Entry::built_in(path, kind, draft.purpose)))
            .collect();
        let mut catalogue = Self { entries: built_in };
        let mut seen = Vec::new();
        for variable in &draft.variables {
            let Some(path) = declared_path(&variable.name) else {
                problems.push(invalid_name(&variable.name));
                continue;
            };
            if seen.contains(&path) {
                problems.push(duplicate(&variable.name));
            }
            if variable.kind == Kind::Url && has_unsafe_fallback(variable) {
                problems.push(unsafe_fallback(&variable.name));
            }
            seen.push(path.clone());
            catalogue
                .entries
                .insert(path.clone(), Entry::declared(variable, path));
        }
        catalogue
    }

    pub fn find(&self, path: &str) -> Option<&Entry> {
        self.entries.get(path)
    }
}

/// The full path a declaration stands for, or nothing when its name cannot be used.
pub(crate) fn declared_path(name: &str) -> Option<String> {
    match name.split_once('.') {
        None if is_name(name) => Some(format!("vars.{name}")),
        Some(("member" | "organization", rest)) if is_name(rest) => Some(name.to_owned()),
        _ => None,
    }
}

fn has_unsafe_fallback(variable: &Variable) -> bool {
    variable
        .fallback
        .as_deref()
        .is_some_and(|fallback| !fallback.is_empty() && !is_safe_address(fallback))
}

fn unsafe_fallback(name: &str) -> Problem {
    Problem::error(
        Code::InvalidUrl,
        Place::field(Field::Variables),
        format!("The fallback of “{name}” is not a valid web, mail or telephone address."),
    )
}

fn invalid_name(name: &str) -> Problem {
    Problem::error(
        Code::InvalidVariableName,
        Place::field(Field::Variables),
        format!(
            "“{name}” cannot be a variable name. Use letters, digits and underscores, starting with a letter."
        ),
    )
}

fn duplicate(name: &str) -> Problem {
    Problem::error(
        Code::DuplicateVariable,
        Place::field(Field::Variables),
        format!("The variable “{name}” is declared twice."),
    )
}

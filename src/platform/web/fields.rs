//! What form fields are made of, as templates of their own for the reason `parts` gives. `templates/ui/field.html` names the
//! arguments and their defaults.

use askama::Template;
use askama::filters::HtmlSafe;

/// Label, hint and error of a field.
#[derive(Template)]
#[template(path = "ui/parts/words.html")]
pub struct Words {
    label: String,
    error: String,
    hint: String,
    optional: String,
    id: String,
}

/// What ties a control to its hint and error.
#[derive(Template)]
#[template(path = "ui/parts/ties.html")]
pub struct Ties<'a> {
    words: &'a Words,
}

/// A field with one line.
#[derive(Template)]
#[template(path = "ui/parts/input.html")]
pub struct Input {
    kind: String,
    name: String,
    value: String,
    autocomplete: String,
    attrs: String,
    shape: String,
    words: Words,
}

/// A box or a circle with its label.
#[derive(Template)]
#[template(path = "ui/parts/check.html")]
pub struct Check {
    kind: String,
    name: String,
    value: String,
    checked: bool,
    words: Words,
}

impl HtmlSafe for Words {}
impl HtmlSafe for Ties<'_> {}
impl HtmlSafe for Input {}
impl HtmlSafe for Check {}

impl Words {
    /// Whether there is an error to show.
    pub fn is_wrong(&self) -> bool {
        !self.error.is_empty()
    }

    /// See [`Ties`].
    pub fn ties(&self) -> Ties<'_> {
        Ties { words: self }
    }
}

/// See [`Words`]; what is empty is not shown.
pub fn words(
    label: impl AsRef<str>,
    error: impl AsRef<str>,
    hint: impl AsRef<str>,
    optional: impl AsRef<str>,
    id: impl AsRef<str>,
) -> Words {
    Words {
        label: owned(label),
        error: owned(error),
        hint: owned(hint),
        optional: owned(optional),
        id: owned(id),
    }
}

/// See [`Input`]. `attrs` are trusted words of a template, `shape` further classes.
pub fn input(
    kind: impl AsRef<str>,
    name: impl AsRef<str>,
    value: impl AsRef<str>,
    autocomplete: impl AsRef<str>,
    attrs: impl AsRef<str>,
    shape: impl AsRef<str>,
    words: Words,
) -> Input {
    Input {
        kind: owned(kind),
        name: owned(name),
        value: owned(value),
        autocomplete: owned(autocomplete),
        attrs: owned(attrs),
        shape: owned(shape),
        words,
    }
}

/// See [`Check`].
pub fn check(
    kind: impl AsRef<str>,
    name: impl AsRef<str>,
    value: impl AsRef<str>,
    checked: &bool,
    words: Words,
) -> Check {
    Check {
        kind: owned(kind),
        name: owned(name),
        value: owned(value),
        checked: *checked,
        words,
    }
}

/// The id of one of several controls that share a name.
pub fn one_of(name: impl AsRef<str>, value: impl AsRef<str>) -> String {
    format!("{}-{}", name.as_ref(), value.as_ref())
}

fn owned(text: impl AsRef<str>) -> String {
    text.as_ref().to_owned()
}

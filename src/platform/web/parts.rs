//! Parts that every page has, as templates of their own. A macro or a layout is compiled into each page that uses it:
//! the frame alone, ninety times over, was half of the time that building Waymark took.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;

use super::assets;
use super::shell::Shell;

/// One icon of the sprite; decoration, the words beside it carry the meaning. See `templates/ui/icon.html`.
pub struct Icon<N, S>(N, S);

/// An icon by its name in the sprite and its size: empty, `small`, `large` or `flip`. Both are words of templates and code.
pub fn icon<N: AsRef<str>, S: AsRef<str>>(name: N, size: S) -> Icon<N, S> {
    Icon(name, size)
}

impl<N: AsRef<str>, S: AsRef<str>> fmt::Display for Icon<N, S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, size) = (self.0.as_ref(), self.1.as_ref());
        out.write_str("<svg class=\"icon")?;
        if !size.is_empty() {
            out.write_str(" icon--")?;
            out.write_str(size)?;
        }
        out.write_str("\" aria-hidden=\"true\"><use href=\"")?;
        out.write_str(assets::url("icons/sprite.svg"))?;
        out.write_str("#")?;
        out.write_str(name)?;
        out.write_str("\"></use></svg>")
    }
}

impl<N: AsRef<str>, S: AsRef<str>> HtmlSafe for Icon<N, S> {}

/// The icon of a kind of notice: `positive`, `warning`, `danger` or anything else.
pub fn mark(kind: impl AsRef<str>) -> Icon<&'static str, &'static str> {
    let name = match kind.as_ref() {
        "positive" => "circle-check",
        "warning" => "triangle-alert",
        "danger" => "circle-alert",
        _ => "info",
    };
    icon(name, "")
}

/// What stands in the head of every document: colours, tokens, stylesheet and script.
#[derive(Template)]
#[template(path = "layouts/_document_head.html")]
pub struct DocumentHead<'a> {
    shell: &'a Shell,
}

/// The upper end of the rail: the menu of phones, the organization, search, the person's menu.
#[derive(Template)]
#[template(path = "layouts/_rail_head.html")]
pub struct RailHead<'a> {
    shell: &'a Shell,
}

/// The places under one heading of the navigation.
#[derive(Template)]
#[template(path = "layouts/_places.html")]
pub struct Places<'a> {
    shell: &'a Shell,
    section: &'a str,
}

/// The places that phones keep at hand.
#[derive(Template)]
#[template(path = "layouts/_tab_bar.html")]
pub struct TabBar<'a> {
    shell: &'a Shell,
}

/// The region of short notices, with what the last action left.
#[derive(Template)]
#[template(path = "layouts/_toasts.html")]
pub struct Toasts<'a> {
    shell: &'a Shell,
}

/// What the last action could not do, in the flow of the page.
#[derive(Template)]
#[template(path = "layouts/_flash_error.html")]
pub struct FlashError<'a> {
    shell: &'a Shell,
}

/// What every form that changes something carries: the CSRF token and a fresh idempotency key.
#[derive(Template)]
#[template(path = "layouts/_guard.html")]
pub struct Guard<'a> {
    shell: &'a Shell,
}

impl HtmlSafe for DocumentHead<'_> {}
impl HtmlSafe for RailHead<'_> {}
impl HtmlSafe for Places<'_> {}
impl HtmlSafe for TabBar<'_> {}
impl HtmlSafe for Toasts<'_> {}
impl HtmlSafe for FlashError<'_> {}
impl HtmlSafe for Guard<'_> {}

impl Shell {
    /// See [`DocumentHead`].
    pub fn document_head(&self) -> DocumentHead<'_> {
        DocumentHead { shell: self }
    }

    /// See [`RailHead`].
    pub fn rail_head(&self) -> RailHead<'_> {
        RailHead { shell: self }
    }

    /// See [`Places`]; the heading is empty, `Organise` or `Admin`.
    pub fn places<'a>(&'a self, section: &'a str) -> Places<'a> {
        Places { shell: self, section }
    }

    /// See [`TabBar`].
    pub fn tab_bar(&self) -> TabBar<'_> {
        TabBar { shell: self }
    }

    /// See [`Toasts`].
    pub fn toasts(&self) -> Toasts<'_> {
        Toasts { shell: self }
    }

    /// See [`FlashError`].
    pub fn flash_error(&self) -> FlashError<'_> {
        FlashError { shell: self }
    }

    /// See [`Guard`].
    pub fn guard(&self) -> Guard<'_> {
        Guard { shell: self }
    }
}

//! A page as the client got it, and what a person would notice on it.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use scraper::{ElementRef, Html, Node, Selector};
use url::Url;

use super::artefacts;
use super::client::Client;
use super::form::Form;

/// An answered page. Cheap to clone; every `expect_…` gives the page back, so they chain.
#[derive(Clone)]
pub struct Page(Arc<Answer>);

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Where the page lies: the address that was asked for.
    pub url: Url,
    /// The body; broken UTF-8 shows as replacement characters.
    pub html: String,
    test: String,
}

/// An element of a page.
#[derive(Debug, Clone)]
pub struct Element {
    pub name: String,
    /// What a person reads in it, with white space collapsed.
    pub text: String,
    pub attributes: BTreeMap<String, String>,
    /// The element with everything in it.
    pub html: String,
}

impl Element {
    /// An attribute's value.
    pub fn attr(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    fn of(element: ElementRef<'_>) -> Self {
        let attributes = element.value().attrs();
        Self {
            name: element.value().name().to_owned(),
            text: visible_text(element),
            attributes: attributes.map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
            html: element.html(),
        }
    }
}

impl Deref for Page {
    type Target = Answer;

    fn deref(&self) -> &Answer {
        &self.0
    }
}

impl Page {
    pub(super) async fn read(response: reqwest::Response) -> Self {
        Self::try_read(response).await.expect("the answer can be read")
    }

    pub(super) async fn try_read(response: reqwest::Response) -> reqwest::Result<Self> {
        let (status, headers) = (response.status(), response.headers().clone());
        let url = response.url().clone();
        let body = response.bytes().await?;
        let html = String::from_utf8_lossy(&body).into_owned();
        let test = artefacts::test_name();
        Ok(Self(Arc::new(Answer {
            status,
            headers,
            url,
            html,
            test,
        })))
    }

    /// Panics unless the status is this one.
    #[track_caller]
    pub fn expect_status(&self, status: u16) -> Self {
        let is = self.status.as_u16();
        self.insist(is == status, &format!("expected status {status}, got {is}"))
    }

    /// Panics unless the status is 200.
    #[track_caller]
    pub fn expect_ok(&self) -> Self {
        self.expect_status(200)
    }

    /// Panics unless this is a 303 to a path that begins so.
    #[track_caller]
    pub fn expect_see_other(&self, prefix: &str) -> Self {
        self.expect_status(303);
        let target = self.location().expect("a 303 has a Location");
        let path = &target[url::Position::BeforePath..];
        self.insist(
            path.starts_with(prefix),
            &format!("expected to be sent to {prefix}, was sent to {path}"),
        )
    }

    /// Panics unless a person can read this on the page (white space collapsed).
    #[track_caller]
    pub fn expect_text(&self, text: &str) -> Self {
        self.insist(self.text().contains(text), &format!("expected to read {text:?}"))
    }

    /// Panics if a person can read this on the page.
    #[track_caller]
    pub fn expect_no_text(&self, text: &str) -> Self {
        self.insist(
            !self.text().contains(text),
            &format!("did not expect to read {text:?}"),
        )
    }

    /// Panics unless something on the page matches.
    #[track_caller]
    pub fn expect_element(&self, css: &str) -> Self {
        self.insist(
            !self.select(css).is_empty(),
            &format!("expected an element {css}"),
        )
    }

    /// Panics if something on the page matches.
    #[track_caller]
    pub fn expect_no_element(&self, css: &str) -> Self {
        self.insist(
            self.select(css).is_empty(),
            &format!("did not expect an element {css}"),
        )
    }

    /// Panics unless a message stands beside this field.
    #[track_caller]
    pub fn expect_field_error(&self, field: &str) -> Self {
        self.expect_element(&format!("#{field}-error"))
    }

    /// What a person reads on the page, with white space collapsed. Without scripts, so with `noscript`.
    pub fn text(&self) -> String {
        visible_text(self.document().root_element())
    }

    /// Where a redirect points, as a full URL.
    pub fn location(&self) -> Option<Url> {
        let target = self.header("location")?;
        self.url.join(target).ok()
    }

    /// A header's value, if it is there and readable.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Follows redirects to the page where they end, as a browser does; itself if there is none.
    pub async fn follow(&self, client: &Client) -> Self {
        let mut page = self.clone();
        for _ in 0..10 {
            match page.location().filter(|_| page.status.is_redirection()) {
                Some(target) => page = client.get(target.as_str()).await,
                None => return page,
            }
        }
        panic!("redirected in circles at {}", page.url)
    }

    /// Every element that matches, in the order of the page.
    #[track_caller]
    pub fn select(&self, css: &str) -> Vec<Element> {
        let selector = selector(css);
        let document = self.document();
        document.select(&selector).map(Element::of).collect()
    }

    /// The one element that matches.
    #[track_caller]
    pub fn one(&self, css: &str) -> Element {
        let mut found = self.select(css);
        let count = found.len();
        self.insist(count == 1, &format!("expected one element {css}, found {count}"));
        found.remove(0)
    }

    /// Opens the link with this text (or accessible label).
    pub async fn click(&self, client: &Client, link: &str) -> Self {
        let links = self.select("a[href]");
        let found = links
            .into_iter()
            .find(|found| found.text == link || found.attr("aria-label") == Some(link));
        self.insist(found.is_some(), &format!("expected a link {link:?}"));
        let target = found.unwrap().attributes["href"].clone();
        let target = self.url.join(&target).expect("a link's target is a URL");
        client.get(target.as_str()).await
    }

    /// The form that matches, or the one that the matching element belongs to, filled as it was served.
    #[track_caller]
    pub fn form(&self, css: &str) -> Form {
        let document = self.document();
        let matching = document.select(&selector(css)).next();
        let form = matching.and_then(|element| super::form::owner(&document, element));
        self.insist(form.is_some(), &format!("expected a form {css}"));
        Form::read(&document, form.unwrap(), &self.url)
    }

    pub(super) fn document(&self) -> Html {
        // Nothing here runs scripts, and the parser would otherwise take noscript's content for plain text.
        let html = self.html.replace("<noscript>", "").replace("</noscript>", "");
        Html::parse_document(&html)
    }

    #[track_caller]
    fn insist(&self, holds: bool, complaint: &str) -> Self {
        if holds {
            return self.clone();
        }
        let kept = artefacts::keep("failed-pages", &self.test, "page.html", self.html.as_bytes());
        panic!(
            "{complaint}\n  at {} ({})\n  whole page: {}\n{}",
            self.url,
            self.status,
            kept.display(),
            excerpt(&self.text())
        )
    }
}

/// A CSS selector.
///
/// # Panics
/// When it is none.
#[track_caller]
pub(super) fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|error| panic!("{css:?} is no selector: {error}"))
}

/// The text of an element without what browsers do not show.
pub(super) fn visible_text(element: ElementRef<'_>) -> String {
    let mut text = String::new();
    gather(element, &mut text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn gather(element: ElementRef<'_>, text: &mut String) {
    const UNSEEN: [&str; 4] = ["script", "style", "template", "datalist"];
    const INLINE: [&str; 20] = [
        "a", "abbr", "b", "bdi", "code", "em", "i", "kbd", "mark", "q", "s", "small", "span", "strong",
        "sub", "sup", "time", "u", "var", "del",
    ];
    let name = element.value().name();
    if UNSEEN.contains(&name) || element.value().attr("hidden").is_some() {
        return;
    }
    for child in element.children() {
        match child.value() {
            Node::Text(words) => text.push_str(words),
            Node::Element(_) => gather(ElementRef::wrap(child).unwrap(), text),
            _ => {}
        }
    }
    if !INLINE.contains(&name) {
        text.push(' ');
    }
}

fn excerpt(text: &str) -> String {
    const SHOWN: usize = 1500;
    let start: String = text.chars().take(SHOWN).collect();
    match start.len() < text.len() {
        true => format!("  reads: {start} …"),
        false => format!("  reads: {start}"),
    }
}

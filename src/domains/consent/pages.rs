//! What the pages behind links share.

use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT_LANGUAGE;
use askama::Template;

use crate::platform::mail::{Locale, say};
use crate::platform::web::{Reply, Shell, Visit};

use super::links::Broken;

/// The language a browser asks for: for pages that do not know whom they are for.
pub fn in_tongue(request: &HttpRequest) -> Locale {
    let asked = request
        .headers()
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    Locale::of(asked.get(..2).unwrap_or_default())
}

/// A page of a few words.
#[derive(Template)]
#[template(path = "consent/words.html")]
pub struct WordsPage {
    pub shell: Shell,
    pub title: String,
    pub text: String,
    /// Where else one can go: address and label; empty for nowhere.
    pub link: (String, String),
}

/// That a link does not work, and how to get another.
///
/// # Errors
/// When the template fails.
pub fn ended(visit: &Visit, locale: Locale, broken: Broken) -> Reply {
    let (status, id) = match broken {
        Broken::Unknown => (404, "link-unknown"),
        Broken::Ended => (410, "link-ended"),
    };
    let mut shell = visit.shell();
    shell.lang = locale.as_str();
    visit.confidential_page(
        status,
        &WordsPage {
            shell,
            title: say(locale, &format!("{id}-title"), &[]),
            text: say(locale, &format!("{id}-text"), &[]),
            link: ("/preferences/link".to_owned(), say(locale, "link-another", &[])),
        },
    )
}

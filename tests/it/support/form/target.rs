//! Where a form goes.

use reqwest::Method;
use scraper::ElementRef;
use url::Url;

/// Where a form goes, and how.
#[derive(Debug, Clone)]
pub struct Target {
    pub method: Method,
    pub url: Url,
}

/// Where the form goes without scripts.
pub fn action_of(form: ElementRef<'_>, page: &Url) -> Target {
    let action = form.value().attr("action").unwrap_or_default();
    let method = form.value().attr("method").unwrap_or_default();
    target(method, action, page)
}

/// A method and address as the attributes spell them.
pub fn target(method: &str, action: &str, page: &Url) -> Target {
    let method = match method.eq_ignore_ascii_case("post") {
        true => Method::POST,
        false => Method::GET,
    };
    let url = page.join(action).expect("a form's action is a URL");
    Target { method, url }
}

/// Where htmx sends the form, if the form says so.
pub fn partial_of(form: ElementRef<'_>, page: &Url) -> Option<Target> {
    let methods = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ];
    methods.into_iter().find_map(|method| {
        let attribute = format!("hx-{}", method.as_str().to_ascii_lowercase());
        let url = page.join(form.value().attr(&attribute)?).ok()?;
        Some(Target { method, url })
    })
}

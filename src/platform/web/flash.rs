//! One sentence carried over a redirect, in a cookie that is read once.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::shell::Flash;

const COOKIE: &str = "waymark_flash";

/// Puts `flash` onto an answer; `https`: the browser may send it back encrypted only.
pub fn put(response: &mut HttpResponse, flash: &Flash, https: bool) {
    let value = URL_SAFE_NO_PAD.encode(format!(
        "{}|{}",
        flash.kind,
        flash.text.chars().take(600).collect::<String>()
    ));
    let cookie = Cookie::build(COOKIE, value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(https)
        .max_age(Duration::minutes(2))
        .finish();
    if let Err(cause) = response.add_cookie(&cookie) {
        tracing::warn!(%cause, "a notice could not be carried over");
    }
}

/// The sentence waiting for this browser.
pub fn peek(request: &HttpRequest) -> Option<Flash> {
    let bytes = URL_SAFE_NO_PAD.decode(request.cookie(COOKIE)?.value()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (kind, text) = text.split_once('|')?;
    let kind = ["positive", "danger", "info"]
        .into_iter()
        .find(|known| *known == kind)?;
    Some(Flash {
        kind,
        text: text.to_owned(),
    })
}

/// Takes the sentence away, once a page has shown it.
pub fn clear(response: &mut HttpResponse) {
    let mut gone = Cookie::build(COOKIE, "").path("/").finish();
    gone.make_removal();
    if let Err(cause) = response.add_cookie(&gone) {
        tracing::warn!(%cause, "a notice could not be cleared");
    }
}
